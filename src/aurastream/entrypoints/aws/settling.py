"""The round that ends what nobody works on."""

from typing import Any

from aurastream.entrypoints.aws.functions import Function
from aurastream.entrypoints.aws.tasks import Handler

ROUNDS = 10
"""At most so many rounds an invocation; what is left then is the next one's."""


def settle_handler(function: Function) -> Handler:
    """Settle until nothing is overdue, or until it is enough for one invocation."""
    settle, telemetry = function.container.settle_overdue(), function.telemetry

    def work(_event: Any) -> dict[str, int]:
        settled = 0
        for _ in range(ROUNDS):
            found = settle()
            settled += found
            if not found:
                break
        return {"v": 1, "settled": settled}

    return telemetry.reported(work)
