"""Stands in for EnergyPlus, which is not installed where the tests run: it writes outputs made up for them.

It obeys the command line that the runner uses, and the file `behaviour.json` beside it.
"""

import argparse
import json
import shutil
import sqlite3
import sys
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--idd", required=True)
    parser.add_argument("--output-directory", required=True)
    parser.add_argument("--weather", required=True)
    parser.add_argument("--annual", action="store_true")
    parser.add_argument("--design-day", action="store_true")
    parser.add_argument("model")
    arguments = parser.parse_args()
    behaviour = json.loads(Path(__file__).with_name("behaviour.json").read_text())
    output = Path(arguments.output_directory)
    (output / "arguments.json").write_text(json.dumps(sys.argv[1:]))
    shutil.copyfile(arguments.weather, output / "in.epw")
    print("EnergyPlus Starting")  # noqa: T201
    print("a complaint", file=sys.stderr)  # noqa: T201
    print("x" * behaviour.get("noise", 0))  # noqa: T201
    if behaviour.get("err") is not None:
        (output / "eplusout.err").write_text(behaviour["err"])
    if behaviour.get("tables") is not None:
        write_tables(output / "eplusout.sql", behaviour["tables"])
    if behaviour.get("hang"):
        time.sleep(600)
    return behaviour.get("exit_code", 0)


def write_tables(path: Path, tables: list[list[str]]) -> None:
    """The view is a table here; its columns are those that EnergyPlus gives it."""
    database = sqlite3.connect(path)
    database.execute(
        "CREATE TABLE TabularDataWithStrings"
        " (ReportName, ReportForString, TableName, RowName, ColumnName, Units, Value)"
    )
    for report, table, row, column, units, value in tables:
        database.execute(
            "INSERT INTO TabularDataWithStrings VALUES (?, 'Entire Facility', ?, ?, ?, ?, ?)",
            (report, table, row, column, units, value),
        )
    database.commit()
    database.close()


if __name__ == "__main__":
    sys.exit(main())
