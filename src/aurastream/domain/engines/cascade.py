"""A cheap engine first, a dear one for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, EngineLimits, Reason
from aurastream.domain.outcome import Outcome
from aurastream.domain.pricing import units_of
from aurastream.ports.sentiment_engine import SentimentEngine

MIN_TUNED = 200
"""Labelled texts that a threshold is worth being tuned on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadePolicy:
    """From which confidence on (the top score, 0 to 1) the first engine's answer stands."""

    threshold: float
    name: str = "default"
    version: str = "1"

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise ValueError("a threshold is a probability")


class CascadeEngine(SentimentEngine):
    """
    Lets the first engine answer where it is sure and has the language; the second one gets the rest.

    Each result names the engine that gave it and says why it was asked; what the second would have billed is
    stated as saved.
    """

    def __init__(self, first: SentimentEngine, second: SentimentEngine, *, policy: CascadePolicy) -> None:
        self._first, self._second, self._policy = first, second, policy

    @property
    def identity(self) -> EngineId:
        first, second, policy = self._first.identity, self._second.identity, self._policy
        version = f"{first.version}+{second.name}-{second.version}@{policy.name}-{policy.version}"
        return EngineId(name="cascade", version=version)

    @property
    def limits(self) -> EngineLimits:
        return self._second.limits

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        outcomes = self._locally(documents, call)
        rest = [position for position, outcome in enumerate(outcomes) if outcome is None]
        answers = self._second.analyze([documents[position] for position in rest], call) if rest else []
        served = self._first.limits.languages
        for position, answer in zip(rest, answers, strict=True):
            able = served is None or documents[position].language in served
            outcomes[position] = because(Reason.UNSURE if able else Reason.LANGUAGE, answer)
        return [outcome for outcome in outcomes if outcome is not None]

    def _locally(self, documents: Sequence[Document], call: Call) -> list[Outcome | None]:
        served = self._first.limits.languages
        able = [at for at, document in enumerate(documents) if served is None or document.language in served]
        answers = self._first.analyze([documents[at] for at in able], call) if able else []
        outcomes: list[Outcome | None] = [None] * len(documents)
        for at, answer in zip(able, answers, strict=True):
            if answer.result and max(answer.result.scores.as_tuple()) >= self._policy.threshold:
                told = because(Reason.SURE, answer)
                outcomes[at] = replace(told, saved_units=units_of(len(documents[at].text)))
        return outcomes


def because(reason: Reason, outcome: Outcome) -> Outcome:
    """The outcome, whose result says why the engine that gave it was chosen."""
    if (result := outcome.result) is None:
        return outcome
    return replace(outcome, result=replace(result, engine=replace(result.engine, reason=reason)))
