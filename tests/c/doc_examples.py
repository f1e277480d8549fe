#!/usr/bin/env python3
"""Turns the examples in the header's comments into one program:  doc_examples.py HEADER > examples.c"""

import re
import sys

header = open(sys.argv[1]).read()
comments = re.findall(r"/\*\*.*?\*/\s*[^;]*;", header, re.S)
examples = []
for comment in comments:
    for block in re.findall(r"\\code\{\.c\}\n(.*?)\\endcode", comment, re.S):
        name = re.search(r"\*/\s*.*?(\w+)\(", comment, re.S).group(1)
        lines = [re.sub(r"^ \* ?", "", line) for line in block.splitlines()]
        body = "".join(f"    {line}\n" for line in lines if line.strip())
        examples.append((f"example_of_{name}", body))

assert len(examples) >= 6, f"only {len(examples)} examples were found"
print("#include <assert.h>\n#include <sealbook.h>\n#include <stdio.h>\n#include <string.h>\n")
for name, body in examples:
    print(f"static void {name}(void) {{\n{body}}}\n")
print("int main(void) {")
for name, _ in examples:
    print(f"    {name}();")
print('    return puts("the examples of the header ran") < 0;\n}')
