"""When to try again, and when not to."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.retrying import Backoff, RetryBudget


def test_a_budget_is_spent_to_the_last_retry_and_earned_back_by_calls() -> None:
    budget = RetryBudget(start=2, earned=0.25)
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    for _ in range(3):
        budget.earn()
    assert not budget.spend()
    budget.earn()
    assert [budget.spend(), budget.spend()] == [True, False]


def test_a_quiet_time_saves_up_no_more_than_there_was_at_first() -> None:
    budget = RetryBudget(start=2, earned=1)
    for _ in range(100):
        budget.earn()
    assert [budget.spend() for _ in range(3)] == [True, True, False]


@given(attempt=st.integers(1, 10_000), seed=st.integers(), base=st.floats(0.01, 10), cap=st.floats(0.01, 60))
def test_a_pause_is_anything_up_to_what_doubles_and_never_over_the_cap(
    attempt: int, seed: int, base: float, cap: float
) -> None:
    pause = Backoff(base=base, cap=cap).pause(attempt, Random(seed))
    assert 0 <= pause <= min(cap, base * 2.0 ** min(attempt, 30))


def test_pauses_are_spread_over_all_that_is_allowed() -> None:
    chance, backoff = Random(1), Backoff(base=1, cap=100)
    pauses = [backoff.pause(3, chance) for _ in range(1_000)]
    assert min(pauses) < 0.1
    assert max(pauses) > 7.9
