"""The Python contract, and a strict copy of what old callers expect, accept and reject the stored examples."""

import base64
import json

import pytest
from conftest import CONTRACT_EXAMPLES
from pydantic import BaseModel, ConfigDict, ValidationError

from sv_contract.energyplus import EnergyPlusArguments, OldResult
from sv_contract.fmi import ProbeArguments, ProbeResult, RunArguments, RunResult


class OldRunResult(BaseModel):
    """What a caller of the first contract reads."""

    model_config = ConfigDict(extra="forbid", strict=True)

    status: str
    outputs: dict
    errors: list[str]
    logs: list[str] = []


SCHEMAS = {
    "energyplus_arguments": EnergyPlusArguments,
    "energyplus_old_result": OldResult,
    "old_run_result": OldRunResult,
    "probe_arguments": ProbeArguments,
    "probe_result": ProbeResult,
    "run_arguments": RunArguments,
    "run_result": RunResult,
}


def decode(value):
    if value.keys() == {"$bytes"}:
        return base64.b64decode(value["$bytes"])
    if value.keys() == {"$bigint"}:
        return int(value["$bigint"])
    if value.keys() == {"$number"}:
        return float(value["$number"])
    return value


def examples():
    for path in sorted(CONTRACT_EXAMPLES.glob("*.json")):
        file = json.loads(path.read_text(), object_hook=decode)
        for each in file["examples"]:
            yield pytest.param(file["schema"], each, id=f"{file['schema']}: {each['name']}")


@pytest.mark.parametrize(("schema", "example"), examples())
def test_models_accept_and_reject(schema, example):
    if example["accepted"]:
        SCHEMAS[schema].model_validate(example["value"])
    else:
        with pytest.raises(ValidationError):
            SCHEMAS[schema].model_validate(example["value"])


def test_every_schema_has_examples_of_both_kinds():
    found = {(param.values[0], param.values[1]["accepted"]) for param in examples()}
    assert found == {(schema, accepted) for schema in SCHEMAS for accepted in (True, False)}
