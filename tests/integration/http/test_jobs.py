"""Jobs over HTTP: listed, created, followed, cancelled, retried, deleted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aurastream.domain.errors import UnavailableError
from aurastream.domain.job import JobStatus
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.keys import JobId, JobKey
from aurastream.domain.outcome import FailureCode, SkipCode, failed, skipped
from tests.integration.http.service import ACME, RIVAL, Bench, Client


def test_a_job_shows_where_it_stands(bench: Bench, client: Client) -> None:
    job = bench.running(metadata={"team": "support"})
    bench.clock.advance(4)
    bench.commit(
        job,
        0,
        [
            bench.outcome(1),
            bench.outcome(2),
            failed("3", FailureCode.MALFORMED_ROW, line=9).at_row(3),
            skipped("4", SkipCode.EMPTY_TEXT).at_row(4),
        ],
    )
    answer = client("GET", f"/v1/jobs/{job.key.job_id}")
    assert answer.status_code == 200
    path = f"/v1/jobs/{job.key.job_id}"
    assert answer.json() == {
        "job_id": job.key.job_id,
        "status": "RUNNING",
        "created_at": "2026-03-02T12:00:00.000Z",
        "updated_at": "2026-03-02T12:00:04.000Z",
        "expires_at": "2026-04-01T12:00:00.000Z",
        "counts": {
            "total": 10,
            "succeeded": 2,
            "failed": 1,
            "skipped": 1,
            "cancelled": 0,
            "pending": 6,
        },
        "progress": 0.4,
        "rate": 1.0,
        "eta_seconds": 6,
        "cost": {
            "estimated_units": 30,
            "estimated_usd": 0.003,
            "units": 0,
            "usd": 0.0,
            "saved_units": 0,
        },
        "error": None,
        "metadata": {"team": "support"},
        "retry_of": None,
        "cancel_requested": False,
        "input": {
            "format": "csv",
            "encoding": "utf-8",
            "compression": None,
            "delimiter": ";",
            "columns": ["when", "review"],
            "text_column": "review",
            "id_column": None,
            "language_column": None,
            "header": True,
            "quote": '"',
        },
        "links": {
            "self": path,
            "results": f"{path}/results",
            "summary": f"{path}/summary",
            "export": f"{path}/export",
            "cancel": f"{path}/cancel",
        },
    }


def test_a_job_that_nobody_began_has_no_pace(bench: Bench, client: Client) -> None:
    shown = client("GET", f"/v1/jobs/{bench.job().key.job_id}").json()
    assert shown["status"] == "AWAITING_UPLOAD"
    assert (shown["progress"], shown["rate"], shown["eta_seconds"], shown["input"]) == (0.0, None, None, None)
    assert shown["counts"]["total"] == 0
    assert shown["cost"]["estimated_usd"] == 0


def test_an_ended_job_is_all_done(bench: Bench, client: Client) -> None:
    answer = client("GET", f"/v1/jobs/{bench.ended().key.job_id}")
    assert (answer.json()["progress"], answer.json()["eta_seconds"]) == (1.0, 0)
    assert "Retry-After" not in answer.headers


def test_a_failed_job_says_why(bench: Bench, client: Client) -> None:
    job = bench.queued()
    error = JobError(code=JobErrorCode.COLUMN_NOT_FOUND, detail="no such column", columns=("a", "b"))
    bench.jobs.save(job.fail(error, now=bench.clock.now()))
    shown = client("GET", f"/v1/jobs/{job.key.job_id}").json()
    assert shown["status"] == "FAILED"
    assert shown["error"] == {"code": "column_not_found", "detail": "no such column", "columns": ["a", "b"]}


def test_what_did_not_change_is_not_sent_again(bench: Bench, client: Client) -> None:
    job = bench.running()
    path = f"/v1/jobs/{job.key.job_id}"
    first = client("GET", path)
    etag = first.headers["ETag"]
    for known in (etag, etag.removeprefix("W/"), f'"x", {etag}', "*"):
        again = client("GET", path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == etag
    bench.commit(job, 0, [bench.outcome(1)])
    changed = client("GET", path, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag
    assert changed.json() != first.json()


def test_every_step_of_a_job_changes_its_tag(bench: Bench, client: Client) -> None:
    job = bench.running()
    path = f"/v1/jobs/{job.key.job_id}"
    before = client("GET", path).headers["ETag"]
    client("POST", f"{path}/cancel")
    after = client("GET", path)
    assert after.headers["ETag"] != before
    assert after.json()["cancel_requested"] is True


def test_an_open_job_says_when_to_ask_again(bench: Bench, client: Client) -> None:
    job = bench.running(rows=1_000)
    path = f"/v1/jobs/{job.key.job_id}"
    assert client("GET", path).headers["Retry-After"] == "1"
    bench.clock.advance(1)
    bench.commit(job, 0, [bench.outcome(row) for row in range(1, 11)])
    assert client("GET", path).headers["Retry-After"] == "10"
    bench.clock.advance(10_000)
    bench.commit(job, 1, [bench.outcome(11)])
    assert client("GET", path).headers["Retry-After"] == "30"


def test_head_works_where_get_does(bench: Bench, client: Client) -> None:
    for path in ("/v1/jobs", f"/v1/jobs/{bench.job().key.job_id}", "/v1/health"):
        got, head = client("GET", path), client("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Type"] == got.headers["Content-Type"]
        assert head.headers["Content-Length"] == str(len(got.content))
        assert client.raw("HEAD", path).content == b""  # a client drops a body by itself


def test_jobs_are_listed_newest_first_a_page_at_a_time(bench: Bench, client: Client) -> None:
    jobs = [bench.job().key.job_id for _ in range(5)]
    bench.job(RIVAL)
    listed: list[str] = []
    path = "/v1/jobs?limit=2"
    for _ in range(3):
        answer = client("GET", path)
        assert answer.status_code == 200
        page = answer.json()
        listed += [job["job_id"] for job in page["jobs"]]
        path = f"/v1/jobs?limit=2&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert listed == jobs[::-1]


def test_jobs_are_listed_by_status(bench: Bench, client: Client) -> None:
    bench.job()
    running = bench.running()
    page = client("GET", "/v1/jobs?status=RUNNING").json()
    assert [job["job_id"] for job in page["jobs"]] == [running.key.job_id]


def test_fifty_jobs_are_a_page_unless_more_are_asked_for(bench: Bench, client: Client) -> None:
    for _ in range(101):
        bench.job()
    assert len(client("GET", "/v1/jobs").json()["jobs"]) == 50
    assert len(client("GET", "/v1/jobs?limit=100").json()["jobs"]) == 100
    assert len(client("GET", "/v1/jobs?limit=1").json()["jobs"]) == 1


def test_what_is_past_its_time_is_not_listed(bench: Bench, client: Client) -> None:
    job = bench.job()
    bench.clock.advance(timedelta(days=30))
    assert client("GET", "/v1/jobs").json()["jobs"] == []
    assert client("GET", f"/v1/jobs/{job.key.job_id}").status_code == 404


@pytest.mark.parametrize("path", ["/v1/jobs?cursor=AAAA", "/v1/jobs?cursor=", "/v1/jobs?cursor=%00"])
def test_a_made_up_cursor_is_refused(client: Client, path: str) -> None:
    answer = client("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


def test_a_cursor_of_another_list_is_refused(bench: Bench, client: Client, rival: Client) -> None:
    for _ in range(2):
        bench.job()
        bench.job(RIVAL)
    cursor = client("GET", "/v1/jobs?limit=1").json()["next_cursor"]
    assert client("GET", f"/v1/jobs?cursor={cursor}").status_code == 200
    assert rival("GET", f"/v1/jobs?cursor={cursor}").json()["code"] == "invalid_cursor"
    assert client("GET", f"/v1/jobs?cursor={cursor}&status=RUNNING").json()["code"] == "invalid_cursor"


def test_a_job_for_a_large_file_comes_with_its_form(bench: Bench, client: Client) -> None:
    answer = client(
        "POST", "/v1/jobs", json={"text_column": "review", "filename": "a.csv", "metadata": {"a": "b"}}
    )
    assert answer.status_code == 201
    made = answer.json()
    job = bench.jobs.get(JobKey(ACME, JobId(made["job_id"])))
    assert answer.headers["Location"] == f"/v1/jobs/{made['job_id']}"
    assert made.pop("upload") == {
        "method": "POST",
        "url": "http://blobs.test/upload",
        "fields": {"key": job.input_key, "token": "token-1"},
        "expires_at": "2026-03-02T12:15:00.000Z",
        "max_bytes": 1 << 30,
    }
    assert made == client("GET", f"/v1/jobs/{made['job_id']}").json()
    assert (job.options.text_column, job.options.filename) == ("review", "a.csv")
    assert job.options.metadata == {"a": "b"}


@pytest.mark.parametrize(("root_path", "url"), [("", ""), ("/prod", "/prod")])
def test_a_form_of_this_very_server_is_where_the_caller_asked(bench: Bench, root_path: str, url: str) -> None:
    granted = bench.blobs.grant_upload
    bench.blobs.grant_upload = lambda key, **limits: replace(  # type: ignore[method-assign] # as a local store
        granted(key, **limits), url="/v1/uploads"
    )
    made = bench.client(root_path=root_path)("POST", f"{root_path}/v1/jobs", json={"dry_run": True})
    assert made.json()["upload"]["url"] == f"http://localhost:8000{url}/v1/uploads"


def test_cancel_ends_a_waiting_job_and_leaves_an_ended_one(bench: Bench, client: Client) -> None:
    waiting, ended = bench.queued(), bench.ended()
    for job, status in ((waiting, "CANCELLED"), (ended, "SUCCEEDED")):
        answer = client("POST", f"/v1/jobs/{job.key.job_id}/cancel")
        assert answer.status_code == 202
        assert answer.json()["status"] == status
        assert answer.headers["Location"] == f"/v1/jobs/{job.key.job_id}"
        assert "Retry-After" not in answer.headers
    assert [job.key for job in bench.notifier.told] == [waiting.key]


def test_cancel_asks_the_workers_of_a_running_job(bench: Bench, client: Client) -> None:
    job = bench.running()
    answer = client("POST", f"/v1/jobs/{job.key.job_id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (202, "RUNNING")
    assert answer.headers["Retry-After"]
    assert bench.jobs.get(job.key).cancel_requested is True


def test_retry_makes_a_new_job_of_what_failed(bench: Bench, client: Client) -> None:
    failure = failed("2", FailureCode.ENGINE_UNAVAILABLE, retryable=True).at_row(2)
    job = bench.ended(outcomes=[bench.outcome(1), failure])
    answer = client("POST", f"/v1/jobs/{job.key.job_id}/retry")
    assert answer.status_code == 202
    child = answer.json()["job_id"]
    assert child != job.key.job_id
    assert answer.headers["Location"] == f"/v1/jobs/{child}"
    assert client("GET", f"/v1/jobs/{child}").json()["retry_of"] == job.key.job_id


def test_there_may_be_nothing_to_retry(bench: Bench, client: Client) -> None:
    for job, code in ((bench.ended(), "nothing_to_retry"), (bench.running(), "job_not_finished")):
        answer = client("POST", f"/v1/jobs/{job.key.job_id}/retry")
        assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_a_deleted_job_is_gone(bench: Bench, client: Client) -> None:
    job = bench.ended()
    path = f"/v1/jobs/{job.key.job_id}"
    answer = client("DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert client("GET", path).status_code == 404
    assert client("DELETE", path).status_code == 404


def test_an_open_job_is_not_deleted(bench: Bench, client: Client) -> None:
    job = bench.running()
    answer = client("DELETE", f"/v1/jobs/{job.key.job_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "job_not_finished")
    assert bench.jobs.get(job.key).status is JobStatus.RUNNING


def test_a_repository_that_is_down_is_told_as_such(bench: Bench, client: Client) -> None:
    bench.jobs.broken = UnavailableError("secret place")
    answer = client("GET", "/v1/jobs")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]
    assert "secret" not in answer.text


def test_links_begin_where_the_service_is_mounted(bench: Bench) -> None:
    client = bench.client(root_path="/prod")
    made = client.score('{"text": "x", "mode": "ASYNC"}')
    path = f"/prod/v1/jobs/{made.json()['job_id']}"
    assert made.headers["Location"] == path == made.json()["links"]["self"]
    assert client("GET", path).json()["links"]["export"] == f"{path}/export"
