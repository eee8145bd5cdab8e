"""What became of one document."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.outcome import (
    Failure,
    FailureCode,
    Outcome,
    OutcomeStatus,
    SkipCode,
    cancelled,
    failed,
    skipped,
)
from tests.unit.domain.strategies import outcomes, results

SOME = {"failure": Failure(code=FailureCode.ENGINE_REJECTED), "skip": SkipCode.EMPTY_TEXT}


@given(outcome=outcomes())
def test_an_outcome_has_one_status(outcome: Outcome) -> None:
    expected = {
        OutcomeStatus.SUCCEEDED: outcome.result is not None,
        OutcomeStatus.FAILED: outcome.failure is not None,
        OutcomeStatus.SKIPPED: outcome.skip is not None,
        OutcomeStatus.CANCELLED: (outcome.result, outcome.failure, outcome.skip) == (None, None, None),
    }
    assert [status for status, holds in expected.items() if holds] == [outcome.status]


@given(outcome=outcomes())
def test_only_a_retryable_failure_is_tried_again(outcome: Outcome) -> None:
    assert outcome.retryable == (outcome.failure is not None and outcome.failure.retryable)


@given(outcome=outcomes(), row=st.integers(1))
def test_a_place_in_a_file_changes_nothing_else(outcome: Outcome, row: int) -> None:
    placed = outcome.at_row(row)
    assert placed.row == row
    assert replace(placed, row=outcome.row) == outcome


@given(result=results())
def test_an_outcome_is_one_thing(result: object) -> None:
    parts = {"result": result, **SOME}
    for left_out in parts:
        with pytest.raises(ValueError, match="one of"):
            Outcome(id="1", **{name: part for name, part in parts.items() if name != left_out})  # type: ignore[arg-type] # the names are known


@pytest.mark.parametrize("name", ["units", "saved_units"])
def test_units_are_never_negative(name: str) -> None:
    with pytest.raises(ValueError, match="never negative"):
        Outcome(id="1", **{name: -1})  # type: ignore[arg-type] # the names are known


def test_each_end_has_its_maker() -> None:
    failure = failed("7", FailureCode.MALFORMED_ROW, retryable=True, line=12).failure
    assert failure == Failure(code=FailureCode.MALFORMED_ROW, retryable=True, line=12)
    assert not failed("7", FailureCode.MALFORMED_ROW).retryable
    assert skipped("7", SkipCode.DRY_RUN).skip is SkipCode.DRY_RUN
    assert cancelled("7").status is OutcomeStatus.CANCELLED
