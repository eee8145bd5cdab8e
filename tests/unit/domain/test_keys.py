"""Names of tenants, jobs and blobs."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from aurastream.domain.keys import (
    BlobKey,
    JobId,
    JobKey,
    Tenant,
    base_key,
    chunk_key,
    copy_key,
    crockford,
    export_key,
    job_id_at,
    job_of_upload,
    parse_job_id,
    parse_tenant,
    plan_key,
    prefixes_of,
    summary_key,
    upload_key,
)

moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 # hypothesis adds the zone
randomness = st.integers(0, 2**80 - 1)
tenants = st.from_regex(r"[a-z0-9-]{1,40}|t_[0-9A-HJKMNP-TV-Z]{26}", fullmatch=True).map(Tenant)
job_ids = st.builds(job_id_at, moments, randomness)
keys = st.builds(JobKey, tenants, job_ids)

NAMERS: list[Callable[[JobKey], BlobKey]] = [
    *(upload_key, copy_key, plan_key, base_key, export_key, summary_key),
    lambda key: chunk_key(key, 0),
    lambda key: chunk_key(key, 5_000),
]


@given(moment=moments, randomness=randomness)
def test_a_job_id_is_safe_anywhere(moment: datetime, randomness: int) -> None:
    job_id = job_id_at(moment, randomness)
    assert re.fullmatch(r"job_[0-9A-HJKMNP-TV-Z]{26}", job_id)
    assert parse_job_id(job_id) == job_id


@given(one=moments, other=moments, chances=st.tuples(randomness, randomness))
@example(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 1000, tzinfo=UTC), (2**80 - 1, 0))
def test_job_ids_sort_by_time(one: datetime, other: datetime, chances: tuple[int, int]) -> None:
    earlier, later = sorted((one, other))
    assume(later - earlier >= timedelta(milliseconds=1))
    assert job_id_at(earlier, chances[0]) < job_id_at(later, chances[1])


@given(moment=moments, one=randomness, other=randomness)
def test_ids_of_one_moment_differ_by_chance_alone(moment: datetime, one: int, other: int) -> None:
    assert (job_id_at(moment, one) == job_id_at(moment, other)) == (one == other)


@given(moment=moments, randomness=st.integers(2**80, 2**200))
def test_more_chance_than_there_is_room_for_does_not_touch_the_time(
    moment: datetime, randomness: int
) -> None:
    assert job_id_at(moment, randomness)[:14] == job_id_at(moment, 0)[:14]


@given(number=st.integers(0, 2**130 - 1))
def test_crockford_can_be_read_back(number: int) -> None:
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    back = 0
    for digit in crockford(number, 26):
        back = back * 32 + digits.index(digit)
    assert back == number


@pytest.mark.parametrize(
    "text",
    [
        *("", "job_", "job_" + "0" * 25, "job_" + "0" * 27, "JOB_" + "0" * 26, "job-" + "0" * 26),
        *("job_" + "0" * 25 + letter for letter in "ILOUilou/.\n "),
        *("job_" + "0" * 26 + "\n", "\njob_" + "0" * 26, "job_" + "٠" * 26, "../job_" + "0" * 26),
    ],
)
def test_what_is_no_job_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a job id"):
        parse_job_id(text)
    with pytest.raises(ValueError, match="not a job id"):
        JobKey(Tenant("local"), JobId(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 41,
        "A",
        "a/b",
        "..",
        "a b",
        "a\n",
        "ä",
        "a_b",
        "t_" + "0" * 25,
        "t_" + "I" * 26,
        "a:b",
        "a\x00",
    ],
)
def test_what_is_no_tenant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a tenant is"):
        parse_tenant(text)
    with pytest.raises(ValueError, match="a tenant is"):
        JobKey(Tenant(text), job_id_at(datetime(2026, 1, 1, tzinfo=UTC), 0))


@given(tenant=tenants)
def test_a_tenant_is_read_as_it_is(tenant: Tenant) -> None:
    assert parse_tenant(tenant) == tenant


@given(key=keys)
def test_every_blob_of_a_job_lies_under_its_prefixes_and_has_its_own_name(key: JobKey) -> None:
    names = [namer(key) for namer in NAMERS]
    assert len(set(names)) == len(names)
    for name in names:
        assert sum(name.startswith(prefix) for prefix in prefixes_of(key)) == 1
        assert ".." not in name
        assert "//" not in name


@given(one=keys, other=keys)
def test_no_prefix_of_a_job_covers_another_job(one: JobKey, other: JobKey) -> None:
    assume(one != other)
    for prefix in prefixes_of(one):
        assert prefix.endswith("/")
        assert not any(namer(other).startswith(prefix) for namer in NAMERS)


@given(key=keys, chunk=st.sampled_from([0, 9, 99, 9_999, 99_999]) | st.integers(0, 999_999))
def test_chunks_sort_by_number(key: JobKey, chunk: int) -> None:
    assert chunk_key(key, chunk) < chunk_key(key, chunk + 1) or chunk == 999_999


@given(key=keys)
def test_only_an_upload_lies_where_its_arrival_starts_a_job(key: JobKey) -> None:
    assert [namer(key).startswith("uploads/") for namer in NAMERS] == [True] + [False] * (len(NAMERS) - 1)


@given(key=keys)
def test_an_upload_tells_whose_it_is(key: JobKey) -> None:
    assert job_of_upload(upload_key(key)) == key
    for namer in NAMERS[1:]:
        with pytest.raises(ValueError, match="not the key of an upload"):
            job_of_upload(namer(key))


@pytest.mark.parametrize(
    "key",
    ["", "uploads", "uploads/", "uploads/a/b/source", "uploads/../../source", "uploads/ours/job_1/source/x"],
)
def test_what_upload_key_never_gave_tells_nothing(key: str) -> None:
    with pytest.raises(ValueError):
        job_of_upload(key)
