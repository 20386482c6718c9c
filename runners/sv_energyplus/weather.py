"""Finds the weather file of a run."""

import importlib.util
from pathlib import Path, PurePosixPath

from sv_contract.problem import RunProblem
from sv_contract.settings import mounted
from sv_energyplus.engine import PACKAGE

WEATHER_FOLDER = "/inputs/weather_data"
"""Where an image may have some, beside those of the Python package."""

OLD_NAMES = {"USA_CA_SF.epw": "USA_CA_San.Francisco.Intl.AP.724940_TMY3.epw"}
"""Short names that old callers send."""


def place_weather(name: str, content: bytes | None, folder: Path) -> Path:
    """Return the path of the EPW file: `content` written to `folder`, or one the image has; raises RunProblem."""
    if name in {".", ".."} or PurePosixPath(name.replace("\\", "/")).name != name:
        raise RunProblem(f'weather_file must be a plain file name, not "{name}".')
    if content is not None:
        # The first line of every EPW file (EnergyPlus, Auxiliary Programs, EnergyPlus Weather File Data Dictionary).
        if not content.lstrip(b"\xef\xbb\xbf").upper().startswith(b"LOCATION,"):
            raise RunProblem(f'"{name}" is no EPW weather file: it does not begin with LOCATION.')
        path = folder / (name if name.lower().endswith(".epw") else f"{name}.epw")
        path.write_bytes(content)
        return path
    known = _known_files()
    path = known.get(name) or known.get(OLD_NAMES.get(name, name))
    if path is not None:
        return path
    there = sorted(known)
    has = f"it has {', '.join(there)}" if there else "it has none"
    raise RunProblem(f'The runner has no weather file "{name}": {has}. Send the EPW file itself.')


def _known_files() -> dict[str, Path]:
    """All weather files by name; those of the image's folder first."""
    folders = [mounted(WEATHER_FOLDER)]
    package = importlib.util.find_spec(PACKAGE)
    if package is not None:
        folders += [Path(each) / "data" / "weather" for each in package.submodule_search_locations or []]
    found = [each for folder in reversed(folders) if folder.is_dir() for each in folder.glob("*.epw")]
    return {each.name: each for each in found}
