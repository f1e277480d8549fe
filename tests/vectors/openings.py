"""Files that are no ledgers, or none that can be opened, for the tests of every language.

python3 openings.py make LEDGER FOLDER     copies LEDGER into FOLDER as what openings.json lists
python3 openings.py lock LEDGER            locks LEDGER, prints a line, and holds it until standard input ends

The ledgers must be open nowhere else in the calling process: Python has an SQLite of its own.
"""

import pathlib
import shutil
import sqlite3
import sys


def make(ledger: str, folder: str) -> None:
    place = pathlib.Path(folder)
    (place / "text.db").write_text("no database\n" * 100)
    with sqlite3.connect(place / "foreign.db") as foreign:
        foreign.execute("CREATE TABLE mine(x)")
    shutil.copy(ledger, place / "newer.db")
    with sqlite3.connect(place / "newer.db") as newer:
        newer.execute("PRAGMA user_version = 99")


def lock(ledger: str) -> None:
    held = sqlite3.connect(ledger, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    print("locked", flush=True)
    sys.stdin.read()


{"make": make, "lock": lock}[sys.argv[1]](*sys.argv[2:])
