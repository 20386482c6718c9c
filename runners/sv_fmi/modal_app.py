"""The app `fmi-runner`. Deploy it from the folder `runners`: `modal deploy -m sv_fmi.modal_app`.

Read at deploy time: `FMI_VOLUME_NAME`, `FMI_TEST_VOLUME_NAME` and `RUNNER_DEPLOY_TAG`. Both volumes are always
mounted; `use_test_volume` chooses the one that a call reads. Importing this module takes `modal` and no other package:
what the functions need is in their image, and imported by them.
"""

import os
from typing import Any

import modal

from sv_contract import versions
from sv_contract.call_log import configure_logging
from sv_contract.settings import deploy_tag_setting
from sv_contract.volumes import reload_volume
from sv_fmi.mounts import MOUNT, TEST_MOUNT

configure_logging()

APP_NAME = "fmi-runner"
VOLUME_NAME = os.environ.get("FMI_VOLUME_NAME") or "fmi-cache"
TEST_VOLUME_NAME = os.environ.get("FMI_TEST_VOLUME_NAME") or "fmi-cache-test"

MOST_CALL_SECONDS = 3600 + 120
"""A simulation may take an hour; the rest is for its result to come home."""

image = (
    modal.Image.debian_slim(python_version=versions.PYTHON_VERSION)
    .pip_install(versions.CBOR2, versions.FMPY, versions.NUMPY, versions.PYDANTIC)
    # Modal adds the package of the functions itself, and no other.
    .add_local_python_source("sv_contract")
)
volume = modal.Volume.from_name(VOLUME_NAME, create_if_missing=True)
test_volume = modal.Volume.from_name(TEST_VOLUME_NAME, create_if_missing=True)

app = modal.App(APP_NAME, image=image, tags={"runner_version": versions.RUNNER_VERSION})

VOLUMES = {MOUNT: volume, TEST_MOUNT: test_volume}
ENVIRONMENT = {"FMI_VOLUME_NAME": VOLUME_NAME, "FMI_TEST_VOLUME_NAME": TEST_VOLUME_NAME, **deploy_tag_setting()}
"""So that a container imports this module with the names that it was deployed with."""


def _reload(use_test_volume: bool) -> None:
    reload_volume(test_volume if use_test_volume else volume)


@app.function(volumes=VOLUMES, env=ENVIRONMENT, timeout=MOST_CALL_SECONDS, cpu=1.0, memory=4096)
def run_fmi_simulation(
    *,
    fmu_storage_key: str,
    fmu_url: str | None = None,
    fmu_checksum: str | None = None,
    use_test_volume: bool = False,
    inputs: dict = {},  # noqa: B006 - never changed; callers see the default
    simulation_config: dict = {},  # noqa: B006
    output_variables: list = [],  # noqa: B006
    return_logs: bool = False,
    extras: bool = False,
    tolerance: float | None = None,
    output_interval: float | None = None,
    timeout_seconds: float | None = None,
    input_series: dict | None = None,
    files: dict | None = None,
    interface_type: str | None = None,
) -> dict[str, Any]:
    """Simulate an FMU (see `sv_contract.fmi`): final values, and with `extras` statistics, series and facts."""
    keywords = dict(locals())
    from sv_fmi.simulate import answer

    return answer(keywords, _reload)


@app.function(volumes=VOLUMES, env=ENVIRONMENT, timeout=120, cpu=1.0, memory=1024)
def probe_fmu(
    *,
    fmu_storage_key: str,
    fmu_url: str | None = None,
    fmu_checksum: str | None = None,
    use_test_volume: bool = False,
    return_logs: bool = False,
) -> dict[str, Any]:
    """List an FMU's variables without running anything of it (see `sv_contract.fmi`)."""
    keywords = dict(locals())
    from sv_fmi.probe import answer

    return answer(keywords, _reload)
