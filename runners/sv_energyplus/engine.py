"""Runs EnergyPlus in a process of its own: its program where it is installed, else the Python package."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sv_contract.energyplus import STDOUT_TAIL_CHARACTERS
from sv_contract.problem import RunProblem
from sv_contract.process import run_process

HOME_VARIABLE = "ENERGYPLUS_HOME"
DEFAULT_HOME = "/opt/energyplus"
PACKAGE = "pyenergyplus"

PERIOD_OPTIONS = {"annual": ["--annual"], "design_day": ["--design-day"]}


@dataclass(frozen=True)
class Engine:
    """How EnergyPlus is called: the beginning of its command, to which its options are added."""

    command: list[str]
    invocation_mode: Literal["cli", "python_api"]
    folder: Path
    """Where its other programs lie."""


@dataclass(frozen=True)
class EngineEnd:
    """How EnergyPlus ended, with the tails of what it printed."""

    returncode: int
    timed_out: bool
    stdout_tail: str
    stderr_tail: str


def find_engine(environ: Mapping[str, str] = os.environ) -> Engine:
    """Find EnergyPlus: in the folder named, on the PATH, or as a package; raises RunProblem where there is none."""
    home = Path(environ.get(HOME_VARIABLE) or DEFAULT_HOME)
    on_path = shutil.which("energyplus", path=environ.get("PATH", os.defpath))
    executable = home / "energyplus"
    if not executable.is_file() and on_path is not None:
        executable = Path(on_path).resolve()
    if not executable.is_file():
        package = None if HOME_VARIABLE in environ else importlib.util.find_spec(PACKAGE)
        if package is not None and package.origin is not None:
            programs = Path(package.origin).parent.parent
            return Engine([sys.executable, "-m", "sv_energyplus.python_api"], "python_api", programs)
        raise RunProblem(f"No EnergyPlus is installed: there is none at {home}, nor on the PATH.")
    idd = executable.parent / "Energy+.idd"
    if not idd.is_file():
        raise RunProblem(f"The EnergyPlus at {executable.parent} lacks its data dictionary, Energy+.idd.")
    return Engine([str(executable), "--idd", str(idd)], "cli", executable.parent)


def run_engine(
    engine: Engine,
    model: Path,
    weather: Path,
    output: Path,
    period: Literal["annual", "design_day"] | None,
    timeout_seconds: float,
) -> EngineEnd:
    """Simulate `model`, writing to `output`; without a `period`, what the model says."""
    options = ["--output-directory", str(output), "--weather", str(weather), *PERIOD_OPTIONS.get(period or "", [])]
    tails = {"stdout": "", "stderr": ""}

    def keep(source: str, line: str) -> None:
        tails[source] = f"{tails[source]}{line}\n"[-STDOUT_TAIL_CHARACTERS:]

    end = run_process(
        [*engine.command, *options, str(model)],
        cwd=output,
        env=_environment(output),
        timeout_seconds=timeout_seconds,
        on_line=keep,
    )
    return EngineEnd(end.returncode, end.timed_out, tails["stdout"], tails["stderr"])


def _environment(output: Path) -> dict[str, str]:
    """All that EnergyPlus gets to see: nothing of the container's secrets."""
    return {
        "HOME": str(output),
        "LANG": "C.UTF-8",
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",
    }
