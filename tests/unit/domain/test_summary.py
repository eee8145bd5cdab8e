"""What a job's outcomes say taken together."""

import json
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from math import isclose
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.outcome import FailureCode, Outcome, SkipCode, cancelled, failed, skipped
from aurastream.domain.sentiment import Scores, Sentiment, SentimentResult
from aurastream.domain.summary import SummaryBuilder, wilson
from tests.unit.domain.strategies import EN, ENGINE, outcomes, results, round_scores, six_digits

COLUMNS = ("shop", "text", "stars")
cells = st.tuples(st.sampled_from(["north", "south", ""]), st.just("some words"), st.sampled_from("12345"))
rows = st.lists(st.tuples(cells, outcomes(results(round_scores, six_digits))), max_size=15)

Row = tuple[Sequence[str], Outcome]


def summed(given: Sequence[Row], columns: Sequence[str] = COLUMNS, text: str | None = "text") -> Any:
    """As somebody reads it who asks for the summary."""
    builder = SummaryBuilder(columns, text_column=text)
    for row, outcome in given:
        builder.add(row, outcome)
    return json.loads(json.dumps(builder.build(), allow_nan=False))


def scored(positive: float, negative: float, neutral: float = 0, mixed: float = 0, units: int = 0) -> Outcome:
    scores = Scores(positive=positive, negative=negative, neutral=neutral, mixed=mixed)
    result = SentimentResult(sentiment=scores.top, scores=scores, language=EN, engine=ENGINE)
    return Outcome(id="1", result=result, units=units)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
    ],
)
def test_intervals_are_those_of_the_textbook(successes: int, n: int, low: float, high: float) -> None:
    """The last two: Newcombe 1998, table I, method 3."""
    assert wilson(successes, n) == pytest.approx((low, high), abs=6e-5)


@given(n=st.integers(1, 10**7), part=st.floats(0, 1))
def test_an_interval_holds_its_share_and_lies_between_nothing_and_all(n: int, part: float) -> None:
    successes = round(part * n)
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert (low == 0, high == 1) == (successes == 0, successes == n)


@given(n=st.integers(1, 10**4), part=st.floats(0, 1), more=st.integers(2, 50))
def test_more_rows_make_it_narrower_and_failures_mirror_successes(n: int, part: float, more: int) -> None:
    successes = round(part * n)
    low, high = wilson(successes, n)
    narrow_low, narrow_high = wilson(successes * more, n * more)
    assert narrow_high - narrow_low < high - low
    mirrored = wilson(n - successes, n)
    assert isclose(mirrored[0], 1 - high, abs_tol=1e-9)
    assert isclose(mirrored[1], 1 - low, abs_tol=1e-9)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (1, 0), (-1, 5), (6, 5), (0, -1)])
def test_a_share_of_nothing_has_no_interval(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="a share"):
        wilson(successes, n)


@given(given=rows)
def test_totals_count_every_row_once(given: list[Row]) -> None:
    totals = summed(given)["totals"]
    statuses = Counter(outcome.status.lower() for _, outcome in given)
    assert totals["count"] == len(given)
    for status in ("succeeded", "failed", "skipped", "cancelled"):
        assert totals[status] == statuses[status]
    labels = Counter(outcome.result.sentiment.lower() for _, outcome in given if outcome.result)
    assert {label: part["count"] for label, part in totals["sentiments"].items()} == {
        sentiment.lower(): labels[sentiment.lower()] for sentiment in Sentiment
    }
    assert totals["units"] == sum(outcome.units for _, outcome in given)
    assert totals["saved_units"] == sum(outcome.saved_units for _, outcome in given)


@given(given=rows)
def test_shares_and_polarity_are_those_of_the_scored_rows(given: list[Row]) -> None:
    totals = summed(given)["totals"]
    told = [outcome.result for _, outcome in given if outcome.result]
    if not told:
        assert totals["polarity"] is None
        for part in totals["sentiments"].values():
            assert part == {"count": 0, "share": None, "low": None, "high": None}
        return
    mean = sum(result.scores.positive - result.scores.negative for result in told) / len(told)
    assert isclose(totals["polarity"], mean, abs_tol=2e-6)
    for part in totals["sentiments"].values():
        assert isclose(part["share"], part["count"] / len(told), abs_tol=1e-6)
        low, high = wilson(part["count"], len(told))
        assert isclose(part["low"], low, abs_tol=1e-6)
        assert isclose(part["high"], high, abs_tol=1e-6)
        assert part["low"] <= part["share"] <= part["high"]
    assert isclose(sum(part["share"] for part in totals["sentiments"].values()), 1, abs_tol=1e-5)


@given(given=rows)
def test_a_group_is_the_summary_of_its_rows(given: list[Row]) -> None:
    groups = summed(given)["groups"]
    assert list(groups) == ["shop", "stars"]
    for place, column in ((0, "shop"), (2, "stars")):
        values = {row[place] for row, _ in given}
        assert {group["value"] for group in groups[column]} == values
        for group in groups[column]:
            alone = [(row, outcome) for row, outcome in given if row[place] == group["value"]]
            assert group == {"value": group["value"], **summed(alone)["totals"]}


@given(given=rows, data=st.data())
def test_the_order_of_the_rows_does_not_matter(given: list[Row], data: st.DataObject) -> None:
    assert summed(data.draw(st.permutations(given))) == summed(given)


@given(given=rows)
def test_the_largest_group_comes_first_and_of_equals_the_first_by_value(given: list[Row]) -> None:
    for groups in summed(given)["groups"].values():
        order = [(-group["count"], group["value"]) for group in groups]
        assert order == sorted(order)


def test_a_summary_reads_like_this() -> None:
    given: list[Row] = [
        (["north"], scored(0.9, 0.05, 0.05, units=3)),
        (["north"], scored(0.1, 0.8, 0.1)),
        (["south"], failed("3", FailureCode.ENGINE_UNAVAILABLE)),
        (["south"], skipped("4", SkipCode.EMPTY_TEXT)),
        (["south"], cancelled("5")),
    ]
    summary = summed(given, ["shop"], None)
    nobody = {"count": 0, "share": None, "low": None, "high": None}
    assert summary["totals"] == {
        "count": 5,
        "succeeded": 2,
        "failed": 1,
        "skipped": 1,
        "cancelled": 1,
        "sentiments": {
            "positive": {"count": 1, "share": 0.5, "low": 0.094531, "high": 0.905469},
            "negative": {"count": 1, "share": 0.5, "low": 0.094531, "high": 0.905469},
            "neutral": {"count": 0, "share": 0.0, "low": 0.0, "high": 0.65762},
            "mixed": {"count": 0, "share": 0.0, "low": 0.0, "high": 0.65762},
        },
        "polarity": 0.075,
        "units": 3,
        "saved_units": 0,
    }
    assert summary["groups"]["shop"][0] == {
        "value": "south",
        "count": 3,
        "succeeded": 0,
        "failed": 1,
        "skipped": 1,
        "cancelled": 1,
        "sentiments": dict.fromkeys(("positive", "negative", "neutral", "mixed"), nobody),
        "polarity": None,
        "units": 0,
        "saved_units": 0,
    }


def test_a_job_without_rows_has_a_summary_too() -> None:
    summary = summed([])
    assert (summary["totals"]["count"], summary["groups"]) == (0, {"shop": [], "stars": []})


@pytest.mark.parametrize(("values", "kept"), [(200, True), (201, False)])
def test_a_column_groups_by_at_most_200_values(values: int, kept: bool) -> None:
    given = [([str(number % values), "same"], cancelled("1")) for number in range(500)]
    groups = summed(given, ["many", "one"], None)["groups"]
    assert ("many" in groups) == kept
    assert groups["one"][0]["count"] == 500


@pytest.mark.parametrize(("length", "kept"), [(100, True), (101, False)])
def test_a_long_value_is_no_group(length: int, kept: bool) -> None:
    given = [(["short"], cancelled("1")), (["é" * length], cancelled("2")), (["short"], cancelled("3"))]
    assert ("note" in summed(given, ["note"], None)["groups"]) == kept


def test_the_first_twenty_that_qualify_are_kept() -> None:
    columns = [f"c{number}" for number in range(30)]
    given = [
        ([f"{row}" if number == 3 else "x" for number in range(30)], cancelled("1")) for row in range(300)
    ]
    assert list(summed(given, columns, "c0")["groups"]) == [f"c{number}" for number in (1, 2, *range(4, 22))]


def test_a_cell_that_a_row_does_not_have_is_in_no_group() -> None:
    given: list[Row] = [
        (["north", "t", "5"], cancelled("1")),
        (["north"], cancelled("2")),
        ((), cancelled("3")),
    ]
    summary = summed(given)
    assert summary["totals"]["count"] == 3
    assert [group["count"] for group in summary["groups"]["shop"]] == [2]
    assert [group["count"] for group in summary["groups"]["stars"]] == [1]


def test_cells_beyond_the_columns_are_in_no_group() -> None:
    assert list(summed([(["a", "t", "b", "c"], cancelled("1"))])["groups"]) == ["shop", "stars"]


def test_the_text_is_never_a_group() -> None:
    assert "some words" not in json.dumps(summed([(("north", "some words", "5"), cancelled("1"))]))


def test_memory_does_not_grow_with_rows_or_columns() -> None:
    """Every cell is new: a builder that kept them would hold some 100 MB."""
    builder = SummaryBuilder([f"c{number}" for number in range(10_000)])
    tracemalloc.start()
    try:
        for row in range(400):
            builder.add([f"{row} {number} {'x' * 20}" for number in range(1_000)], cancelled("1"))
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1_000_000
    assert peak < 40_000_000
