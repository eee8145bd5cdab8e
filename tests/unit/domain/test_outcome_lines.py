"""Outcomes as bytes and back."""

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.outcome import Outcome
from aurastream.domain.outcome_lines import OUTCOMES_IN_LINE, decode_all, decode_outcomes, encode_outcomes
from aurastream.domain.sentiment import Scores, Sentiment, SentimentResult
from tests.unit.domain.strategies import EN, ENGINE, outcomes, results, round_scores, six_digits

exact = st.lists(outcomes(results(round_scores, six_digits)), max_size=8)
many = st.lists(outcomes(), max_size=8)


@given(given=exact)
def test_what_has_six_digits_comes_back_the_same(given: list[Outcome]) -> None:
    assert decode_all(encode_outcomes(given)) == given


@given(given=many)
def test_what_has_more_comes_back_within_a_millionth(given: list[Outcome]) -> None:
    back = decode_all(encode_outcomes(given))
    assert len(back) == len(given)
    for before, after in zip(given, back, strict=True):
        assert (before.result is None) == (after.result is None)
        if before.result and after.result:
            pairs = zip(before.result.scores.as_tuple(), after.result.scores.as_tuple(), strict=True)
            assert all(abs(one - other) <= 3e-6 for one, other in pairs)
            assert abs(before.result.coverage - after.result.coverage) <= 1e-6
            after = replace(
                after,
                result=replace(after.result, scores=before.result.scores, coverage=before.result.coverage),
            )
        assert after == before


@given(given=many)
def test_going_round_again_changes_nothing(given: list[Outcome]) -> None:
    once = encode_outcomes(given)
    assert encode_outcomes(decode_outcomes([once])) == once


@given(first=many, second=many)
def test_lines_may_be_joined_end_to_end(first: list[Outcome], second: list[Outcome]) -> None:
    joined = encode_outcomes(first) + encode_outcomes(second)
    assert decode_all(joined) == decode_all(encode_outcomes(first)) + decode_all(encode_outcomes(second))


@given(given=many, cuts=st.lists(st.integers(0, 3_000), max_size=8))
def test_it_does_not_matter_where_the_bytes_were_cut(given: list[Outcome], cuts: list[int]) -> None:
    data = encode_outcomes(given)
    blocks = [data[start:end] for start, end in pairwise([0, *sorted(cuts), max(len(data), *cuts, 0)])]
    assert list(decode_outcomes(blocks)) == decode_all(data)


@given(beside=st.floats(-1e-3, 1e-3), spread=st.floats(0, 1))
def test_scores_that_only_just_add_up_still_do(beside: float, spread: float) -> None:
    total = 1 + beside * 0.999999999
    parts = [total * spread / 3] * 3
    scores = Scores(positive=parts[0], negative=parts[1], neutral=parts[2], mixed=max(0, total - sum(parts)))
    result = SentimentResult(sentiment=Sentiment.MIXED, scores=scores, language=EN, engine=ENGINE)
    [back] = decode_all(encode_outcomes([Outcome(id="1", result=result)]))
    assert back.result is not None
    assert back.result.scores.as_tuple() == pytest.approx(scores.as_tuple(), abs=3e-6)


@pytest.mark.parametrize("total", [0.9990004, 1.0009996])
def test_rounding_does_not_push_scores_over_the_edge(total: float) -> None:
    quarter = total / 4
    scores = Scores(positive=quarter, negative=quarter, neutral=quarter, mixed=quarter)
    result = SentimentResult(sentiment=Sentiment.MIXED, scores=scores, language=EN, engine=ENGINE)
    [back] = decode_all(encode_outcomes([Outcome(id="1", result=result)]))
    assert back.result is not None
    assert back.result.scores.as_tuple() == pytest.approx(scores.as_tuple(), abs=3e-6)


def test_the_least_coverage_stays_above_nothing() -> None:
    scores = Scores(positive=1, negative=0, neutral=0, mixed=0)
    result = SentimentResult(
        sentiment=Sentiment.POSITIVE, scores=scores, language=EN, engine=ENGINE, coverage=1e-9
    )
    [back] = decode_all(encode_outcomes([Outcome(id="1", result=result)]))
    assert back.result is not None
    assert back.result.coverage == 1e-6


@pytest.mark.parametrize("otherwise", [{"cached": True}, {"segments": 2}, {"coverage": 0.5}])
def test_what_is_said_of_a_result_alone_is_kept(otherwise: dict[str, Any]) -> None:
    scores = Scores(positive=1, negative=0, neutral=0, mixed=0)
    result = SentimentResult(
        sentiment=Sentiment.POSITIVE, scores=scores, language=EN, engine=ENGINE, **otherwise
    )
    assert decode_all(encode_outcomes([Outcome(id="1", result=result)])) == [Outcome(id="1", result=result)]


@pytest.mark.parametrize("count", [0, 1, OUTCOMES_IN_LINE, OUTCOMES_IN_LINE + 1])
def test_a_line_holds_a_thousand(count: int) -> None:
    given = [Outcome(id=str(number)) for number in range(count)]
    data = encode_outcomes(iter(given))
    assert data.count(b"\n") == -(-count // OUTCOMES_IN_LINE)
    assert decode_all(data) == given


def test_engine_and_language_are_written_once_a_line() -> None:
    scores = Scores(positive=0.5, negative=0.25, neutral=0.125, mixed=0.125)
    result = SentimentResult(sentiment=Sentiment.POSITIVE, scores=scores, language=EN, engine=ENGINE)
    data = encode_outcomes(Outcome(id=str(row), row=row, result=result) for row in range(1, 501))
    assert data.count(ENGINE.name.encode()) == 1
    assert len(data) < 50 * 500
    assert json.loads(data)[2][0] == ["1", 1, 0, 0, 0, 0, 500_000, 250_000, 125_000, 125_000]


def test_decoding_reads_no_further_than_it_must() -> None:
    def blocks() -> "object":
        yield encode_outcomes([Outcome(id="1")])
        raise AssertionError("read too far")

    assert next(decode_outcomes(blocks())).id == "1"  # type: ignore[arg-type] # a generator of bytes


@pytest.mark.parametrize(
    "data",
    [
        b"\n",
        b"{}\n",
        b"[2,[],[]]\n",
        b"[1,[],[]]",
        b"[1,[],[",
        b"\xff\n",
        b'[1,[],[["1",1,0,0,"no_such_code"]]]\n',
    ],
)
def test_what_is_no_line_of_outcomes_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode_all(data)
