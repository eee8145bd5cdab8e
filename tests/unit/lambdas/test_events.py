"""Events of the workflow, the bucket, the queue and the schedule."""

import json
from dataclasses import replace
from typing import Any

import pytest

from aurastream.domain.errors import (
    BlobNotFoundError,
    ChunkUnfinishedError,
    EngineUnavailableError,
    UnavailableError,
)
from aurastream.domain.job import JobStatus, new_job
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobKey, plan_key, upload_key
from aurastream.domain.routing import Mode
from aurastream.domain.services.analyze import Promised
from aurastream.entrypoints.aws.functions import function
from aurastream.entrypoints.aws.retries import retry_handler
from aurastream.entrypoints.aws.settling import settle_handler
from aurastream.entrypoints.aws.tasks import (
    chunk_handler,
    finish_handler,
    prepare_handler,
)
from aurastream.entrypoints.aws.telemetry import InternalError
from aurastream.entrypoints.aws.uploads import upload_handler
from tests.canary import MARKER
from tests.unit.lambdas.functions import CONTEXT, function_of
from tests.unit.services.workshop import ACME, Workshop, documents, table


@pytest.fixture
def shop() -> Workshop:
    return Workshop()


def named(key: JobKey, **more: Any) -> dict[str, Any]:
    return {"v": 1, "tenant": key.tenant, "job_id": key.job_id, **more}


def arrived(key: str, etag: str = "e", size: int = 9) -> dict[str, Any]:
    return {
        "Records": [
            {"s3": {"bucket": {"name": "uploads"}, "object": {"key": key, "eTag": etag, "size": size}}}
        ]
    }


def test_a_job_goes_through_its_tasks_and_no_text_goes_with_it(
    shop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    key = shop.submitted([f"good {MARKER} {n}" for n in range(1_500)])
    function = function_of(shop)
    prepared = prepare_handler(function)(named(key), CONTEXT)
    assert prepared == named(key, chunks=2, bucket="uploads", plan_key=plan_key(key))
    told = [chunk_handler(function)(named(key, chunk=n, final=False), CONTEXT) for n in range(2)]
    told.append(finish_handler(function)(named(key), CONTEXT))
    assert told[-1] == {"v": 1, "status": "SUCCEEDED"}
    assert MARKER not in json.dumps([prepared, told]) + capsys.readouterr().out
    assert len(json.dumps(prepared)) < 2_000


def test_a_file_that_cannot_be_read_has_no_chunks_to_map_over(shop: Workshop) -> None:
    key = shop.submitted(["good"], text_column="nope")
    assert prepare_handler(function_of(shop))(named(key), CONTEXT)["chunks"] == 0
    assert finish_handler(function_of(shop))(named(key), CONTEXT)["status"] == "FAILED"


def test_an_unfinished_chunk_fails_its_task_by_a_name_that_is_retried(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    function = function_of(shop)
    prepare_handler(function)(named(key), CONTEXT)
    shop.engine.broken = EngineUnavailableError()
    with pytest.raises(ChunkUnfinishedError):
        chunk_handler(function)(named(key, chunk=0, final=False), CONTEXT)
    assert chunk_handler(function)(named(key, chunk=0, final=True), CONTEXT)["committed"]


@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        [],
        "text",
        {"v": 2, "tenant": "acme", "job_id": "job_00000000000000000000000000"},
        {"v": 1, "tenant": "ACME/..", "job_id": "job_00000000000000000000000000"},
        {"v": 1, "tenant": "acme", "job_id": "job_1"},
    ],
)
def test_an_event_of_another_version_is_refused(shop: Workshop, event: Any) -> None:
    chunk = {**event, "chunk": 0, "final": False} if isinstance(event, dict) else event
    for handler, given in ((prepare_handler, event), (finish_handler, event), (chunk_handler, chunk)):
        with pytest.raises(InternalError, match="ForeignEventError"):
            handler(function_of(shop))(given, CONTEXT)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"chunk": 0},
        {"final": True},
        {"chunk": -1, "final": False},
        {"chunk": "x", "final": False},
        {"chunk": 0.5, "final": False},
        {"chunk": None, "final": False},
        {"chunk": 0, "final": "perhaps"},
    ],
)
def test_a_chunk_that_is_none_is_refused(shop: Workshop, more: dict[str, Any]) -> None:
    key = shop.submitted(["good"])
    with pytest.raises(InternalError, match="ForeignEventError"):
        chunk_handler(function_of(shop))(named(key, **more), CONTEXT)


def test_a_chunk_beyond_the_plan_fails_its_task_and_harms_nothing(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    function = function_of(shop)
    prepare_handler(function)(named(key), CONTEXT)
    with pytest.raises(BlobNotFoundError):
        chunk_handler(function)(named(key, chunk=7, final=True), CONTEXT)
    chunk_handler(function)(named(key, chunk=0, final=False), CONTEXT)
    assert finish_handler(function)(named(key), CONTEXT)["status"] == "SUCCEEDED"


def test_the_words_of_an_unforeseen_error_stay_inside(
    shop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    key = shop.submitted(["good"])
    shop.jobs.broken = ValueError(MARKER)
    with pytest.raises(InternalError) as caught:
        prepare_handler(function_of(shop))(named(key), CONTEXT)
    assert MARKER not in str(caught.value) + capsys.readouterr().out
    assert caught.value.__cause__ is None


def uploaded(shop: Workshop) -> JobKey:
    job, _ = shop.create_upload(ACME, JobOptions())
    shop.blobs.write(job.input_key, [table(["good"])])
    return job.key


def test_an_upload_starts_its_job_however_often_it_is_told(shop: Workshop) -> None:
    key = uploaded(shop)
    handler = upload_handler(function_of(shop))
    for etag in ("first", "first", "second"):
        handler(arrived(upload_key(key), etag), CONTEXT)
    job = shop.jobs.get(key)
    assert job.source is not None
    assert (job.status, job.source.etag) == (JobStatus.QUEUED, "first")
    assert shop.workflows.started == [key]


def test_a_key_is_form_encoded_once(shop: Workshop) -> None:
    key = uploaded(shop)
    upload_handler(function_of(shop))(arrived(upload_key(key).replace("/", "%2F")), CONTEXT)
    assert shop.workflows.started == [key]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "uploads/acme/source",
        "uploads/acme/job_1/source",
        "uploads/acme/job_00000000000000000000000000/source",
        "uploads/acme/job_00000000000000000000000000/other",
        "work/acme/job_00000000000000000000000000/source",
        "uploads/a+b/%F0%9F/source",
        "uploads/%252E%252E/job_00000000000000000000000000/source",
    ],
)
def test_what_belongs_to_no_job_is_dropped(shop: Workshop, key: str) -> None:
    upload_handler(function_of(shop))(arrived(key), CONTEXT)
    assert shop.workflows.started == []


@pytest.mark.parametrize("event", [None, {}, {"Records": None}, {"Records": [None, {}, {"s3": {}}]}])
def test_an_event_without_records_starts_nothing(shop: Workshop, event: Any) -> None:
    upload_handler(function_of(shop))(event, CONTEXT)
    assert shop.workflows.started == []


def test_an_upload_whose_job_cannot_be_started_is_delivered_again(shop: Workshop) -> None:
    key = uploaded(shop)
    shop.workflows.broken = UnavailableError("down")
    with pytest.raises(UnavailableError):
        upload_handler(function_of(shop))(arrived(upload_key(key)), CONTEXT)
    shop.workflows.broken = None
    upload_handler(function_of(shop))(arrived(upload_key(key)), CONTEXT)
    assert shop.workflows.started == [key]


def message(id_: str, body: str) -> dict[str, Any]:
    return {
        "messageId": id_,
        "receiptHandle": id_,
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1"},
        "eventSource": "aws:sqs",
    }


def test_only_messages_that_fail_come_back(shop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.engine.broken = EngineUnavailableError()
    kept, lost = (shop.analyze(ACME, documents(f"good {MARKER}"), Mode.SYNC) for _ in range(2))
    assert isinstance(kept, Promised)
    assert isinstance(lost, Promised)
    shop.engine.broken = None
    shop.cancel(lost.job.key)
    shop.delete(lost.job.key)
    bodies = [
        json.dumps(named(kept.job.key)),
        "not ours",
        json.dumps(named(lost.job.key)),
        json.dumps({"v": 9}),
    ]
    event = {"Records": [message(str(n), body) for n, body in enumerate(bodies)]}
    answer = retry_handler(function_of(shop))(event, CONTEXT)
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["1", "3"]
    assert shop.jobs.get(kept.job.key).status is JobStatus.SUCCEEDED
    assert MARKER not in capsys.readouterr().out


def test_a_promise_that_cannot_be_kept_yet_comes_back(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    promised = shop.analyze(ACME, documents("good"), Mode.SYNC)
    assert isinstance(promised, Promised)
    event = {"Records": [message("1", json.dumps(named(promised.job.key)))]}
    answer = retry_handler(function_of(shop))(event, CONTEXT)
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["1"]
    assert not shop.jobs.get(promised.job.key).is_final


def test_a_promise_that_fails_unforeseen_comes_back_and_the_log_names_the_kind(
    shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.engine.broken = EngineUnavailableError()
    promised = shop.analyze(ACME, documents("good"), Mode.SYNC)
    assert isinstance(promised, Promised)
    handler = retry_handler(function_of(shop))
    shop.jobs.broken = ValueError(MARKER)
    answer = handler({"Records": [message("1", json.dumps(named(promised.job.key)))]}, CONTEXT)
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["1"]
    [told] = [vars(record) for record in caplog.records if record.message == "work failed"]
    assert (told["error"], told["code"]) == ("ValueError", "internal")
    assert MARKER not in str(told)


def test_the_schedule_settles_until_nothing_is_overdue(shop: Workshop) -> None:
    for _ in range(3):
        shop.create_upload(ACME, JobOptions())
    shop.clock.advance(86_401)
    assert settle_handler(function_of(shop))({}, CONTEXT) == {"v": 1, "settled": 3}


def test_the_schedule_goes_on_beyond_a_hundred_and_tries_what_resists_once(shop: Workshop) -> None:
    stuck = shop.submitted(["good"])
    shop.prepare(stuck)
    shop.blobs.broken = UnavailableError("down")
    for _ in range(150):
        shop.jobs.save(new_job(shop.new_key(), JobOptions(), now=shop.clock.now()))
    shop.clock.advance(90_000)
    tried: list[JobKey] = []
    shelf = function_of(shop)
    settle = replace(shop.settle, on_resisted=lambda key, _kind: tried.append(key))
    shelf.container.settle_overdue = lambda: settle  # type: ignore[assignment] # the shelf is none
    assert settle_handler(shelf)({}, CONTEXT) == {"v": 1, "settled": 150}
    assert tried == [stuck]


def test_an_overdue_job_that_resists_is_logged_by_its_id_and_the_kind_of_its_error(
    shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    key = shop.submitted(["good"])
    made = function("settle_overdue", {"AURASTREAM_HOME": "aws"})
    made.container.on_resisted()(key, "ValueError")
    [told] = [vars(record) for record in caplog.records if record.message == "job resists"]
    assert (told["levelname"], told["job_id"], told["kind"]) == ("WARNING", key.job_id, "ValueError")
