"""Reads a call's keyword arguments in the words that Python itself uses."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Arguments = TypeVar("Arguments", bound=BaseModel)


def read_arguments(function_name: str, model: type[Arguments], keywords: dict[str, Any]) -> Arguments:
    """Read keyword arguments; raises TypeError, worded as Python's own, naming every one that does not fit."""
    try:
        return model.model_validate(keywords)
    except ValidationError as error:
        problems = "; ".join(dict.fromkeys(_describe(each) for each in error.errors(include_url=False)))
        raise TypeError(f"{function_name}() {problems}") from None


def _describe(error: ErrorDetails) -> str:
    *parents, last = [str(part) for part in error["loc"]] or [""]
    if error["type"] == "extra_forbidden":
        if parents:
            return f"got unexpected keys in '{'.'.join(parents)}': '{last}'"
        return f"got an unexpected keyword argument '{last}'"
    path = ".".join([*parents, last])
    if error["type"] == "missing":
        return f"missing 1 required keyword-only argument: '{path}'"
    return f"argument '{path}' is not valid: {error['msg'].removeprefix('Value error, ')}"
