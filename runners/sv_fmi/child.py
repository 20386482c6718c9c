"""The process that simulates: `python -m sv_fmi.child <job file>`. It may crash, hang or print."""

import contextlib
import io
import os
import pickle
import re
import resource
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import fmpy.simulation
import fmpy.sundials
import numpy as np
from fmpy.model_description import ModelDescription, ModelVariable, read_model_description

from sv_fmi.description import UNRECORDED_TYPES
from sv_fmi.job import LONGEST_MESSAGE, Job, encode_message
from sv_fmi.recorder import streaming_recorder

STATUS = ["ok", "warning", "discard", "error", "fatal", "pending"]
MOST_LOG_MESSAGES = 10_000
MOST_MEMORY_BYTES = 2 * 1024**3
"""Resident memory of this process, beyond which the run is given up."""

MEMORY_CHECK_SECONDS = 0.1

MOST_SOLVER_STEPS = 1_000_000
"""CVode's own steps within one communication step; FMPy's 500 are too few for stiff models and small tolerances."""


class _Channel:
    """The way to the runner: one line of JSON per message."""

    def __init__(self, file_descriptor: int, *, log_all: bool) -> None:
        self._file_descriptor = file_descriptor
        self._log_all = log_all
        self._logged = 0
        self.name_variables: Callable[[str], str] = str

    def send(self, **message: Any) -> None:
        line = encode_message(message)
        while line:
            line = line[os.write(self._file_descriptor, line) :]

    def log(self, *arguments: Any) -> None:
        """FMI's logger: status, category and message come last, whatever the version."""
        status, category, text = arguments[-3:]
        label = STATUS[status] if 0 <= status < len(STATUS) else str(status)
        if (label == "ok" and not self._log_all) or self._logged >= MOST_LOG_MESSAGES:
            return
        self._logged += 1
        named = self.name_variables(_text(text)[:LONGEST_MESSAGE])
        self.send(kind="log", status=label, category=_text(category), text=named)


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def main(job_path: str) -> int:
    """Do the job in a file; tell its result, or why there is none, and return the exit code."""
    job: Job = pickle.loads(Path(job_path).read_bytes())  # noqa: S301 - the runner wrote it
    channel = _Channel(int(os.environ["CONTROL_FD"]), log_all=job.log_all)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_watch_memory, args=(channel,), daemon=True).start()
    try:
        _simulate(job, channel)
    except Exception as error:  # noqa: BLE001 - FMPy raises bare Exceptions
        channel.send(kind="error", message=_describe(error))
        return 1
    return 0


def _watch_memory(channel: _Channel) -> None:
    """End the process once it takes too much; FMPy lets other threads run while the FMU does."""
    page = os.sysconf("SC_PAGE_SIZE")
    while int(Path("/proc/self/statm").read_text().split()[1]) * page < MOST_MEMORY_BYTES:
        time.sleep(MEMORY_CHECK_SECONDS)
    limit = MOST_MEMORY_BYTES // 1024**2
    channel.send(kind="error", message=f"the FMU was stopped, because it took more than {limit} MiB of memory")
    os._exit(1)


def _describe(error: Exception) -> str:
    in_words = type(error) in {Exception, RuntimeError} or type(error).__module__.startswith("fmpy")
    return str(error) if in_words else f"{type(error).__name__}: {error}"


def _variable_namer(description: ModelDescription) -> Callable[[str], str]:
    """Put names in place of `#r2#` (FMI 2.0.5, 2.1.5: type and value reference) or `#2#` (FMI 3.0, 2.3.1)."""
    letters = {"Real": "r", "Integer": "i", "Enumeration": "i", "Boolean": "b", "String": "s"}
    of_fmi_3 = description.fmiVersion.startswith("3.")
    names: dict[str, str] = {}
    for each in description.modelVariables:
        letter = "" if of_fmi_3 else letters.get(each.type, "")
        names.setdefault(f"{letter}{each.valueReference}", each.name)

    def name_variables(text: str) -> str:
        named = re.sub(r"#([ribs]?\d+)#", lambda found: names.get(found[1], found[0]), text)
        return named.replace("##", "#")

    return name_variables


def _simulate(job: Job, channel: _Channel) -> None:
    plan = job.plan
    description = read_model_description(job.fmu_folder)
    channel.name_variables = _variable_namer(description)
    recording = os.open(job.recording_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    # FMPy has no way to give these; its version is pinned.
    fmpy.simulation.Recorder = streaming_recorder(recording)
    fmpy.sundials.CVodeSolver = partial(fmpy.sundials.CVodeSolver, maxNumSteps=MOST_SOLVER_STEPS)
    steps = _Steps(plan.interface_type, description)
    started = time.perf_counter()
    instance = fmpy.simulation.instantiate_fmu(
        job.fmu_folder,
        description,
        plan.interface_type,
        # Without it an FMI 3.0 FMU must not log, and the cause of a failure would be lost.
        debug_logging=True,
        logger=channel.log,
        event_mode_used=plan.event_mode,
        early_return_allowed=plan.early_return,
    )
    # FMPy prints a warning for each input without a series.
    with contextlib.redirect_stdout(io.StringIO()):
        result = fmpy.simulation.simulate_fmu(
            job.fmu_folder,
            model_description=description,
            fmu_instance=instance,
            fmi_type=plan.interface_type,
            start_time=plan.times.start,
            stop_time=plan.times.stop,
            # FMPy's `step_size` is the Euler method's alone; its `output_interval` is the communication step size.
            output_interval=plan.times.step_size,
            relative_tolerance=plan.tolerance,
            start_values=plan.start_values,
            input=plan.signals,
            output=plan.outputs,
            use_event_mode=plan.event_mode,
            early_return_allowed=plan.early_return,
            step_finished=steps.count,
            terminate=False,
        )
    outputs = _final_values(description, plan.outputs, result, instance)
    seconds = time.perf_counter() - started
    channel.send(kind="result", outputs=outputs, steps=steps.done, seconds=seconds)
    if plan.interface_type == "CoSimulation":
        instance.terminate()
    instance.freeInstance()
    channel.send(kind="finished")


class _Steps:
    """Counts steps, and ends a run whose FMU does not step on: FMPy would ask it again without end."""

    def __init__(self, interface_type: str, description: ModelDescription) -> None:
        self.done = 0
        self._last = float("-inf")
        self._must_advance = interface_type == "CoSimulation" and not description.fmiVersion.startswith("3.")

    def count(self, now: float, _: Any) -> bool:
        if self._must_advance and now <= self._last:
            raise RuntimeError(f"the FMU discarded the step at model time {now} s and did not ask for its end")
        self._last = now
        self.done += 1
        return True


def _final_values(description: ModelDescription, names: list[str], result: np.ndarray, instance: Any) -> dict[str, Any]:
    variables = {each.name: each for each in description.modelVariables}
    last = result[-1]
    return {name: _final_value(variables[name], last, instance) for name in names}


def _final_value(variable: ModelVariable, last: Any, instance: Any) -> Any:
    if variable.type in UNRECORDED_TYPES:
        size = int(np.prod(variable.shape)) if variable.shape else 1
        getter = getattr(instance, f"get{variable.type}")
        values = getter([variable.valueReference], size) if variable.shape else getter([variable.valueReference])
        decoded = [_text(each) if variable.type == "String" and isinstance(each, bytes) else each for each in values]
        return decoded if variable.shape else decoded[0]
    if variable.name == "time":
        return float(last["time"])
    value = last[variable.name]
    return np.ravel(value).tolist() if variable.shape else value.item()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
