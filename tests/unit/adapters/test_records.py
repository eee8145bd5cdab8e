"""Jobs and results as records: nothing is lost on the way to a database and back."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aurastream.adapters.records import (
    addition,
    job_from_record,
    job_to_record,
    moment,
    remembered_from_record,
    remembered_to_record,
    stamp,
)
from aurastream.domain.engine import EngineId
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_counts import Counts, Spend
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.job_input import InputDescription, Plan, Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import BlobKey, JobKey, Tenant, job_id_at
from aurastream.domain.language import Language, LanguageSource, TextLanguage
from aurastream.domain.outcome import Outcome
from aurastream.domain.remembering import Remembered
from aurastream.domain.sentiment import Scores, Sentiment, SentimentResult
from tests.contracts.cases import OUTCOMES

words = st.text(max_size=20)
maybe = st.none() | words
whole = st.integers(0, 10**12)
moments = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis wants it naive and adds the zone
    max_value=datetime(2400, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.sampled_from(
        [UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=5))]
    ),
)
keys = st.builds(
    JobKey,
    st.sampled_from(["local", "a-1", "t_0123456789ABCDEFGHJKMNPQRS"]).map(Tenant),
    st.builds(job_id_at, moments, whole),
)
inputs = st.builds(
    InputDescription,
    format=words,
    encoding=words,
    compression=maybe,
    delimiter=maybe,
    columns=st.lists(words, max_size=4).map(tuple),
    text_column=maybe,
    id_column=maybe,
    language_column=maybe,
    header=st.none() | st.booleans(),
    quote=maybe,
)
options = st.builds(
    JobOptions,
    text_column=maybe,
    id_column=maybe,
    language_column=maybe,
    language=st.none() | words.map(Language),
    filename=maybe,
    media_type=maybe,
    max_cost_usd=st.none() | st.decimals(0, 10**6, allow_nan=False, places=4),
    dry_run=st.booleans(),
    escape_input=st.booleans(),
    calibration=maybe,
    metadata=st.dictionaries(words, words, max_size=3),
)
jobs = st.builds(
    Job,
    key=keys,
    status=st.sampled_from(JobStatus),
    version=st.integers(1, 10**6),
    created_at=moments,
    updated_at=moments,
    expires_at=moments,
    deadline_at=st.none() | moments,
    options=options,
    started_at=st.none() | moments,
    source=st.none() | st.builds(Source, key=words.map(BlobKey), etag=words, size=whole),
    plan=st.none() | st.builds(Plan, rows=whole, chunks=whole, estimated_units=whole, input=inputs),
    counts=st.builds(Counts, total=st.just(100), succeeded=st.integers(0, 50), failed=st.integers(0, 50)),
    spend=st.builds(Spend, units=whole, saved_units=whole),
    error=st.none()
    | st.builds(
        JobError,
        code=st.sampled_from(JobErrorCode),
        detail=words,
        columns=st.lists(words, max_size=3).map(tuple),
    ),
    retry_of=st.none() | keys.map(lambda key: key.job_id),
    cancel_requested=st.booleans(),
    promised=st.booleans(),
    deleted=st.booleans(),
)
weights = st.tuples(*[st.floats(0, 1, allow_nan=False)] * 4).filter(lambda four: sum(four) > 0.01)
results = st.builds(
    SentimentResult,
    sentiment=st.sampled_from(Sentiment),
    scores=weights.map(lambda four: Scores.normalised(*four)),
    language=st.builds(TextLanguage, code=words.map(Language), source=st.sampled_from(LanguageSource)),
    engine=st.builds(EngineId, name=words, version=words),
    segments=st.integers(1, 10**6),
    coverage=st.floats(0, 1, exclude_min=True),
    cached=st.booleans(),
)


def through_a_database(record: dict[str, Any]) -> dict[str, Any]:
    """What a database makes of a record: text, and numbers of a type of its own."""
    read: dict[str, Any] = json.loads(json.dumps(record), parse_int=Decimal)
    return read


@given(job=jobs)
def test_a_job_comes_back_as_it_was(job: Job) -> None:
    assert job_from_record(through_a_database(job_to_record(job)), job.counts, job.spend) == job


@given(job=jobs)
def test_numbers_come_back_as_whole_numbers(job: Job) -> None:
    read = job_from_record(through_a_database(job_to_record(job)), job.counts, job.spend)
    assert type(read.version) is int
    if read.plan is not None:
        assert {type(read.plan.rows), type(read.plan.chunks), type(read.plan.estimated_units)} == {int}
    if read.source is not None:
        assert type(read.source.size) is int


@given(job=jobs)
def test_counts_and_spend_are_not_in_the_record(job: Job) -> None:
    bare = replace(job, counts=Counts(total=job.counts.total), spend=Spend())
    assert job_to_record(job) == job_to_record(bare)


@given(job=jobs)
def test_a_record_has_every_field_of_its_parts(job: Job) -> None:
    record = job_to_record(job)
    assert set(record["options"]) == {field.name for field in fields(JobOptions)}
    if job.plan is not None:
        assert set(record["plan"]) == {field.name for field in fields(Plan)}
        assert set(record["plan"]["input"]) == {field.name for field in fields(InputDescription)}
    if job.source is not None:
        assert set(record["source"]) == {field.name for field in fields(Source)}
    if job.error is not None:
        assert set(record["error"]) == {field.name for field in fields(JobError)}


def test_a_record_has_every_field_of_a_job_but_what_the_ledger_keeps() -> None:
    job = Job(
        key=JobKey(Tenant("local"), job_id_at(datetime(2026, 1, 1, tzinfo=UTC), 1)),
        status=JobStatus.QUEUED,
        version=1,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
        expires_at=datetime(2026, 1, 1, tzinfo=UTC),
        deadline_at=None,
    )
    names = {field.name for field in fields(Job)} - {"key", "counts", "spend"} | {"tenant", "job_id"}
    assert set(job_to_record(job)) == names


@given(result=results, units=whole, payer=words)
def test_a_cached_result_comes_back_to_the_last_digit(
    result: SentimentResult, units: int, payer: str
) -> None:
    remembered = Remembered(result=result, units=units, payer=payer)
    read = remembered_from_record(through_a_database(remembered_to_record(remembered)))
    assert read == remembered
    assert (type(read.units), type(read.result.segments)) == (int, int)


@given(result=results)
def test_a_cached_result_is_written_without_fractions(result: SentimentResult) -> None:
    record = json.dumps(remembered_to_record(Remembered(result=result, units=1, payer="")))
    json.loads(record, parse_float=lambda text: 1 / 0)


@given(first=moments, second=moments)
def test_stamps_sort_as_the_moments_do_whatever_their_zone(first: datetime, second: datetime) -> None:
    assert (stamp(first) < stamp(second)) == (first < second)
    assert moment(stamp(first)) == first
    assert moment(stamp(first)).utcoffset() == timedelta(0)


@given(chosen=st.lists(st.sampled_from(OUTCOMES)))
def test_a_chunk_adds_what_its_outcomes_are(chosen: list[Outcome]) -> None:
    added = addition(chosen)
    assert added["succeeded"] == sum(outcome.result is not None for outcome in chosen)
    assert added["failed"] == sum(outcome.failure is not None for outcome in chosen)
    assert added["skipped"] == sum(outcome.skip is not None for outcome in chosen)
    assert sum(added[each] for each in ("succeeded", "failed", "skipped", "cancelled")) == len(chosen)
    assert added["units"] == sum(outcome.units for outcome in chosen)
    assert added["saved_units"] == sum(outcome.saved_units for outcome in chosen)
