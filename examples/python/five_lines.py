import sys

import sealbook

with sealbook.Ledger.open(sys.argv[1]) as ledger:
    entry = ledger.record("human_review", {"actor": {"type": "human", "id": "ana"}, "action": {"type": "approve"}})
    report = ledger.verify()
    print(f"entry {entry.seq} recorded; {report.verdict}: {report.entries} entries, root {report.root[:16]}...")
