"""Reads a building model, refuses what must not run here, and sees to the outputs that the metrics come from."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sv_contract.problem import RunProblem

REFUSED_PREFIXES = (
    "pythonplugin:",
    "externalinterface",
    "energymanagementsystem:program",
    "energymanagementsystem:subroutine",
)
"""Objects that run code, or talk to other programs."""

REPORTS = [
    "AnnualBuildingUtilityPerformanceSummary",
    "DemandEndUseComponentsSummary",
    "InputVerificationandResultsSummary",
    "SensibleHeatGainSummary",
]
"""Tables that the metrics are read from."""

TRANSMITTED_SOLAR = "Enclosure Windows Total Transmitted Solar Radiation Energy"
"""Output variable of a metric that no table has."""

YEAR = {"begin_month": 1, "begin_day_of_month": 1, "end_month": 12, "end_day_of_month": 31}

ALL_REPORTS = {"allsummary", "allsummaryandmonthly", "allsummaryandsizingperiod", "allsummarymonthlyandsizingperiod"}


@dataclass(frozen=True)
class Model:
    """A model as EnergyPlus is to read it."""

    format: Literal["epjson", "idf"]
    text: str
    version: str | None
    """Of EnergyPlus, that the model was written for."""
    templates: tuple[str, ...] = ()
    """Kinds of HVACTemplate objects in it, which EnergyPlus itself does not simulate."""

    @property
    def file_name(self) -> str:
        """Name whose ending tells EnergyPlus the format."""
        return "model.epJSON" if self.format == "epjson" else "model.idf"


def read_model(payload: dict[str, Any] | str | bytes, *, needs_run_period: bool = False) -> Model:
    """Read a model; raises RunProblem for one that is none, or that names an object that is refused here.

    One that `needs_run_period` and has none is given a year: EnergyPlus 25.2 would simulate nothing, and call that a
    success.
    """
    if isinstance(payload, bytes):
        payload = payload.decode("utf-8-sig", "replace")
    if isinstance(payload, str) and payload.lstrip().startswith("{"):
        try:
            payload = json.loads(payload)
        except ValueError as error:
            raise RunProblem(f"The model begins as epJSON, and is no JSON: {error}.") from error
    if isinstance(payload, dict):
        return _read_epjson(payload, needs_run_period=needs_run_period)
    return _read_idf(payload, needs_run_period=needs_run_period)


def _refuse(name: str) -> None:
    if name.lower().startswith(REFUSED_PREFIXES):
        raise RunProblem(f"The model names the object {name}, which this runner does not run.")


def _refuse_file(path: str) -> None:
    raise RunProblem(
        f'The model has a Schedule:File that reads "{path}", and a call sends no files beside model and weather: '
        "write its values into the model, as a Schedule:Compact or Schedule:Year."
    )


def _templates(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name.lower().startswith("hvactemplate:")))


def _read_epjson(model: dict[str, Any], *, needs_run_period: bool) -> Model:
    names = {name.lower(): name for name in model}
    for name in model:
        _refuse(name)
    for schedule in (model.get(names.get("schedule:file", "")) or {}).values():
        _refuse_file(str(schedule.get("file_name", "")))
    versions = [str(each.get("version_identifier")) for each in (model.get(names.get("version", "")) or {}).values()]
    completed = _complete_epjson(dict(model), names)
    if needs_run_period and not model.get(names.get("runperiod", "")):
        completed[names.get("runperiod", "RunPeriod")] = {"Year": YEAR}
    return Model("epjson", json.dumps(completed), versions[0] if versions else None, _templates(model))


def _complete_epjson(model: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    sqlite = names.get("output:sqlite", "Output:SQLite")
    model[sqlite] = {"Output:SQLite 1": {"option_type": "SimpleAndTabular"}}
    key = names.get("output:table:summaryreports", "Output:Table:SummaryReports")
    given = [each for table in (model.get(key) or {}).values() for each in table.get("reports", [])]
    have = {str(each.get("report_name", "")).lower() for each in given}
    if not have & ALL_REPORTS:
        given += [{"report_name": name} for name in REPORTS if name.lower() not in have]
    model[key] = {"Output:Table:SummaryReports 1": {"reports": given}}
    variables = names.get("output:variable", "Output:Variable")
    solar = {"key_value": "*", "variable_name": TRANSMITTED_SOLAR, "reporting_frequency": "RunPeriod"}
    model[variables] = {**(model.get(variables) or {}), "Transmitted solar of the run": solar}
    return model


def _read_idf(text: str, *, needs_run_period: bool) -> Model:
    version = None
    objects = list(_idf_objects(text))
    if not objects:
        raise RunProblem("The model has no object: it is neither epJSON nor the text of an IDF.")
    for name, *fields in objects:
        _refuse(name)
        if name.lower() == "schedule:file":
            _refuse_file(fields[2] if len(fields) > 2 else "")
        if name.lower() == "version" and fields:
            version = fields[0]
    given = {name.lower(): fields for name, *fields in objects}
    completed = _complete_idf(text, given)
    if needs_run_period and "runperiod" not in given:
        completed += "\nRunPeriod, Year, 1, 1, , 12, 31;\n"
    return Model("idf", completed, version, _templates(name for name, *_ in objects))


def _idf_objects(text: str) -> Iterator[list[str]]:
    """Yield each object's name and fields; a comment goes from `!` to the end of its line."""
    bare = re.sub(r"!.*", "", text)
    for statement in bare.split(";")[:-1]:
        yield [field.strip() for field in statement.split(",")]


def _complete_idf(text: str, objects: dict[str, list[str]]) -> str:
    """Add what is missing; the objects of tables and of SQLite may be there once only."""
    text += f"\n\nOutput:Variable, *, {TRANSMITTED_SOLAR}, RunPeriod;\n"
    if "output:sqlite" in objects:
        text = re.sub(r"(?im)^(\s*Output:SQLite\s*,)[^;]*;", r"\1 SimpleAndTabular;", text)
    else:
        text += "\nOutput:SQLite, SimpleAndTabular;\n"
    have = {each.lower() for each in objects.get("output:table:summaryreports", [])}
    missing = [] if have & ALL_REPORTS else [each for each in REPORTS if each.lower() not in have]
    if not missing:
        return text
    listed = ",\n  ".join(missing)
    if have:
        return re.sub(r"(?im)^(\s*Output:Table:SummaryReports\s*,)", rf"\1\n  {listed},", text, count=1)
    return f"{text}\nOutput:Table:SummaryReports,\n  {listed};\n"
