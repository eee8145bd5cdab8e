"""How synchronous work is run for an asynchronous app."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

from aurastream.entrypoints.http.operations import Run
from aurastream.entrypoints.http.refusals import OverloadedError

P = ParamSpec("P")
T = TypeVar("T")


async def at_once(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """In the event loop itself, where one request is served at a time."""
    return work(*args, **kwargs)


def shedding(limit: int, *, waiting: int = 0) -> Run:
    """
    In threads, `limit` at a time; so many more may wait, and the rest is told at once to come back.

    A queue without an end would answer everybody late; this one answers those it takes in time.
    """
    threads: anyio.CapacityLimiter | None = None
    present = 0

    async def run(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        nonlocal threads, present
        if present >= limit + waiting:
            raise OverloadedError("too many requests at a time")
        threads = threads or anyio.CapacityLimiter(limit)  # belongs to the loop it is made in
        present += 1
        try:
            return await anyio.to_thread.run_sync(lambda: work(*args, **kwargs), limiter=threads)
        finally:
            present -= 1

    return run
