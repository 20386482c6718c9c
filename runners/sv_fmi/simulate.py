"""The body of `run_fmi_simulation`: everything that goes wrong with FMU or arguments is in the result's errors."""

import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sv_contract.call_log import CallLog, keep_log
from sv_contract.fmi import RunArguments, RunResult
from sv_contract.keywords import read_arguments
from sv_contract.problem import RunProblem
from sv_contract.work import limit_seconds, new_folder
from sv_fmi.description import open_fmu
from sv_fmi.fmu_file import fetch_fmu
from sv_fmi.plan import FILES_FOLDER, RunPlan, plan_run
from sv_fmi.result import to_result
from sv_fmi.supervise import supervise

logger = logging.getLogger("sv_fmi.modal_app")


def answer(keywords: dict[str, Any], reload: Callable[[bool], None]) -> dict[str, Any]:
    """Answer a call, and return the contract's result as plain data; raises TypeError for arguments it does not take.

    `reload(use_test_volume)` is called before the FMU is looked for.
    """
    arguments = read_arguments("run_fmi_simulation", RunArguments, keywords)
    started = time.perf_counter()
    with keep_log("sv_fmi") as log:
        logger.info("run_fmi_simulation started: %s", arguments.fmu_checksum or arguments.fmu_storage_key)
        try:
            reload(arguments.use_test_volume)
            with tempfile.TemporaryDirectory(prefix="fmi-run-") as folder:
                result = _simulate(arguments, Path(folder), log)
        except RunProblem as problem:
            result = RunResult(status="error", errors=problem.errors)
        for error in result.errors or []:
            logger.error("%s", error)
        seconds = time.perf_counter() - started
        logger.info("run_fmi_simulation finished in %.3f s: status=%s", seconds, result.status)
        members = {"status", "outputs", "errors"}
        if arguments.extras:
            result.execution_seconds = seconds
            members |= {"execution_seconds", *result.model_fields_set}
        # Old callers forbid members that they do not know, `logs` among them.
        if arguments.return_logs and arguments.extras:
            result.logs = list(log.lines)
            members.add("logs")
    return result.model_dump(include=members)


def _simulate(arguments: RunArguments, folder: Path, log: CallLog) -> RunResult:
    fmu = open_fmu(fetch_fmu(arguments, folder), new_folder(folder, "fmu"))
    run_folder = new_folder(folder, "run")
    plan = _place_files(plan_run(fmu, arguments), run_folder)
    for message in plan.messages:
        logger.warning("%s", message)
    times = plan.times
    name = fmu.description.modelName
    logger.info("Simulating %s from %s to %s s in steps of %s s", name, times.start, times.stop, times.step_size)
    timeout = limit_seconds(arguments.timeout_seconds)
    outcome = supervise(fmu.folder, plan, run_folder, timeout, log, log_all=arguments.return_logs)
    return to_result(fmu, plan, outcome, extras=arguments.extras)


def _place_files(plan: RunPlan, folder: Path) -> RunPlan:
    """Write each file into a folder of its own, and set its parameter to where it lies."""
    start_values = dict(plan.start_values)
    for number, (name, file) in enumerate(plan.files.items(), start=1):
        path = folder / FILES_FOLDER / str(number) / file.name
        path.parent.mkdir(parents=True)
        path.write_bytes(file.bytes)
        start_values[name] = str(path)
    return replace(plan, start_values=start_values, files={})
