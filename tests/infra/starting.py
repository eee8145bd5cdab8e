"""
Start a function's module as Lambda does, first as it should be and then without one variable after the other.

A program of its own, since these modules work when they are imported: given a module and its environment as
JSON, it prints what each start without a variable said.
"""

import json
import os
import sys
from collections.abc import Mapping
from importlib import import_module

PREFIX = "AURASTREAM_"


def started(module: str, variables: Mapping[str, str]) -> str:
    """Empty if the function starts, else what it says."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    os.environ.update(variables)
    place = f"aurastream.entrypoints.lambdas.{module}"
    sys.modules.pop(place, None)
    try:
        return "" if callable(import_module(place).handler) else "no handler"
    except ValueError as error:
        return str(error)


def main(module: str, given: Mapping[str, str]) -> dict[str, str]:
    """What it says as it should be, under `""`, and without each variable, under its name."""
    without = {
        name: started(module, {other: value for other, value in given.items() if other != name})
        for name in given
        if name.endswith(("_TABLE", "_BUCKET", "_ARN", "_URL"))
    }
    return {"": started(module, given), **without}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], json.loads(sys.argv[2]))))
