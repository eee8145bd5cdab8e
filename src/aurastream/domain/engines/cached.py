"""Texts that were paid for before."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from aurastream.domain.document import Document
from aurastream.domain.engine import Call
from aurastream.domain.engines.wrapping import WrappingEngine
from aurastream.domain.language import TextLanguage
from aurastream.domain.outcome import Outcome
from aurastream.domain.pricing import units_of
from aurastream.domain.remembering import REMEMBERED, CacheKey, Remembered, cache_key
from aurastream.ports.clock import Clock
from aurastream.ports.result_cache import ResultCache
from aurastream.ports.sentiment_engine import SentimentEngine


class CachedEngine(WrappingEngine):
    """
    Asks its inner engine only for texts it does not remember, and for each of them once.

    Results enter the cache after every batch of `at_a_time` texts, so a crash wastes no more than that.
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

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        keys = [self._key(document, call) for document in documents]
        known = dict(self._cache.get(set(keys), now=self._clock.now()))
        outcomes: list[Outcome | None] = [None] * len(documents)
        paid_before: set[CacheKey] = set()
        asked: dict[CacheKey, list[int]] = {}
        for position, (document, key) in enumerate(zip(documents, keys, strict=True)):
            remembered = known.get(key)
            if remembered is None:
                asked.setdefault(key, []).append(position)
                continue
            ours = bool(call.payer) and remembered.payer == call.payer and key not in paid_before
            paid_before.add(key)
            outcomes[position] = _recalled(document, remembered, counted=ours)
        for positions in _slices(list(asked.values()), self._at_a_time):
            for position, outcome in self._ask(documents, keys, positions, call):
                outcomes[position] = outcome
        return [outcome for outcome in outcomes if outcome is not None]

    def _ask(
        self,
        documents: Sequence[Document],
        keys: Sequence[CacheKey],
        positions: Sequence[Sequence[int]],
        call: Call,
    ) -> Iterator[tuple[int, Outcome]]:
        """Score the first document of each group of equal texts; the others share its result for nothing."""
        firsts = [group[0] for group in positions]
        answers = self._inner.analyze([documents[first] for first in firsts], call)
        fresh = {
            keys[first]: Remembered(result=answer.result, units=answer.units, payer=call.payer)
            for first, answer in zip(firsts, answers, strict=True)
            if answer.result is not None
        }
        if fresh:
            self._cache.put(fresh, until=self._clock.now() + self._remembered)
        for group, answer in zip(positions, answers, strict=True):
            yield group[0], answer
            for position in group[1:]:
                yield position, self._shared(documents[position], answer)

    def _shared(self, document: Document, answer: Outcome) -> Outcome:
        if answer.result is None:
            return replace(answer, id=document.id, units=0)
        return _recalled(
            document, Remembered(result=answer.result, units=answer.units, payer=""), counted=False
        )

    def _key(self, document: Document, call: Call) -> CacheKey:
        assert document.language is not None, "the language is known below the detector"
        return cache_key(call.tenant, document.text, document.language, self.identity)


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


def _slices(groups: Sequence[Sequence[int]], size: int) -> Iterator[Sequence[Sequence[int]]]:
    for at in range(0, len(groups), size):
        yield groups[at : at + size]
