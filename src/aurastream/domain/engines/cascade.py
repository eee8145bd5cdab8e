"""A cheap engine first, a dear one for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, EngineLimits, Reason
from aurastream.domain.language import Language
from aurastream.domain.outcome import Outcome
from aurastream.domain.pricing import units_of
from aurastream.ports.sentiment_engine import SentimentEngine

Languages = frozenset[Language] | None
"""None: all of them."""
MIN_TUNED = 200
"""Labelled texts that a threshold is worth being tuned on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadePolicy:
    """
    From which confidence on (the top score, 0 to 1) the first engine's answer stands.

    Without a version the threshold is all that tells it from others of its name.
    """

    threshold: float
    name: str = "default"
    version: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise ValueError("a threshold is a probability")

    @property
    def reference(self) -> str:
        """Name and version; of two policies under which answers may differ it is not the same."""
        return f"{self.name}@{self.version or self.threshold}"


class CascadeEngine(SentimentEngine):
    """
    Lets the first engine answer where it is sure; the second one gets the rest.

    A text in a language that only one of them reads is that one's, however sure it is. Each result names the
    engine that gave it and says why it was asked; what the second would have billed is stated as saved.
    """

    def __init__(self, first: SentimentEngine, second: SentimentEngine, *, policy: CascadePolicy) -> None:
        self._first, self._second, self._policy = first, second, policy
        self._read_by_first, self._read_by_second = first.limits.languages, second.limits.languages

    @property
    def identity(self) -> EngineId:
        first, second = self._first.identity, self._second.identity
        version = f"{first.version}+{second.name}-{second.version}+{self._policy.reference}"
        return EngineId(name="cascade", version=version)

    @property
    def limits(self) -> EngineLimits:
        first, second = self._read_by_first, self._read_by_second
        either = None if first is None or second is None else first | second
        return replace(self._second.limits, languages=either)

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        outcomes = self._locally(documents, call)
        rest = [position for position, outcome in enumerate(outcomes) if outcome is None]
        answers = self._second.analyze([documents[position] for position in rest], call) if rest else []
        for position, answer in zip(rest, answers, strict=True):
            asked_first = _is_in(self._read_by_first, documents[position])
            outcomes[position] = because(Reason.UNSURE if asked_first else Reason.LANGUAGE, answer)
        return [outcome for outcome in outcomes if outcome is not None]

    def _locally(self, documents: Sequence[Document], call: Call) -> list[Outcome | None]:
        able = [at for at, document in enumerate(documents) if _is_in(self._read_by_first, document)]
        answers = self._first.analyze([documents[at] for at in able], call) if able else []
        outcomes: list[Outcome | None] = [None] * len(documents)
        for at, answer in zip(able, answers, strict=True):
            document = documents[at]
            if not _is_in(self._read_by_second, document):
                outcomes[at] = because(Reason.LANGUAGE, answer)
            elif answer.result and max(answer.result.scores.as_tuple()) >= self._policy.threshold:
                told = because(Reason.SURE, answer)
                outcomes[at] = replace(told, saved_units=units_of(len(document.text)))
        return outcomes


def because(reason: Reason, outcome: Outcome) -> Outcome:
    """The outcome, whose result says why the engine that gave it was chosen."""
    if (result := outcome.result) is None:
        return outcome
    return replace(outcome, result=replace(result, engine=replace(result.engine, reason=reason)))


def _is_in(languages: Languages, document: Document) -> bool:
    return languages is None or document.language in languages
