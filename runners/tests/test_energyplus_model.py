"""What is read from a building model, refused in it and added to it."""

import json

import pytest

from sv_contract.problem import RunProblem
from sv_energyplus.model import REPORTS, read_model


@pytest.mark.parametrize("payload", [b"Version,25.2;", "\n  Version , 25.2 ; !- Version\n"])
def test_reads_an_idf_and_adds_the_tables(payload):
    model = read_model(payload)
    assert (model.format, model.version) == ("idf", "25.2")
    assert "Output:SQLite, SimpleAndTabular;" in model.text
    assert all(name in model.text for name in REPORTS)


def test_changes_what_an_idf_has_already():
    text = "Output:SQLite,\n  Simple;  !- Option\nOutput:Table:SummaryReports,\n  ZoneComponentLoadSummary;\n"
    changed = read_model(text).text
    assert changed.count("Output:SQLite") == 1
    assert "Output:SQLite, SimpleAndTabular;" in changed
    assert changed.count("Output:Table:SummaryReports") == 1
    assert f"{REPORTS[0]},\n" in changed
    assert "ZoneComponentLoadSummary;" in changed


def test_leaves_all_reports_as_they_are():
    text = "Version,25.2;\nOutput:Table:SummaryReports, AllSummary;\n"
    assert REPORTS[0] not in read_model(text).text


@pytest.mark.parametrize("as_text", [False, True])
def test_reads_epjson_and_adds_the_tables(as_text):
    payload = {
        "Version": {"Version 1": {"version_identifier": "25.2"}},
        "Output:Table:SummaryReports": {"x": {"reports": [{"report_name": "ZoneComponentLoadSummary"}]}},
    }
    model = read_model(json.dumps(payload) if as_text else payload)
    assert (model.format, model.version) == ("epjson", "25.2")
    written = json.loads(model.text)
    [table] = written["Output:Table:SummaryReports"].values()
    assert [each["report_name"] for each in table["reports"]] == ["ZoneComponentLoadSummary", *REPORTS]
    assert [each["option_type"] for each in written["Output:SQLite"].values()] == ["SimpleAndTabular"]


@pytest.mark.parametrize(
    "payload",
    [
        "PythonPlugin:Instance, a, No, module, class;",
        "ExternalInterface, FunctionalMockupUnitImport;",
        "externalinterface:functionalmockupunitimport, a.fmu;",
        "Building,b;\nEnergyManagementSystem:Program, p, SET x = 1;",
        {"EnergyManagementSystem:Subroutine": {}},
        "Schedule:File, s, , /etc/passwd, 1, 0;",
        "Schedule:File, s, , ../x.csv, 1, 0;",
        "Schedule:File, s, , C:\\x.csv, 1, 0;",
        {"Schedule:File": {"s": {"file_name": "https://example.com/x.csv"}}},
        "Schedule:File, s, , occupancy.csv, 1, 0;",
    ],
)
def test_refuses_objects_that_run_code_or_reach_outside(payload):
    with pytest.raises(RunProblem):
        read_model(payload)


def test_a_comment_names_nothing():
    assert read_model("Version,25.2; ! PythonPlugin:Instance, a;\n").version == "25.2"


def test_a_model_without_a_run_period_is_given_a_year_where_one_is_needed():
    idf = "Version, 25.2;\n"
    assert "RunPeriod," not in read_model(idf).text.replace(" RunPeriod;", "")
    assert "RunPeriod, Year, 1, 1, , 12, 31;" in read_model(idf, needs_run_period=True).text
    own = f"{idf}RunPeriod, Mine, 1, 1, , 1, 31;\n"
    assert "Year" not in read_model(own, needs_run_period=True).text
    epjson = {"Version": {"Version 1": {"version_identifier": "25.2"}}}
    assert "RunPeriod" not in json.loads(read_model(epjson).text)
    assert json.loads(read_model(epjson, needs_run_period=True).text)["RunPeriod"]["Year"]["end_month"] == 12
    epjson["runperiod"] = {"Mine": {"begin_month": 1}}
    assert list(json.loads(read_model(epjson, needs_run_period=True).text)["runperiod"]) == ["Mine"]
