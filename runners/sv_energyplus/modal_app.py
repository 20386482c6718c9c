"""The app `energyplus-runner`. Deploy it from the folder `runners`: `modal deploy -m sv_energyplus.modal_app`.

Read at deploy time: `ENERGYPLUS_USE_TEST_VOLUME` (which of the two volumes is mounted at `/outputs`; the app's tag
`output_volume` tells), `ENERGYPLUS_OUTPUT_VOLUME_NAME`, `ENERGYPLUS_TEST_OUTPUT_VOLUME_NAME` and `RUNNER_DEPLOY_TAG`.
Importing this module takes `modal` and no other package.
"""

from typing import Any

import modal

from sv_contract import versions
from sv_contract.call_log import configure_logging
from sv_contract.settings import deploy_tag_setting
from sv_contract.volumes import commit_volume, reload_volume
from sv_energyplus.output_volume import MOUNT, choose_volume

configure_logging()

APP_NAME = "energyplus-runner"
MOST_CALL_SECONDS = 3600 + 300
"""A simulation may take an hour; the rest is for its outputs to be stored."""

OUTPUT_VOLUME = choose_volume()

image = (
    modal.Image.debian_slim(python_version=versions.PYTHON_VERSION)
    .pip_install(versions.CBOR2, versions.ENERGYPLUS, versions.PYDANTIC)
    # Modal adds the package of the functions itself, and no other.
    .add_local_python_source("sv_contract")
)
volume = modal.Volume.from_name(OUTPUT_VOLUME.name, create_if_missing=True)

app = modal.App(
    APP_NAME,
    image=image,
    tags={
        "runner_version": versions.RUNNER_VERSION,
        "engine_version": versions.ENERGYPLUS_VERSION,
        "output_volume": OUTPUT_VOLUME.name,
    },
)

VOLUMES = {MOUNT: volume}
ENVIRONMENT = {
    "ENERGYPLUS_USE_TEST_VOLUME": "1" if OUTPUT_VOLUME.is_test else "0",
    "ENERGYPLUS_OUTPUT_VOLUME_NAME": OUTPUT_VOLUME.other_name if OUTPUT_VOLUME.is_test else OUTPUT_VOLUME.name,
    "ENERGYPLUS_TEST_OUTPUT_VOLUME_NAME": OUTPUT_VOLUME.name if OUTPUT_VOLUME.is_test else OUTPUT_VOLUME.other_name,
    **deploy_tag_setting(),
}
"""So that a container imports this module with the choice that it was deployed with."""


def _reload() -> None:
    reload_volume(volume)


def _commit() -> None:
    commit_volume(volume)


@app.function(volumes=VOLUMES, env=ENVIRONMENT, timeout=MOST_CALL_SECONDS, cpu=1.0, memory=4096)
def run_energyplus_simulation(
    *,
    energyplus_payload: Any,
    weather_file: str,
    simulation_id: str | None = None,
    return_logs: bool = True,
    extras: bool = False,
    weather_content: bytes | None = None,
    use_test_volume: bool | None = None,
    period: str | None = None,
    keep_outputs: str = "all",
    timeout_seconds: float | None = None,
) -> dict[str, Any]:
    """Simulate a building (see `sv_contract.energyplus`); outputs go to `/outputs/<simulation_id>`."""
    keywords = dict(locals())
    from sv_energyplus.simulate import answer

    return answer(keywords, OUTPUT_VOLUME, _reload, _commit)


@app.function(volumes=VOLUMES, env=ENVIRONMENT, timeout=300)
def cleanup_simulation_outputs(
    *, simulation_id: str, missing_ok: bool = True, use_test_volume: bool | None = None
) -> dict[str, Any]:
    """Remove a simulation's outputs from the volume."""
    keywords = dict(locals())
    from sv_energyplus.outputs import clean_up

    return clean_up(keywords, OUTPUT_VOLUME, _reload, _commit)
