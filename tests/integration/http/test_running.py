"""How work is run beside the event loop, and what happens when there is too much of it."""

import asyncio
from threading import Barrier, Event, get_ident

import httpx
import pytest

from aurastream.entrypoints.http.refusals import OverloadedError
from aurastream.entrypoints.http.running import at_once, shedding
from tests.integration.http.service import Bench


def test_at_once_is_in_the_loop_itself() -> None:
    async def ran() -> int:
        return await at_once(get_ident)

    assert asyncio.run(ran()) == get_ident()


def test_shedding_runs_elsewhere_and_hands_on_what_comes() -> None:
    run = shedding(1)

    async def ran() -> int:
        with pytest.raises(ZeroDivisionError):
            await run(lambda: 1 // 0)
        return await run(get_ident)

    assert asyncio.run(ran()) != get_ident()


@pytest.mark.parametrize(("limit", "waiting"), [(1, 0), (2, 0), (2, 3)])
def test_so_many_work_so_many_wait_and_the_rest_is_sent_away(limit: int, waiting: int) -> None:
    run = shedding(limit, waiting=waiting)
    going, working = Event(), Barrier(limit + 1)

    def work() -> str:
        working.wait()
        going.wait()
        return "done"

    def arrive() -> str:
        assert going.is_set()
        return "late"

    async def crowd() -> list[object]:
        first = [asyncio.create_task(run(work)) for _ in range(limit)]
        await asyncio.to_thread(working.wait)
        rest = [asyncio.create_task(run(arrive)) for _ in range(waiting + 2)]
        await asyncio.sleep(0.05)  # time enough for one that would not wait
        going.set()
        return list(await asyncio.gather(*first, *rest, return_exceptions=True))

    results = asyncio.run(crowd())
    assert results[:limit] == ["done"] * limit
    assert results[limit : limit + waiting] == ["late"] * waiting
    assert [type(result) for result in results[limit + waiting :]] == [OverloadedError] * 2


def test_who_was_sent_away_may_come_back() -> None:
    run = shedding(1)

    async def twice() -> list[str]:
        return [await run(lambda: "done"), await run(lambda: "done")]

    assert asyncio.run(twice()) == ["done", "done"]


def test_an_app_that_is_too_busy_says_so_at_once() -> None:
    going, working = Event(), Event()
    bench = Bench(run=shedding(1))

    def hook(_made: object) -> None:
        working.set()
        going.wait()

    bench.engine.hook = hook

    async def crowd() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=bench.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            first = asyncio.create_task(client.post("/v1/sentiment", json={"text": "good"}))
            await asyncio.to_thread(working.wait)
            second = await client.post("/v1/sentiment", json={"text": "good"})
            assert (await client.get("/v1/health")).status_code == 200  # busy, not dead
            going.set()
            return [await first, second]

    answered, refused = asyncio.run(crowd())
    assert answered.status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["Retry-After"] == "1"
