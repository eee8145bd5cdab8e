"""Texts that were paid for before."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.engines.claims import Claims
from aurastream.domain.engines.wrapping import WrappingEngine
from aurastream.domain.language import Language, TextLanguage
from aurastream.domain.outcome import Outcome
from aurastream.domain.pricing import units_of
from aurastream.domain.remembering import REMEMBERED, CacheKey, Remembered, cache_key
from aurastream.ports.clock import Clock
from aurastream.ports.result_cache import ResultCache
from aurastream.ports.sentiment_engine import SentimentEngine

SHORTEST_NAP, LONGEST_NAP = 0.05, 1.0
PATIENCE = 30.0
"""Seconds that bulk work waits for texts that others ask for; whoever asks for so long may be dead."""


class CachedEngine(WrappingEngine):
    """
    Asks its inner engine only for texts it does not remember, and for each of them once.

    Texts are asked for in batches of `at_a_time` in one language; each batch's results enter the cache at
    once, so a crash wastes no more than the batches in flight. What another bulk worker of this process asks
    for right now is waited for, so that two chunks with the same text do not both pay for it.
    """

    def __init__(
        self,
        inner: SentimentEngine,
        *,
        cache: ResultCache,
        clock: Clock,
        remembered: timedelta = REMEMBERED,
        at_a_time: int = 25,
    ) -> None:
        super().__init__(inner)
        self._cache, self._clock = cache, clock
        self._remembered, self._at_a_time = remembered, at_a_time
        self._claims = Claims()

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        asked = _Asked(documents, [self._key(document, call) for document in documents], call)
        if len(asked.open) > self._at_a_time:
            self._recall(asked, list(asked.open))
        nap, patient_until = SHORTEST_NAP, self._clock.monotonic() + PATIENCE
        while asked.open:
            now = self._clock.monotonic()
            patient = call.priority is Priority.BULK and now < min(patient_until, call.deadline)
            if self._ask_next(asked, patient=patient and not call.stopped()):
                nap = SHORTEST_NAP
            elif asked.open:
                self._clock.sleep(nap)
                nap = min(2 * nap, LONGEST_NAP)
        return asked.outcomes

    def _ask_next(self, asked: "_Asked", *, patient: bool) -> bool:
        """Ask for the next batch; False where others ask for all that is left, and one had better wait."""
        batch: list[CacheKey] = []
        claimed: list[CacheKey] = []
        seen: set[CacheKey] = set()
        try:
            for language in asked.languages(at_once=self._at_a_time):
                while keys := asked.some(self._at_a_time - len(batch), language, beyond=seen):
                    ours = self._claims.take(keys) if patient else keys
                    claimed += ours if patient else []
                    seen.update(keys)
                    # What was claimed just now may have been answered to others just before.
                    self._recall(asked, ours)
                    batch += [key for key in ours if key in asked.open]
                if batch:
                    self._ask(asked, batch)
                    return True
        finally:
            self._claims.release(claimed)
        return False

    def _recall(self, asked: "_Asked", keys: Sequence[CacheKey]) -> None:
        if keys:
            for key, remembered in self._cache.get(keys, now=self._clock.now()).items():
                asked.recall(key, remembered)

    def _ask(self, asked: "_Asked", batch: Sequence[CacheKey]) -> None:
        answers = self._inner.analyze([asked.first(key) for key in batch], asked.call)
        fresh = {
            key: Remembered(result=answer.result, units=answer.units, payer=asked.call.payer)
            for key, answer in zip(batch, answers, strict=True)
            if answer.result is not None
        }
        if fresh:
            self._cache.put(fresh, until=self._clock.now() + self._remembered)
        for key, answer in zip(batch, answers, strict=True):
            asked.answer(key, answer)

    def _key(self, document: Document, call: Call) -> CacheKey:
        assert document.language is not None, "the language is known below the detector"
        return cache_key(call.tenant, document.text, document.language, self.identity)


class _Asked:
    """The documents of one call by their texts, and the outcomes so far."""

    def __init__(self, documents: Sequence[Document], keys: Sequence[CacheKey], call: Call) -> None:
        self.call = call
        self._documents = documents
        self._found: list[Outcome | None] = [None] * len(documents)
        self.open: dict[CacheKey, list[int]] = {}
        """The texts without an outcome, and where they stand."""
        for position, key in enumerate(keys):
            self.open.setdefault(key, []).append(position)

    @property
    def outcomes(self) -> list[Outcome]:
        """One for each document, in order."""
        return [outcome for outcome in self._found if outcome is not None]

    def first(self, key: CacheKey) -> Document:
        """The document that is asked for in the name of all with the same text."""
        return self._documents[self.open[key][0]]

    def languages(self, *, at_once: int) -> Iterable[Language | None]:
        """In which languages to ask, one after the other; None is any, for what goes at once."""
        if len(self.open) <= at_once:
            return [None]
        return dict.fromkeys(self.first(key).language for key in self.open)

    def some(self, count: int, language: Language | None, *, beyond: set[CacheKey]) -> list[CacheKey]:
        """So many open texts more."""
        left = (
            key for key in self.open if key not in beyond and language in (None, self.first(key).language)
        )
        return list(islice(left, count))

    def recall(self, key: CacheKey, remembered: Remembered) -> None:
        """The text was paid for before: by this very piece of work, or by another one."""
        ours = bool(self.call.payer) and remembered.payer == self.call.payer
        for nth, position in enumerate(self.open.pop(key)):
            self._found[position] = _recalled(self._documents[position], remembered, counted=ours and not nth)

    def answer(self, key: CacheKey, answer: Outcome) -> None:
        """The engine's word; the others with the same text share it for nothing."""
        first, *others = self.open.pop(key)
        self._found[first] = answer
        for position in others:
            self._found[position] = _shared(self._documents[position], answer)


def _shared(document: Document, answer: Outcome) -> Outcome:
    if answer.result is None:
        return replace(answer, id=document.id, units=0)
    return _recalled(document, Remembered(result=answer.result, units=answer.units, payer=""), counted=False)


def _recalled(document: Document, remembered: Remembered, *, counted: bool) -> Outcome:
    assert document.language is not None
    assert document.source is not None
    language = TextLanguage(code=document.language, source=document.source)
    saves = not counted and remembered.units > 0  # some engines are paid in another coin
    return Outcome(
        id=document.id,
        result=replace(remembered.result, language=language, cached=not counted),
        units=remembered.units if counted else 0,
        saved_units=units_of(len(document.text)) if saves else 0,
    )
