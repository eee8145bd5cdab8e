"""
Outcomes as bytes, for ledgers and for what a retry inherits.

A line stands for up to 1,000 outcomes and needs no other line, so files of lines may be joined end to end:
`[version, origins, rows]`, JSON without spaces. An origin is what many results share,
`[engine, version, language, source]` and, if it was one of several, the reason; a result names it by its
place. A row begins with `id, row, units, saved_units`, and what follows tells its kind:

    nothing                                            cancelled
    code                                               skipped
    code, retryable, line                              failed
    origin, sentiment, positive, negative, neutral, mixed    scored, in one segment, all of it read, afresh
    …, segments, coverage, cached                      scored otherwise

Scores and coverage are counted in millionths; a sentiment is its place in the order of `Sentiment`. There is
no place for a text.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from aurastream.domain.engine import EngineId, Reason
from aurastream.domain.language import Language, LanguageSource, TextLanguage
from aurastream.domain.outcome import Failure, FailureCode, Outcome, SkipCode
from aurastream.domain.sentiment import TOLERANCE, Scores, Sentiment, SentimentResult

VERSION = 1
OUTCOMES_IN_LINE = 1_000

_MILLION = 1_000_000
_OFF_AT_MOST = round(TOLERANCE * _MILLION) - 1
_SENTIMENTS = tuple(Sentiment)
_PLACES = {sentiment: place for place, sentiment in enumerate(Sentiment)}
_SKIPPED, _FAILED, _SCORED = 1, 3, 6  # how much follows the head of a row
_ENCODER = json.JSONEncoder(separators=(",", ":"))

Origin = tuple[EngineId, TextLanguage]


def encode_outcomes(outcomes: Iterable[Outcome]) -> bytes:
    """Lines for these outcomes, in their order; scores keep six digits."""
    left = iter(outcomes)
    lines = []
    while batch := list(islice(left, OUTCOMES_IN_LINE)):
        origins: dict[Origin, int] = {}
        rows = [_row(outcome, origins) for outcome in batch]
        shared = [
            (engine.name, engine.version, spoken.code, spoken.source, *filter(None, (engine.reason,)))
            for engine, spoken in origins
        ]
        lines.append(_ENCODER.encode((VERSION, shared, rows)).encode() + b"\n")
    return b"".join(lines)


def decode_outcomes(blocks: Iterable[bytes]) -> Iterator[Outcome]:
    """
    The outcomes of these lines, wherever the bytes were cut into blocks; a line at a time is in memory.

    Raises:
        ValueError: these are not such lines, or the last one is not whole.
    """
    for line in _lines(blocks):
        version, shared, rows = json.loads(line)
        if version != VERSION:
            raise ValueError(f"outcomes of version {version} cannot be read")
        origins = [_origin(*parts) for parts in shared]
        for row in rows:
            yield _outcome(row, origins)


def decode_all(data: bytes) -> list[Outcome]:
    """The outcomes of these lines at once."""
    return list(decode_outcomes((data,)))


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    open_line: list[bytes] = []
    for block in blocks:
        first, *others = block.split(b"\n")
        open_line.append(first)
        for other in others:
            yield b"".join(open_line)
            open_line = [other]
    if any(open_line):
        raise ValueError("the last line of outcomes is not whole")


def _row(outcome: Outcome, origins: dict[Origin, int]) -> tuple[object, ...]:
    head = (outcome.id, outcome.row, outcome.units, outcome.saved_units)
    if (result := outcome.result) is not None:
        origin = origins.setdefault((result.engine, result.language), len(origins))
        scored = (*head, origin, _PLACES[result.sentiment], *_millionths(result.scores))
        if result.segments == 1 and result.coverage == 1 and not result.cached:
            return scored
        # What was read is more than nothing, however little it is.
        coverage = max(1, round(result.coverage * _MILLION))
        return (*scored, result.segments, coverage, int(result.cached))
    if (failure := outcome.failure) is not None:
        return (*head, failure.code, int(failure.retryable), failure.line)
    return head if outcome.skip is None else (*head, outcome.skip)


def _millionths(scores: Scores) -> list[int]:
    parts = [round(score * _MILLION) for score in scores.as_tuple()]
    off = sum(parts) - _MILLION
    if abs(off) > _OFF_AT_MOST:  # rounding must not push what just adds up over the edge
        parts[parts.index(max(parts))] -= off - (_OFF_AT_MOST if off > 0 else -_OFF_AT_MOST)
    return parts


def _origin(name: str, version: str, code: str, source: str, reason: str | None = None) -> Origin:
    return (
        EngineId(name=name, version=version, reason=Reason(reason) if reason else None),
        TextLanguage(code=Language(code), source=LanguageSource(source)),
    )


def _outcome(row: list[Any], origins: list[Origin]) -> Outcome:
    id_, number, units, saved_units, *rest = row
    return Outcome(
        id=id_,
        result=_result(rest, origins) if len(rest) >= _SCORED else None,
        failure=_failure(*rest) if len(rest) == _FAILED else None,
        skip=SkipCode(rest[0]) if len(rest) == _SKIPPED else None,
        units=units,
        saved_units=saved_units,
        row=number,
    )


def _failure(code: str, retryable: int, line: int | None) -> Failure:
    return Failure(code=FailureCode(code), retryable=bool(retryable), line=line)


def _result(parts: list[Any], origins: list[Origin]) -> SentimentResult:
    origin, place, positive, negative, neutral, mixed, *otherwise = parts
    engine, language = origins[origin]
    segments, coverage, cached = otherwise or (1, _MILLION, 0)
    return SentimentResult(
        sentiment=_SENTIMENTS[place],
        scores=Scores(
            positive=positive / _MILLION,
            negative=negative / _MILLION,
            neutral=neutral / _MILLION,
            mixed=mixed / _MILLION,
        ),
        language=language,
        engine=engine,
        segments=segments,
        coverage=coverage / _MILLION,
        cached=bool(cached),
    )
