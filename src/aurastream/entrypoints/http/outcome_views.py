"""
Outcomes as callers see them: plain dictionaries, built by plain functions.

The document of the API is made from these same types, so that the two cannot differ.
"""

from typing import NotRequired

from typing_extensions import TypedDict

from aurastream.domain.engine import EngineId, Reason
from aurastream.domain.language import LanguageSource
from aurastream.domain.outcome import FailureCode, Outcome, OutcomeStatus, SkipCode
from aurastream.domain.sentiment import Sentiment, SentimentResult
from aurastream.entrypoints.http.closed import closed


@closed
class ScoresView(TypedDict):
    """Four probabilities that add up to 1."""

    positive: float
    negative: float
    neutral: float
    mixed: float


@closed
class LanguageView(TypedDict):
    """The language a text was scored in, and who said so."""

    code: str
    source: LanguageSource


@closed
class EngineView(TypedDict):
    """Which engine answered; the version changes whenever its answers may. In a cascade the reason, too."""

    name: str
    version: str
    reason: NotRequired[Reason]


@closed
class OutcomeErrorView(TypedDict):
    """Why it was not scored, whether another try may mend that, and the line an unreadable row begins on."""

    code: FailureCode | SkipCode
    retryable: bool
    line: NotRequired[int]


@closed
class OutcomeView(TypedDict):
    """What became of one document; what does not apply is absent."""

    row: NotRequired[int]
    id: str
    status: OutcomeStatus
    sentiment: NotRequired[Sentiment]
    scores: NotRequired[ScoresView]
    language: NotRequired[LanguageView]
    engine: NotRequired[EngineView]
    segments: NotRequired[int]
    coverage: NotRequired[float]
    cached: NotRequired[bool]
    error: NotRequired[OutcomeErrorView]


@closed
class OutcomesView(TypedDict):
    """One outcome for each document, in the order of the request."""

    results: list[OutcomeView]


@closed
class ResultsPageView(TypedDict):
    """Outcomes of a job in row order; without a next cursor the job has ended and all was read."""

    results: list[OutcomeView]
    next_cursor: str | None


def outcome_view(outcome: Outcome) -> OutcomeView:
    """What became of one document."""
    view = OutcomeView(id=outcome.id, status=outcome.status)
    if outcome.row is not None:
        view = OutcomeView(row=outcome.row, **view)
    if outcome.result is not None:
        return _scored(view, outcome.result)
    if outcome.failure is not None:
        view["error"] = OutcomeErrorView(code=outcome.failure.code, retryable=outcome.failure.retryable)
        if outcome.failure.line is not None:
            view["error"]["line"] = outcome.failure.line
    if outcome.skip is not None:
        view["error"] = OutcomeErrorView(code=outcome.skip, retryable=False)
    return view


def _scored(view: OutcomeView, result: SentimentResult) -> OutcomeView:
    scores = result.scores
    return OutcomeView(
        **view,
        sentiment=result.sentiment,
        scores=ScoresView(
            positive=scores.positive, negative=scores.negative, neutral=scores.neutral, mixed=scores.mixed
        ),
        language=LanguageView(code=result.language.code, source=result.language.source),
        engine=_engine_view(result.engine),
        segments=result.segments,
        coverage=result.coverage,
        cached=result.cached,
    )


def _engine_view(engine: EngineId) -> EngineView:
    view = EngineView(name=engine.name, version=engine.version)
    return view if engine.reason is None else EngineView(**view, reason=engine.reason)
