"""The body of `run_energyplus_simulation`: what goes wrong with model or engine is in the result's errors."""

import logging
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sv_contract.call_log import keep_log
from sv_contract.energyplus import (
    EnergyPlusArguments,
    EnergyPlusResult,
    OldResult,
    RunLogs,
)
from sv_contract.keywords import read_arguments
from sv_contract.problem import RunProblem
from sv_contract.work import limit_seconds, new_folder
from sv_energyplus.engine import EngineEnd, find_engine, run_engine
from sv_energyplus.err_file import read_err_file
from sv_energyplus.metrics import read_metrics
from sv_energyplus.model import Model, read_model
from sv_energyplus.output_volume import OutputVolume
from sv_energyplus.outputs import output_path, require_new, store_outputs, stored_paths
from sv_energyplus.result import Finished, fill_result
from sv_energyplus.templates import expand_templates
from sv_energyplus.weather import place_weather

logger = logging.getLogger("sv_energyplus.modal_app")


def answer(
    keywords: dict[str, Any], volume: OutputVolume, reload: Callable[[], None], commit: Callable[[], None]
) -> dict[str, Any]:
    """Answer a call, and return the contract's result as plain data.

    Raises TypeError for arguments it does not take, and ValueError for a caller who counts on the other volume.
    """
    arguments = read_arguments("run_energyplus_simulation", EnergyPlusArguments, keywords)
    volume.require(arguments.use_test_volume)
    started = time.perf_counter()
    simulation_id = arguments.simulation_id or str(uuid.uuid4())
    result = EnergyPlusResult(simulation_id=simulation_id, weather_file=arguments.weather_file)
    with keep_log("sv_energyplus"):
        logger.info("run_energyplus_simulation started: %s", simulation_id)
        try:
            reload()
            require_new(simulation_id)
            with tempfile.TemporaryDirectory(prefix="energyplus-run-") as folder:
                _simulate(arguments, volume, Path(folder), result)
            commit()
        except RunProblem as problem:
            result.errors = [*result.errors, *problem.errors]
        for error in result.errors:
            logger.error("%s", error)
        result.execution_seconds = time.perf_counter() - started
        logger.info("run_energyplus_simulation finished in %.3f s: status=%s", result.execution_seconds, result.status)
    members = set(EnergyPlusResult.model_fields if arguments.extras else OldResult.model_fields)
    return result.model_dump(include=members)


def _simulate(arguments: EnergyPlusArguments, volume: OutputVolume, folder: Path, result: EnergyPlusResult) -> None:
    model = read_model(arguments.energyplus_payload, needs_run_period=arguments.period == "annual")
    result.energyplus_payload_format = model.format
    engine = find_engine()
    result.invocation_mode = engine.invocation_mode
    weather = place_weather(arguments.weather_file, arguments.weather_content, new_folder(folder, "weather"))
    model_path = new_folder(folder, "model") / model.file_name
    model_path.write_text(model.text, "utf-8")
    written = new_folder(folder, "outputs")
    expanded = expand_templates(model, model_path, engine, written)
    end = run_engine(engine, expanded, weather, written, arguments.period, limit_seconds(arguments.timeout_seconds))
    logger.info("EnergyPlus returncode: %d", end.returncode)
    store_outputs(result.simulation_id, model_path, written, arguments.keep_outputs)
    result.output_dir = output_path(result.simulation_id)
    result.energyplus_input_file_path = f"{result.output_dir}/{model.file_name}"
    result.outputs = stored_paths(result.simulation_id)
    fill_result(result, _finish(model, end, written), volume)
    if arguments.return_logs:
        err = read_err_file(written / "eplusout.err")
        result.logs = RunLogs(stdout_tail=end.stdout_tail, stderr_tail=end.stderr_tail, err_tail=err.tail)


def _finish(model: Model, end: EngineEnd, written: Path) -> Finished:
    return Finished(model, end, read_err_file(written / "eplusout.err"), read_metrics(written / "eplusout.sql"))
