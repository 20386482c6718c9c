"""Which volume the outputs go to: chosen when the app is deployed, since a function has one volume at `/outputs`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from sv_contract.settings import is_true

MOUNT = "/outputs"


@dataclass(frozen=True)
class OutputVolume:
    """The volume that is mounted."""

    name: str
    is_test: bool
    other_name: str

    def require(self, use_test_volume: bool | None) -> None:
        """Raise ValueError for a caller who counts on the other volume."""
        if use_test_volume is None or use_test_volume == self.is_test:
            return
        switch = "1" if use_test_volume else "0"
        raise ValueError(
            f'This energyplus-runner writes to the volume "{self.name}", and the call wants "{self.other_name}": '
            f"deploy it again with ENERGYPLUS_USE_TEST_VOLUME={switch}, by `deploy_runner`."
        )


def choose_volume(environ: Mapping[str, str] = os.environ) -> OutputVolume:
    """Choose by `ENERGYPLUS_USE_TEST_VOLUME`; the names may be given too."""
    name = environ.get("ENERGYPLUS_OUTPUT_VOLUME_NAME") or "energyplus-outputs"
    test_name = environ.get("ENERGYPLUS_TEST_OUTPUT_VOLUME_NAME") or "energyplus-outputs-test"
    if is_true(environ.get("ENERGYPLUS_USE_TEST_VOLUME")):
        return OutputVolume(test_name, True, name)
    return OutputVolume(name, False, test_name)
