"""Fixtures of all tests: a mount root in a temporary folder, with the project's fixture FMUs on both volumes."""

import shutil
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
BUILT_FMUS = PROJECT / "test" / "fixtures" / "built"
EXAMPLE_FMUS = PROJECT / "examples"
CONTRACT_EXAMPLES = Path(__file__).parents[1] / "contract_examples"


@pytest.fixture
def mount_root(tmp_path, monkeypatch):
    """The folder that stands for `/` in a container."""
    root = tmp_path / "root"
    (root / "fmus").mkdir(parents=True)
    (root / "fmus-test").mkdir()
    (root / "outputs").mkdir()
    monkeypatch.setenv("MODAL_FMI_MOUNT_ROOT", str(root))
    # What a call leaves behind in the folder for temporary files would be found there.
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    return root


@pytest.fixture
def put_fmu(mount_root):
    """Put an FMU on the test volume; returns its storage key."""

    def put(path: Path, volume: str = "fmus-test") -> str:
        shutil.copyfile(path, mount_root / volume / path.name)
        return path.name

    return put
