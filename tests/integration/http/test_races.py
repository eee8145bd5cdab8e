"""The same keyed request many times at one moment: it is done once, and everybody is told the same."""

from pathlib import Path

import httpx
import pytest

from aurastream.adapters.local.data_directory import open_database
from aurastream.adapters.local.sqlite_idempotency_store import SqliteIdempotencyStore
from tests.contracts.racing import race
from tests.integration.http.service import Bench, Client

RACES = 1_000
REQUESTS = [
    ("/v1/sentiment", '{"text": "good"}', 200),
    ("/v1/sentiment", '{"text": "good", "mode": "ASYNC"}', 202),
    ("/v1/jobs", "{}", 201),
]


def told(answer: httpx.Response) -> tuple[int, bytes, str | None]:
    return answer.status_code, answer.content, answer.headers.get("Location")


def raced(client: Client, number: int) -> None:
    """One to five times at once, and once more afterwards."""
    path, body, status = REQUESTS[number % len(REQUESTS)]

    def send(_racer: int) -> httpx.Response:
        return client("POST", path, body, media="application/json", headers={"Idempotency-Key": f"{number}"})

    answers = race(send, number % 5 + 1)
    assert all(isinstance(answer, httpx.Response) for answer in answers), answers
    given = [answer for answer in answers if isinstance(answer, httpx.Response)]
    done = [answer for answer in given if answer.status_code == status]
    others = [answer.json()["code"] for answer in given if answer.status_code != status]
    assert done
    assert set(others) <= {"idempotency_in_progress"}
    assert sum("Idempotency-Replayed" not in answer.headers for answer in done) == 1
    assert {told(answer) for answer in [*done, send(0)]} == {told(done[0])}


@pytest.mark.slow
def test_in_a_thousand_races_each_request_is_done_once_and_answered_alike(tmp_path: Path) -> None:
    database = open_database(tmp_path)
    bench = Bench()
    bench.requests = SqliteIdempotencyStore(database)  # type: ignore[assignment] # the real one
    client = bench.client()
    for number in range(RACES):
        raced(client, number)
    database.close()
    times = [sum(number % len(REQUESTS) == which for number in range(RACES)) for which in range(3)]
    assert len(bench.engine.calls) == times[0]
    assert len(bench.store.jobs) == times[1] + times[2]
