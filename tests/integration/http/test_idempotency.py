"""A keyed request is done once, whatever happens on the way."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from aurastream.domain.errors import EngineUnavailableError, UnavailableError
from aurastream.domain.keys import JobId, JobKey
from aurastream.domain.outcome import FailureCode, failed
from tests.contracts.cases import MARKER
from tests.integration.http.service import ACME, RIVAL, Bench, Client

KEY = "Idempotency-Key"
LATER = '{"text": "good", "mode": "ASYNC"}'


def keyed(client: Client, path: str, body: str = "", key: str = "k", **kwargs: Any) -> httpx.Response:
    return client("POST", path, body, media="application/json", headers={KEY: key}, **kwargs)


def same(first: httpx.Response, again: httpx.Response) -> bool:
    told = ("Content-Type", "Location", "Retry-After")
    return (
        first.status_code == again.status_code
        and first.content == again.content
        and [first.headers.get(name) for name in told] == [again.headers.get(name) for name in told]
        and "Idempotency-Replayed" not in first.headers
        and again.headers["Idempotency-Replayed"] == "true"
    )


def test_an_answer_is_given_again(bench: Bench, client: Client) -> None:
    first = keyed(client, "/v1/sentiment", '{"text": "good"}')
    again = keyed(client, "/v1/sentiment", '{"text": "good"}')
    assert first.status_code == 200
    assert same(first, again)
    assert len(bench.engine.calls) == 1
    assert first.headers["X-Request-Id"] != again.headers["X-Request-Id"]


def test_a_job_is_made_once(bench: Bench, client: Client) -> None:
    for path, body, status in (("/v1/sentiment", LATER, 202), ("/v1/jobs", "{}", 201)):
        before = len(bench.store.jobs)
        first, again = keyed(client, path, body), keyed(client, path, body)
        assert first.status_code == status
        assert same(first, again)
        assert len(bench.store.jobs) == before + 1


def test_a_job_is_retried_and_cancelled_once(bench: Bench, client: Client) -> None:
    failure = failed("2", FailureCode.ENGINE_UNAVAILABLE, retryable=True).at_row(2)
    job = bench.ended(outcomes=[bench.outcome(1), failure])
    for verb in ("retry", "cancel"):
        path = f"/v1/jobs/{job.key.job_id}/{verb}"
        first, again = keyed(client, path), keyed(client, path)
        assert first.status_code == 202
        assert same(first, again)
    assert len(bench.store.jobs) == 2


def test_without_a_key_everything_is_done_anew(bench: Bench, client: Client) -> None:
    for _ in range(2):
        assert "Idempotency-Replayed" not in client.score(LATER).headers
    assert len(bench.store.jobs) == 2


def test_a_refusal_is_given_again(client: Client) -> None:
    first, again = keyed(client, "/v1/sentiment", "{}"), keyed(client, "/v1/sentiment", "{}")
    assert first.status_code == 422
    assert same(first, again)


@pytest.mark.parametrize(
    ("body", "query", "media", "coding"),
    [
        ('{"text": "bad", "mode": "ASYNC"}', "", "application/json", "identity"),
        (LATER, "?mode=ASYNC", "application/json", "identity"),
        (LATER, "", "text/plain", "identity"),
        (LATER, "", "application/json", "gzip"),
    ],
)
def test_a_key_is_for_one_request(
    bench: Bench, client: Client, body: str, query: str, media: str, coding: str
) -> None:
    def send(body: str, query: str, media: str, coding: str) -> httpx.Response:
        return client(
            "POST", f"/v1/sentiment{query}", body, media=media, headers={KEY: "k", "Content-Encoding": coding}
        )

    assert send(LATER, "", "application/json", "identity").status_code == 202
    answer = send(body, query, media, coding)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert len(bench.store.jobs) == 1


def test_a_key_is_one_tenants_and_one_paths(bench: Bench, client: Client, rival: Client) -> None:
    first = keyed(client, "/v1/sentiment", LATER)
    foreign = keyed(rival, "/v1/sentiment", LATER)
    elsewhere = keyed(client, "/v1/jobs", "{}")
    assert [first.status_code, foreign.status_code, elsewhere.status_code] == [202, 202, 201]
    assert "Idempotency-Replayed" not in foreign.headers
    assert foreign.json()["job_id"] != first.json()["job_id"]
    assert {key.tenant for key in bench.store.jobs} == {ACME, RIVAL}


def test_a_key_is_forgotten_after_a_day(bench: Bench, client: Client) -> None:
    keyed(client, "/v1/sentiment", LATER)
    bench.clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    assert "Idempotency-Replayed" in keyed(client, "/v1/sentiment", LATER).headers
    bench.clock.advance(timedelta(seconds=1))
    assert "Idempotency-Replayed" not in keyed(client, "/v1/sentiment", LATER).headers
    assert len(bench.store.jobs) == 2


def test_two_at_a_time_are_told_apart(bench: Bench, client: Client) -> None:
    inner: list[httpx.Response] = []
    bench.engine.hook = lambda _made: inner.append(
        in_a_thread(lambda: keyed(client, "/v1/sentiment", '{"text": "good"}'))
    )
    outer = keyed(client, "/v1/sentiment", '{"text": "good"}')
    [second] = inner
    assert outer.status_code == 200
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_in_progress")
    assert second.headers["Retry-After"] == "1"
    assert second.json()["retryable"] is True


def in_a_thread(work: Any) -> httpx.Response:
    """For the other request has a loop of its own."""
    with ThreadPoolExecutor(1) as pool:
        answer: httpx.Response = pool.submit(work).result()
    return answer


def test_who_died_keeps_nobody_waiting_for_long(bench: Bench, client: Client) -> None:
    bench.engine.hook = _die
    with pytest.raises(KeyboardInterrupt):
        keyed(client, "/v1/sentiment", '{"text": "good"}')
    bench.engine.hook = None
    assert keyed(client, "/v1/sentiment", '{"text": "good"}').status_code == 409
    bench.clock.advance(timedelta(seconds=30))
    assert keyed(client, "/v1/sentiment", '{"text": "good"}').status_code == 200


@pytest.mark.parametrize(("path", "body"), [("/v1/sentiment", LATER), ("/v1/jobs", "{}")])
def test_a_job_of_a_try_that_died_is_found_by_the_next(
    bench: Bench, client: Client, path: str, body: str
) -> None:
    finish = bench.requests.finish

    def die(*_args: object, **_kwargs: object) -> bool:
        raise KeyboardInterrupt

    bench.requests.finish = die  # type: ignore[method-assign] # the process ends after the work
    with pytest.raises(KeyboardInterrupt):
        keyed(client, path, body)
    bench.requests.finish = finish  # type: ignore[method-assign]
    bench.clock.advance(timedelta(seconds=30))
    again = keyed(client, path, body)
    assert again.is_success
    assert [key.job_id for key in bench.store.jobs] == [again.json()["job_id"]]


def _die(_made: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("error", [UnavailableError("down"), RuntimeError(MARKER)])
def test_what_went_wrong_with_us_is_not_kept(bench: Bench, client: Client, error: Exception) -> None:
    bench.jobs.broken = error
    first = keyed(client, "/v1/sentiment", LATER)
    assert first.status_code == (503 if isinstance(error, UnavailableError) else 500)
    bench.jobs.broken = None
    again = keyed(client, "/v1/sentiment", LATER)
    assert again.status_code == 202
    assert "Idempotency-Replayed" not in again.headers


def test_a_store_that_is_down_does_nothing_at_all(bench: Bench, client: Client) -> None:
    bench.requests.broken = UnavailableError("down")
    assert keyed(client, "/v1/sentiment", LATER).status_code == 503
    assert bench.store.jobs == {}
    assert client.score(LATER).status_code == 202  # without a key nobody asks it


def test_what_was_done_is_told_even_if_it_cannot_be_noted(bench: Bench, client: Client) -> None:
    bench.engine.hook = lambda _made: setattr(bench.requests, "broken", UnavailableError("down"))
    assert keyed(client, "/v1/sentiment", '{"text": "good"}').status_code == 200


def test_a_promise_is_kept_with_its_key(bench: Bench, client: Client) -> None:
    bench.engine.script.append(EngineUnavailableError())
    first = keyed(client, "/v1/sentiment", '{"text": "good"}')
    again = keyed(client, "/v1/sentiment", '{"text": "good"}')
    assert first.status_code == 202
    assert same(first, again)
    assert len(bench.queue.queued) == 1


def test_a_deleted_job_takes_its_answers_along(bench: Bench, client: Client) -> None:
    made = keyed(client, "/v1/sentiment", LATER).json()["job_id"]
    client("POST", f"/v1/jobs/{made}/cancel")
    assert client("DELETE", f"/v1/jobs/{made}").status_code == 204
    assert bench.requests.requests == {}
    assert keyed(client, "/v1/sentiment", LATER).json()["job_id"] != made


def test_what_is_kept_holds_no_text(bench: Bench, client: Client) -> None:
    for number, body in enumerate(
        [
            {"text": MARKER, "id": "1"},
            {"text": MARKER, "mode": "ASYNC"},
            {"text": MARKER, MARKER: MARKER},
            {"documents": [{"text": MARKER}]},
        ]
    ):
        keyed(client, "/v1/sentiment", json.dumps(body), key=f"k{number}")
    assert len(bench.requests.requests) == 4
    assert MARKER not in repr(bench.requests.requests)
    jobs = [request.answer.job_id for request in bench.requests.requests.values() if request.answer]
    assert [job for job in jobs if job] == [key.job_id for key in bench.store.jobs]


@pytest.mark.parametrize("key", ["x", "x" * 255, " inner  blanks ", "~!@#$%^&*(){}\"'\\"])
def test_every_printable_key_works(client: Client, key: str) -> None:
    assert keyed(client, "/v1/sentiment", '{"text": "good"}', key=key).status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb", "\x7f"])
@pytest.mark.parametrize("path", ["/v1/sentiment", "/v1/jobs", "/v1/jobs/{id}/cancel", "/v1/jobs/{id}/retry"])
def test_every_other_key_is_refused(bench: Bench, client: Client, path: str, key: str) -> None:
    job = bench.queued()
    answer = client(
        "POST",
        path.format(id=job.key.job_id),
        "{}",
        media="application/json",
        headers={KEY: key.encode("latin-1")},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")
    assert bench.jobs.get(JobKey(ACME, JobId(job.key.job_id))) == job


def test_two_keys_are_none(client: Client) -> None:
    answer = client.score('{"text": "good"}', headers=[(KEY, "a"), (KEY, "b")])
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")
