"""`probe_fmu`."""

import zipfile

import pytest
from conftest import BUILT_FMUS

from sv_fmi.modal_app import probe_fmu

pytestmark = pytest.mark.filterwarnings("ignore:.*executing locally")


def test_lists_variables_with_units(put_fmu):
    result = probe_fmu.local(fmu_storage_key=put_fmu(BUILT_FMUS / "bouncing-ball-2.fmu"), use_test_volume=True)
    assert result["status"] == "success"
    assert result["messages"] == ["Parsed 8 variables from modelDescription.xml"]
    assert result["variables"][1] == {
        "name": "h",
        "causality": "output",
        "variability": "continuous",
        "value_reference": 1,
        "value_type": "Real",
        "unit": "m",
    }


def test_finds_the_variables_of_fmi_3(put_fmu):
    result = probe_fmu.local(fmu_storage_key=put_fmu(BUILT_FMUS / "feedthrough-3.fmu"), use_test_volume=True)
    assert {"Float64", "Int8", "Binary"} <= {each["value_type"] for each in result["variables"]}


@pytest.mark.parametrize("name", ["../evil.so", "binaries/../../evil.so", "C:/evil", "resources\\evil", "/evil"])
def test_refuses_entries_that_leave_the_archive(mount_root, name):
    with zipfile.ZipFile(mount_root / "fmus" / "bad.fmu", "w") as archive:
        archive.writestr("modelDescription.xml", "<a/>")
        archive.writestr(zipfile.ZipInfo(name), "x")
    result = probe_fmu.local(fmu_storage_key="bad.fmu")
    assert result["status"] == "error"
    assert "points outside it" in result["errors"][0]


@pytest.mark.parametrize(
    ("content", "said"), [(b"text", "cannot be read as a zip archive"), (None, "no modelDescription.xml")]
)
def test_a_failure_lists_no_variables(mount_root, content, said):
    path = mount_root / "fmus" / "bad.fmu"
    if content is None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "")
    else:
        path.write_bytes(content)
    result = probe_fmu.local(fmu_storage_key="bad.fmu")
    assert (result["status"], result["variables"]) == ("error", [])
    assert said in result["errors"][0]
