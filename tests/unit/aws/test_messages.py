"""What queues and workflows are told of a job."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurastream.adapters.aws.messages import message_of, read_message
from aurastream.domain.keys import JobKey, Tenant, job_id_at
from tests.contracts.cases import NOON, OTHER, key

tenants = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True).map(Tenant) | st.just(OTHER)
jobs = st.builds(JobKey, tenants, st.integers(0, 2**80 - 1).map(lambda chance: job_id_at(NOON, chance)))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["v", "tenant", "job_id", "x"]), inner),
    max_leaves=8,
)


@settings(deadline=None)  # the machine may be busy
@given(job=jobs)
def test_a_message_names_its_job_and_nothing_else(job: JobKey) -> None:
    assert json.loads(message_of(job)) == {"v": 1, "tenant": job.tenant, "job_id": job.job_id}
    assert read_message(message_of(job)) == job
    assert len(message_of(job)) < 200


@settings(deadline=None)  # the machine may be busy
@given(body=st.text() | json_values.map(json.dumps))
def test_whatever_is_not_ours_is_nobodys(body: str) -> None:
    assert read_message(body) is None


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": "1"},
        {"v": None},
        {"tenant": "ACME"},
        {"tenant": "acme/other"},
        {"tenant": ""},
        {"tenant": 1},
        {"tenant": ["acme"]},
        {"job_id": "job_1"},
        {"job_id": ""},
        {"job_id": None},
        {"job_id": {"a": 1}},
    ],
)
def test_a_message_of_another_version_or_name_is_nobodys(change: dict[str, object]) -> None:
    assert read_message(json.dumps(json.loads(message_of(key())) | change)) is None


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "1", '"v"', '{"v":1}', "[" * 100_000, "\ud800"])
def test_a_body_that_is_no_such_object_is_nobodys(body: str) -> None:
    assert read_message(body) is None
