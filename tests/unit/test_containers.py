"""What the type checker cannot see of the wiring."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aurastream.containers import Container
from aurastream.containers.lazily import Lazily
from aurastream.domain.engine import Call, Priority
from aurastream.domain.keys import LOCAL_TENANT, JobKey, Tenant, job_id_at
from aurastream.ports.blob_store import BlobStore
from aurastream.ports.clock import Clock
from aurastream.ports.idempotency_store import IdempotencyStore
from aurastream.ports.job_repository import JobRepository
from aurastream.ports.language_detector import LanguageDetector
from aurastream.ports.ledger import Ledger
from aurastream.ports.notifier import Notifier
from aurastream.ports.result_cache import ResultCache
from aurastream.ports.retry_queue import RetryQueue
from aurastream.ports.sentiment_engine import SentimentEngine
from aurastream.ports.workflow_starter import WorkflowStarter
from aurastream.settings import Settings, SettingsError
from tests.bedrock_model import FakeModel
from tests.unit.services.workshop import documents

PORTS: dict[str, type] = {
    "clock": Clock,
    "jobs": JobRepository,
    "ledger": Ledger,
    "blobs": BlobStore,
    "cache": ResultCache,
    "requests": IdempotencyStore,
    "queue": RetryQueue,
    "workflows": WorkflowStarter,
    "notifier": Notifier,
    "detector": LanguageDetector,
    "live_engine": SentimentEngine,
    "bulk_engine": SentimentEngine,
}
USE_CASES = [
    "start",
    "submit",
    "create_upload",
    "analyze",
    "prepare",
    "process",
    "finish",
    "run_job",
    "run_promise",
    "read_results",
    "cancel",
    "retry",
    "delete",
    "settle_overdue",
    "work_retries",
]


@pytest.fixture(params=["local", "aws"])
def container(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Container:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    if request.param == "local":
        return Container(settings=Settings(data_dir=tmp_path))
    return Container(
        settings=Settings(
            home="aws",
            engine="comprehend",
            table="table",
            uploads_bucket="uploads",
            results_bucket="results",
            state_machine_arn="arn:aws:states:eu-west-1:123456789012:stateMachine:bulk",
            retry_queue_url="http://127.0.0.1/queue",
            retry_dead_letter_url="http://127.0.0.1/dead",
        )
    )


@pytest.mark.parametrize("name", PORTS)
def test_every_port_is_filled(container: Container, name: str) -> None:
    assert isinstance(getattr(container, name)(), PORTS[name])


@pytest.mark.parametrize("engine", ["comprehend", "bedrock", "cascade"])
@pytest.mark.parametrize("urgency", ["live", "bulk"])
def test_every_paid_engine_can_be_built(container: Container, urgency: str, engine: str) -> None:
    assert isinstance(getattr(getattr(container, urgency), engine)(), SentimentEngine)


def test_who_waits_is_told_sooner_that_an_engine_does_not_answer(container: Container) -> None:
    live, bulk = (engines.comprehend_client().meta.config for engines in (container.live, container.bulk))
    assert live.read_timeout == container.live.urgency().attempt_seconds
    assert live.read_timeout < bulk.read_timeout


@pytest.mark.parametrize("name", USE_CASES)
def test_every_use_case_can_be_built(container: Container, name: str) -> None:
    assert callable(getattr(container, name)())


def places() -> list[str]:
    found = set()
    provider: Any
    for provider in Container(settings=Settings()).traverse():
        built = getattr(provider, "cls", None) or getattr(provider, "provides", None)
        if isinstance(built, Lazily):
            found.add(built.place)
    return sorted(found)


def test_there_are_places_to_look_at() -> None:
    assert len(places()) > 20


@pytest.mark.parametrize("place", places())
def test_every_class_that_is_named_is_there(place: str) -> None:
    assert callable(Lazily(place).target)


def test_an_engine_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    container = Container(settings=Settings(engine="zzz", data_dir=tmp_path))
    with pytest.raises(SettingsError, match=r"AURASTREAM_ENGINE: .* embedded, .*cascade"):
        container.live_engine()


@pytest.mark.parametrize("name", ["table", "uploads_bucket", "state_machine_arn", "retry_queue_url"])
def test_a_setting_that_an_account_needs_is_missed_by_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    needs = {"table": "jobs", "uploads_bucket": "blobs", "state_machine_arn": "workflows"}
    container = Container(settings=Settings(home="aws"))
    with pytest.raises(SettingsError, match=f"AURASTREAM_{name.upper()} is not set"):
        getattr(container, needs.get(name, "queue"))()


def test_in_an_account_one_worker_takes_its_part_of_the_quota() -> None:
    settings = Settings(home="aws", comprehend_batch_tps=10, bulk_workers=5)
    container = Container(settings=settings)
    assert container.bulk_quota().batch.rate == pytest.approx(1.6)
    assert container.live_quota().batch.rate == pytest.approx(10)


def test_on_one_machine_live_and_bulk_share_one_bucket() -> None:
    container = Container(settings=Settings(comprehend_batch_tps=7))
    assert container.bulk_quota() is container.live_quota()
    assert container.bulk_quota().batch.rate == pytest.approx(7)


def test_a_model_of_bedrock_is_asked_once_a_text_and_saves_no_units(tmp_path: Path) -> None:
    model, call = FakeModel(), Call(tenant=LOCAL_TENANT, priority=Priority.BULK)
    with model.answering() as client:
        container = Container(settings=Settings(engine="bedrock", data_dir=tmp_path, bedrock_tps=1_000))
        container.bulk.bedrock_client.override(client)
        texts = documents("I love this table", "I hate this table", "I love this table", "")
        outcomes = container.bulk_engine().analyze(texts, call)
    assert [outcome.status for outcome in outcomes] == ["SUCCEEDED"] * 3 + ["SKIPPED"]
    assert sorted(json.loads(each["messages"][0]["content"][0]["text"])["text"] for each in model.asked) == [
        "I hate this table",
        "I love this table",
    ]
    assert {each["toolConfig"]["toolChoice"]["tool"]["name"] for each in model.asked} == {"report_sentiment"}
    assert {outcome.units + outcome.saved_units for outcome in outcomes} == {0}
    assert outcomes[0].result is not None
    assert outcomes[0].result.engine.version.startswith("amazon.nova-micro-v1:0+")


def test_documents_are_told_of_to_whoever_counts(tmp_path: Path) -> None:
    seen: list[int] = []
    container = Container(settings=Settings(engine="lexicon", data_dir=tmp_path))
    container.on_documents.override(lambda observation: seen.append(observation.documents))
    container.live_engine().analyze(
        documents("good", "", "bad"), Call(tenant=LOCAL_TENANT, priority=Priority.LIVE)
    )
    assert seen == [2]


@pytest.mark.parametrize("use_case", ["settle_overdue", "work_retries"])
def test_whoever_is_to_hear_of_a_job_that_resists_is_told(use_case: str, tmp_path: Path) -> None:
    told: list[tuple[JobKey, str]] = []
    container = Container(
        settings=Settings(data_dir=tmp_path), on_resisted=lambda key, kind: told.append((key, kind))
    )
    key = JobKey(Tenant("acme"), job_id_at(datetime(2026, 1, 1, tzinfo=UTC), 1))
    getattr(container, use_case)().on_resisted(key, "ValueError")
    assert told == [(key, "ValueError")]
