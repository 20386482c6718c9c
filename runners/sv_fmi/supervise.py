"""Has a child process do one job, and tells how it ended, whatever the FMU did to that process."""

import logging
import os
import pickle
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sv_contract.call_log import CallLog
from sv_contract.process import ProcessEnd, run_process
from sv_fmi.job import JOB_FILE, RECORDING_FILE, Job, decode_message
from sv_fmi.plan import RunPlan

logger = logging.getLogger(__name__)

TOLD_MESSAGES = 3
"""Of the FMU's last complaints, in the error of a failed run."""

SIGNALS = {
    signal.SIGSEGV: "segmentation fault",
    signal.SIGBUS: "bus error: bad memory access, or the disk is full",
    signal.SIGABRT: "it aborted itself",
    signal.SIGFPE: "arithmetic error",
    signal.SIGILL: "illegal instruction: perhaps built for another processor",
    signal.SIGKILL: "killed by the system: perhaps out of memory",
}

LEVELS = {"warning": logging.WARNING, "discard": logging.WARNING, "error": logging.ERROR, "fatal": logging.ERROR}


@dataclass
class Outcome:
    """How a simulation ended."""

    end: Literal["completed", "failed", "timed_out"]
    error: str | None
    outputs: dict[str, Any]
    """Final values; empty unless it came to its end."""
    steps: int | None
    seconds: float
    """Wall-clock seconds of the simulation."""
    recording_path: Path
    messages: list[str] = field(default_factory=list)


@dataclass
class _Told:
    result: dict[str, Any] | None = None
    error: str | None = None
    finished: bool = False
    complaints: list[str] = field(default_factory=list)


def supervise(
    fmu_folder: Path, plan: RunPlan, folder: Path, timeout_seconds: float, log: CallLog, *, log_all: bool
) -> Outcome:
    """Simulate in a process of its own in `folder`, which must be new; never raises for what the FMU does."""
    recording_path = folder / RECORDING_FILE
    job_path = folder / JOB_FILE
    job_path.write_bytes(pickle.dumps(Job(fmu_folder, recording_path, plan, log_all)))
    told = _Told()
    started = time.perf_counter()
    end = run_process(
        [sys.executable, "-m", "sv_fmi.child", str(job_path)],
        cwd=folder,
        env=_environment(folder),
        timeout_seconds=timeout_seconds,
        on_line=log.print_line,
        control=lambda line: _take(told, line),
    )
    seconds = time.perf_counter() - started
    if told.result is not None:
        outcome = Outcome(
            "completed", None, told.result["outputs"], told.result["steps"], told.result["seconds"], recording_path
        )
        if not told.finished:
            outcome.messages.append("The FMU went wrong at its end, after the last result.")
        return outcome
    if end.timed_out:
        error = f"The simulation was stopped at its time limit of {timeout_seconds:g} s of wall-clock time"
        return Outcome("timed_out", error, {}, None, seconds, recording_path)
    return Outcome("failed", _describe_failure(told, end), {}, None, seconds, recording_path)


def _environment(folder: Path) -> dict[str, str]:
    """All that an FMU gets to see: nothing of the container's secrets."""
    return {
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin"),
        "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
        # Nothing is imported from the folder that the FMU runs in (Python 3.11 and later).
        "PYTHONSAFEPATH": "1",
        "TMPDIR": str(folder),
    }


def _take(told: _Told, line: str) -> None:
    message = decode_message(line)
    if message is None:
        return
    match message["kind"]:
        case "log":
            label = f"{message['status']}, {message['category']}" if message["category"] else message["status"]
            logger.log(LEVELS.get(message["status"], logging.INFO), "FMU [%s] %s", label, message["text"])
            if message["status"] != "ok":
                told.complaints.append(message["text"])
        case "result":
            told.result = message
        case "error":
            told.error = message["message"]
        case "finished":
            told.finished = True


def _describe_failure(told: _Told, end: ProcessEnd) -> str:
    said = " ".join(told.complaints[-TOLD_MESSAGES:])
    detail = f" The FMU's last messages: {said}" if said else ""
    if told.error is not None:
        return f"The simulation failed: {told.error.rstrip('.')}.{detail}"
    if end.returncode < 0:
        number = signal.Signals(-end.returncode)
        return f"The FMU crashed ({number.name}: {SIGNALS.get(number, 'a signal')}).{detail}"
    return f"The FMU ended its process with exit code {end.returncode}.{detail}"
