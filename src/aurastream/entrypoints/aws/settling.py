"""The round that ends what nobody works on."""

from dataclasses import replace
from typing import Any

from aurastream.entrypoints.aws.functions import Function
from aurastream.entrypoints.aws.tasks import Handler

AT_A_TIME = 1_000
"""Jobs that one invocation settles at most; what is left then is the next one's."""


def settle_handler(function: Function) -> Handler:
    """Settle until nothing is overdue, or until it is enough for one invocation."""
    settle, telemetry = replace(function.container.settle_overdue(), at_a_time=AT_A_TIME), function.telemetry

    def work(_event: Any) -> dict[str, int]:
        return {"v": 1, "settled": settle()}

    return telemetry.reported(work)
