"""Checks start values before the FMU sees them: FMPy would turn 5.7 into 5 and "0" into true without a word."""

import base64
import binascii
import math
import re
from typing import Any

from fmpy.model_description import ModelVariable

from sv_fmi.description import count_elements, type_name

INTEGER_RANGES = {
    **{f"Int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"UInt{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
}
"""Least and greatest value by type."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


class NotSettable(Exception):  # noqa: N818 - the end of a sentence about a value
    """Why a start value cannot be set, as the end of a sentence."""


def why_not_settable(variable: ModelVariable) -> str | None:
    """Tell why a variable takes no start value (FMI 2.0.5, 2.2.7; FMI 3.0, 2.4.7.4); None where it does."""
    causality = variable.causality
    if variable.type == "Clock":
        return "it is a Clock, and Clocks are not set from outside here"
    if variable.variability == "constant":
        return "it is a constant"
    if causality == "independent":
        return "it is the independent variable"
    if causality == "structuralParameter":
        return "it is a structural parameter, which this runner does not set"
    if causality in {"input", "parameter"} or variable.initial in {"exact", "approx"}:
        return None
    return f"it is calculated by the FMU (causality {causality})"


def check_start_value(variable: ModelVariable, value: Any) -> Any:
    """Return a value as FMPy takes it, a flat list for an array; raises NotSettable where it does not fit."""
    size = count_elements(variable)
    if not variable.shape:
        if isinstance(value, list):
            raise NotSettable("it is a scalar, and a list was given")
        return _check_scalar(variable, value)
    given = _flatten(value) if isinstance(value, list) else [value] * size
    if len(given) != size:
        raise NotSettable(f"it has {size} elements, and {len(given)} were given")
    return [_check_scalar(variable, each) for each in given]


def _flatten(values: list[Any]) -> list[Any]:
    return [each for value in values for each in (_flatten(value) if isinstance(value, list) else [value])]


def _check_scalar(variable: ModelVariable, value: Any) -> Any:
    name = type_name(variable)
    checks = {
        "String": _check_string,
        "Binary": _check_binary,
        "Boolean": _check_boolean,
        "Enumeration": _check_enumeration,
        "Float32": _check_real,
        "Float64": _check_real,
    }
    return checks.get(name, _check_integer)(variable, value)


def _mismatch(variable: ModelVariable, value: Any, wanted: str) -> NotSettable:
    shown = "bytes" if isinstance(value, bytes) else repr(value)
    return NotSettable(f"it is of type {type_name(variable)} and takes {wanted}, not {shown}")


def _check_string(variable: ModelVariable, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise _mismatch(variable, value, "text")


def _check_binary(variable: ModelVariable, value: Any) -> str:
    """Return hex, which is how FMPy takes a Binary."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True).hex()
        except binascii.Error:
            pass
    raise _mismatch(variable, value, "bytes, or text in base64")


def _check_boolean(variable: ModelVariable, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in {"true", "1", "1.0"}:
        return True
    if word in {"false", "0", "0.0"}:
        return False
    raise _mismatch(variable, value, "true or false")


def _read_number(value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not isinstance(value, str):
        return value
    text = value.strip()
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else None


def _check_real(variable: ModelVariable, value: Any) -> float:
    number = _read_number(value)
    if number is None or math.isnan(number):
        raise _mismatch(variable, value, "a number")
    return float(number)


def _check_enumeration(variable: ModelVariable, value: Any) -> int:
    items = getattr(variable.declaredType, "items", None) or []
    named = next((each for each in items if each.name == value), None)
    if named is not None:
        return int(named.value)
    number = None if items and _read_number(value) is None else _check_integer(variable, value)
    if items and all(int(each.value) != number for each in items):
        known = ", ".join(f"{each.value} ({each.name})" for each in items)
        raise NotSettable(f"{value!r} is none of its items: {known}")
    return number


def _check_integer(variable: ModelVariable, value: Any) -> int:
    number = _read_number(value)
    name = type_name(variable)
    if number is None:
        raise _mismatch(variable, value, "a whole number")
    if isinstance(number, float) and not number.is_integer():
        raise NotSettable(f"it is of type {name}, and {number} is not a whole number")
    exact = int(number)
    # An Enumeration travels as Int64 in FMI 3.0; before that its items bound it.
    least, most = INTEGER_RANGES["Int64" if name == "Enumeration" else name]
    if not least <= exact <= most:
        raise NotSettable(f"{exact} is outside the range of {name}, {least} to {most}")
    return exact
