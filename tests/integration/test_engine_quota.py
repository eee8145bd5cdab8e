"""A file through a paid engine that throttles, fails and loses answers: what comes out, and what is paid."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Literal

import pytest

from aurastream.containers import Container
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import ENGLISH
from aurastream.domain.outcome import Failure, FailureCode, Outcome
from aurastream.domain.paging import Cursor
from aurastream.settings import Settings
from aurastream.testing.comprehend import Call, ComprehendSettings, ComprehendStandIn

BATCH = "BatchDetectSentiment"


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that nobody checks."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")


@contextmanager
def home(folder: Path, engine: ComprehendStandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[Container]:
    """A service on one machine that asks the engine as fast as its quota allows."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_COMPREHEND", engine.url)
    settings = Settings(
        engine="comprehend",
        data_dir=folder,
        comprehend_batch_tps=engine.settings.batch_tps or 1_000,
        comprehend_detect_tps=engine.settings.tps or 1_000,
    )
    container = Container(settings=settings)
    yield container
    container.bulk.comprehend_client().close()
    container.local.database().close()


def table(rows: int, distinct: int) -> list[str]:
    """So many texts, not all of them distinct, in any order."""
    chance = Random(7)
    texts = [
        f"Order {n} came {'late and broken' if n % 3 else 'early and works great'}" for n in range(distinct)
    ]
    told = texts + [chance.choice(texts) for _ in range(rows - distinct)]
    chance.shuffle(told)
    return told


def worked_off(container: Container, texts: list[str]) -> tuple[Job, list[Outcome]]:
    """A job of these texts, run to its end, and all its outcomes."""
    source = ("text\n" + "\n".join(texts) + "\n").encode()
    job = container.submit()(LOCAL_TENANT, JobOptions(language=ENGLISH), [source])
    job = container.run_job()(job.key)
    outcomes: list[Outcome] = []
    cursor: Cursor | None = None
    while True:
        page = container.read_results()(job.key, after=cursor, limit=1_000)
        outcomes += page.items
        cursor = page.next
        if cursor is None:
            return job, outcomes


def lost(engine: ComprehendStandIn) -> list[Call]:
    """Calls that were worked on and billed, and whose answers never arrived."""
    return [call for call in engine.ledger.calls if call.fault == "lost_answer"]


@pytest.mark.slow
def test_a_file_costs_what_its_texts_cost_and_what_the_wire_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = ComprehendSettings(
        tps=200, batch_tps=100, latency_ms=6, error_rate=0.03, reset_rate=0.06, seed=1
    )
    texts = table(4_000, 2_400)
    with ComprehendStandIn(trouble) as engine, home(tmp_path, engine, monkeypatch) as container:
        job, outcomes = worked_off(container, texts)
    calls, bill = engine.ledger.calls, engine.ledger.bill

    assert job.status is JobStatus.SUCCEEDED
    assert [outcome.row for outcome in outcomes] == list(range(1, 4_001))
    assert all(outcome.result for outcome in outcomes)
    assert (job.counts.total, job.counts.succeeded, job.counts.pending) == (4_000, 4_000, 0)

    assert bill.texts == 2_400
    assert lost(engine), "the trouble is no trouble"
    assert bill.texts_billed_again <= sum(call.billed_documents for call in lost(engine))
    assert job.spend.units == bill.units - sum(call.units for call in lost(engine))
    assert job.spend.units == sum(outcome.units for outcome in outcomes)

    assert sum(call.error == "ThrottlingException" for call in calls) <= 0.01 * len(calls)
    batches = Counter(call.documents for call in calls if call.operation == BATCH)
    full = 2_400 // 25
    assert batches.total() <= full * 1.15 + job.chunks


@pytest.mark.parametrize("answer", ["item", "call"])
def test_a_poison_document_costs_ten_calls_more_and_spoils_no_neighbour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Literal["item", "call"]
) -> None:
    texts = [f"Order {n} came early" for n in range(50)]
    texts[31] = "Order 31 ⟦poison⟧"
    trouble = ComprehendSettings(tps=None, batch_tps=None, poison_answer=answer)
    with ComprehendStandIn(trouble) as engine, home(tmp_path, engine, monkeypatch) as container:
        job, outcomes = worked_off(container, texts)
    assert [outcome.row for outcome in outcomes if outcome.result is None] == [32]
    assert outcomes[31].failure == Failure(code=FailureCode.ENGINE_REJECTED)
    assert job.status is JobStatus.SUCCEEDED_WITH_ERRORS
    assert len(engine.ledger.calls) <= 2 + 10
    assert job.spend.units == engine.ledger.bill.units
