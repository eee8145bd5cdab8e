"""The simulation would notice: each of the bugs that others have shipped is caught, and soon."""

import pytest

from tests.simulation.bugs import BUGS
from tests.simulation.planted import SEEDS, caught

NAMED = {
    "an unconditional commit": "an_unconditional_commit",
    "an unfenced completion": "an_unfenced_completion",
    "delete on error": "a_deletion_on_error",
    "count on attempt": "a_count_on_the_attempt",
    "start before save": "a_start_before_the_save",
    "ack before save": "an_acknowledgement_before_the_save",
    "mark before write": "a_mark_before_the_write",
    "retry without key": "a_retry_without_its_key",
    "cancel over done": "a_cancel_over_done",
    "a chunk twice in the plan": "a_chunk_twice_in_the_plan",
    "lease by local clock": "a_lease_by_the_local_clock",
    "progress without chunk id": "progress_without_the_number_of_the_chunk",
    "lost wake-up": "a_lost_wake_up",
    "overdue job never settled": "an_overdue_job_that_is_never_settled",
}
"""The bugs that the service was asked to be held against, by the names they were given then."""


def test_the_bugs_that_were_asked_for_are_among_those_that_are_planted() -> None:
    assert set(NAMED.values()) <= BUGS.keys()


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_caught(name: str) -> None:
    found = caught(name)
    assert found is not None, f"{SEEDS} seeds and nobody noticed"
