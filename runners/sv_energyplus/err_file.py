"""Reads `eplusout.err`, EnergyPlus's own account of a run."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from sv_contract.energyplus import ERR_TAIL_LINES, ErrMessage

SEVERITIES = {"Warning": "warning", "Severe": "severe", "Fatal": "fatal"}
MOST_MESSAGES_EACH = 20

_MESSAGE = re.compile(r"^\s*\*\*\s*(Warning|Severe|Fatal|~~~)\s*\*\*\s?(.*)$")
_ENGINE = re.compile(r"^Program Version,(EnergyPlus, Version [^,]+)")


@dataclass
class ErrFile:
    """What the file says; empty for a run that did not write one."""

    engine: str | None = None
    completed: bool = False
    messages: list[ErrMessage] = field(default_factory=list)
    tail: str = ""

    def count(self, severity: str) -> int:
        """Count the messages of a severity: `warning`, `severe` or `fatal`."""
        return sum(each.severity == severity for each in self.messages)

    def texts(self, severity: str) -> list[str]:
        """List the texts of a severity, with their continuations."""
        return [each.text for each in self.messages if each.severity == severity]

    def quoted(self) -> list[ErrMessage]:
        """Quote the first messages of each severity, fatal ones first."""
        by_severity = (
            [each for each in self.messages if each.severity == name] for name in ("fatal", "severe", "warning")
        )
        return [each for some in by_severity for each in some[:MOST_MESSAGES_EACH]]


def read_err_file(path: Path) -> ErrFile:
    """Read the file at `path`, if there is one."""
    if not path.is_file():
        return ErrFile()
    lines = path.read_text("utf-8", "replace").splitlines()
    err = ErrFile(tail="\n".join(lines[-ERR_TAIL_LINES:]))
    for line in lines:
        if engine := _ENGINE.match(line):
            err.engine = engine[1].removeprefix("EnergyPlus, Version ")
        if "EnergyPlus Completed Successfully" in line:
            err.completed = True
        if found := _MESSAGE.match(line):
            _take(err, found[1], found[2].strip())
    return err


def _take(err: ErrFile, kind: str, text: str) -> None:
    if kind != "~~~":
        err.messages.append(ErrMessage(severity=SEVERITIES[kind], text=text))
    elif err.messages:
        last = err.messages[-1]
        last.text = f"{last.text} {text}".strip()
