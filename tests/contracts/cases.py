"""Jobs, outcomes and names as awkward as callers make them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from aurastream.domain.engine import EngineId
from aurastream.domain.job import Job, new_job
from aurastream.domain.job_input import InputDescription, Plan, Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobKey, Tenant, job_id_at, upload_key
from aurastream.domain.language import Language, LanguageSource, TextLanguage
from aurastream.domain.outcome import FailureCode, Outcome, SkipCode, cancelled, failed, skipped
from aurastream.domain.sentiment import Scores, SentimentResult
from aurastream.ports.job_repository import JobRepository

NOON = datetime(2026, 3, 2, 12, 0, 0, 123_456, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
MUCH_LATER = NOON + timedelta(days=400)
MARKER = "zq-secret-words-of-a-customer-qz"

ACME, OTHER = Tenant("acme"), Tenant("t_0123456789ABCDEFGHJKMNPQRS")

AWKWARD_OPTIONS = JobOptions(
    text_column=" Bewertung\t",
    id_column='id "quoted", with a comma',
    language_column="язык",
    language=Language("zh-TW"),
    filename="отзывы 🎉 (1).csv.gz",
    media_type="text/csv; charset=utf-8",
    max_cost_usd=Decimal("12.3400"),
    dry_run=True,
    escape_input=True,
    calibration="our-shop@0123456789ab",
    metadata={"": "", "emoji": "👩‍👩‍👧", "line": "a\r\nb", "null": "\x00", "quote": "'; DROP TABLE jobs"},
)

AWKWARD_INPUT = InputDescription(
    format="csv",
    encoding="cp1252",
    compression="gzip",
    delimiter="\t",
    columns=("text", "", " padded ", "zeilen\numbruch", "🎉"),
    text_column="text",
    id_column="",
    language_column="🎉",
    header=False,
    quote="'",
)


def key(number: int = 1, tenant: Tenant = ACME) -> JobKey:
    """The number-th job of a tenant; later numbers are newer."""
    return JobKey(tenant, job_id_at(NOON + timedelta(seconds=number), number))


def fresh(number: int = 1, tenant: Tenant = ACME, options: JobOptions = AWKWARD_OPTIONS) -> Job:
    """A job that waits for its upload."""
    return new_job(key(number, tenant), options, now=NOON + timedelta(seconds=number))


def life(number: int = 1, tenant: Tenant = ACME, *, rows: int = 10, chunks: int = 5) -> list[Job]:
    """The versions of a job up to the plan of its chunks."""
    waiting = fresh(number, tenant)
    source = Source(key=upload_key(waiting.key), etag='"an-etag"', size=5_000_000_000)
    queued = waiting.queue(source, now=NOON)
    running = queued.run(now=NOON)
    plan = Plan(rows=rows, chunks=chunks, estimated_units=3 * rows, input=AWKWARD_INPUT)
    return [waiting, queued, running, running.planned(plan, now=LATER)]


def stored(jobs: JobRepository, versions: Sequence[Job]) -> Job:
    """Save the versions one after the other; the last one."""
    for version in versions:
        jobs.save(version)
    return versions[-1]


def running(jobs: JobRepository, number: int = 1, tenant: Tenant = ACME, *, rows: int = 10) -> Job:
    """A stored job whose chunks can be committed."""
    return stored(jobs, life(number, tenant, rows=rows))


SCORES = Scores(positive=0.625, negative=0.25, neutral=0.0625, mixed=0.0625)

RESULT = SentimentResult(
    sentiment=SCORES.top,
    scores=SCORES,
    language=TextLanguage(code=Language("zh-TW"), source=LanguageSource.COLUMN),
    engine=EngineId(name="comprehend", version="2026-03"),
    segments=3,
    coverage=0.875,
    cached=True,
)

OUTCOMES: tuple[Outcome, ...] = (
    Outcome(id="1", result=RESULT, units=7, row=1),
    Outcome(id="naïve 🎉", result=replace(RESULT, cached=False), saved_units=4, row=2),
    replace(failed("é" * 128, FailureCode.MALFORMED_ROW, line=70_000), row=3),
    replace(failed("=1+1", FailureCode.ENGINE_UNAVAILABLE, retryable=True), row=4, units=3),
    replace(skipped("'; --", SkipCode.EMPTY_TEXT), row=5),
    replace(skipped("dry", SkipCode.DRY_RUN), row=6),
    replace(cancelled("late"), row=7),
)
"""Two succeeded, two failed, two skipped, one cancelled; 10 units billed and 4 saved."""
