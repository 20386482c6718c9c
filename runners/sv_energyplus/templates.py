"""Turns HVACTemplate objects into those that EnergyPlus simulates, by the engine's own program ExpandObjects."""

import logging
import shutil
import tempfile
from pathlib import Path

from sv_contract.problem import RunProblem
from sv_contract.process import run_process
from sv_energyplus.engine import Engine
from sv_energyplus.model import Model

logger = logging.getLogger("sv_energyplus.modal_app")

PROGRAM = "ExpandObjects"
EXPANDED = "expanded.idf"
MOST_SECONDS = 120.0

# The Python package has no data dictionary: ranges and choices are checked by EnergyPlus itself then.
_WITHOUT_DICTIONARY = ("Cannot find Energy+.idd", "Since the Energy+.IDD file")


def expand_templates(model: Model, path: Path, engine: Engine, output: Path) -> Path:
    """Return the model to simulate: the one at `path`, or, where it has templates, one written to `output`.

    Raises RunProblem for templates that cannot be turned into objects here.
    """
    if not model.templates:
        return path
    named = ", ".join(model.templates[:3])
    if model.format == "epjson":
        raise RunProblem(f"The model has {named}, which only an IDF may have: send the model as an IDF.")
    program = engine.folder / PROGRAM
    if not program.is_file():
        raise RunProblem(
            f"The model has {named}, and the engine at {engine.folder} has no {PROGRAM} to expand it with."
        )
    lines: list[str] = []
    with tempfile.TemporaryDirectory(prefix="energyplus-expand-") as name:
        folder = Path(name)
        shutil.copyfile(path, folder / "in.idf")
        dictionary = engine.folder / "Energy+.idd"
        if dictionary.is_file():
            (folder / dictionary.name).symlink_to(dictionary)
        run_process(
            [str(program)],
            cwd=folder,
            env={"LANG": "C.UTF-8"},
            timeout_seconds=MOST_SECONDS,
            on_line=lambda _source, line: lines.append(line),
        )
        said = _read_messages(folder / "expandedidf.err")
        for message in said:
            logger.warning("%s", message)
        if not (folder / EXPANDED).is_file():
            raise RunProblem(f"{PROGRAM} could not expand {named}.", *(said or lines[-1:]))
        shutil.copyfile(folder / EXPANDED, output / EXPANDED)
    logger.info("%s expanded %s", PROGRAM, named)
    return output / EXPANDED


def _read_messages(path: Path) -> list[str]:
    if not path.is_file():
        return []
    lines = (line.removeprefix(f"{PROGRAM}:").strip() for line in path.read_text("utf-8", "replace").splitlines())
    return [line for line in lines if line and not line.startswith(_WITHOUT_DICTIONARY)]
