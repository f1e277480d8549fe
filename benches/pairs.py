"""Times two commands in turn and prints each pair, the medians and the median ratio.

python3 benches/pairs.py ROUNDS -- COMMAND_A... -- COMMAND_B...
"""

import statistics
import subprocess
import sys
import time

rounds = int(sys.argv[1])
split = sys.argv.index("--", 3)
commands = [sys.argv[3:split], sys.argv[split + 1 :]]


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


for command in commands:
    seconds(command)  # warm the caches
pairs = [[seconds(command) for command in commands] for _ in range(rounds)]
for a, b in pairs:
    print(f"  {a:.3f}  {b:.3f}  {a / b:.3f} x")
a, b = (statistics.median(column) for column in zip(*pairs, strict=True))
print(f"median {a:.3f}  {b:.3f}  {statistics.median(a / b for a, b in pairs):.3f} x")
