"""Texts that were paid for before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.engines.asked import Asked
from aurastream.domain.engines.claims import Claim, Claims
from aurastream.domain.engines.wrapping import WrappingEngine
from aurastream.domain.outcome import Outcome
from aurastream.domain.remembering import REMEMBERED, CacheKey, Remembered, cache_key
from aurastream.ports.clock import Clock
from aurastream.ports.result_cache import ResultCache
from aurastream.ports.sentiment_engine import SentimentEngine

SHORTEST_NAP, LONGEST_NAP = 0.05, 1.0
"""Seconds between two looks at whether others have what one waits for; each nap is twice the one before."""
PATIENCE = 30.0
"""Seconds that bulk work waits for texts that others ask for; whoever asks for so long may be dead."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text to ask for, and for whom."""

    key: CacheKey
    document: Document
    asked: Asked


class CachedEngine(WrappingEngine):
    """
    Asks its inner engine only for texts it does not remember, and for each of them once.

    Texts are asked for in batches of `at_a_time` in one language; each batch's results enter the cache at
    once, so a crash wastes no more than the batches in flight.

    The bulk workers of one process share: what another one asks for right now is waited for, so that two
    chunks with the same text do not both pay for it, and a batch that is not full takes along texts that
    another one has yet to ask for.
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
        asked = Asked(documents, [self._key(document, call) for document in documents], call)
        if len(asked.open) > self._at_a_time:
            self._recall(asked, asked.open)
        with self._claims.at_work(asked):
            self._work(asked)
        return asked.outcomes

    def _work(self, asked: Asked) -> None:
        call = asked.call
        nap, patient_until = SHORTEST_NAP, self._clock.monotonic() + PATIENCE
        while asked.open:
            now = self._clock.monotonic()
            shares = call.priority is Priority.BULK and now < min(patient_until, call.deadline)
            with self._claims.holding() as claim:
                if shares and not call.stopped():
                    batch = self._batch(asked, claim)
                    batch += self._along(asked, batch, claim)
                else:
                    batch = self._batch(asked, list)
                self._ask(asked, batch)
            if not batch and asked.open:
                self._clock.sleep(nap)
            nap = SHORTEST_NAP if batch else min(2 * nap, LONGEST_NAP)

    def _batch(self, asked: Asked, claim: Claim) -> list[Wanted]:
        """What to ask for next; nothing where others ask for all that is left, and one had better wait."""
        batch: list[Wanted] = []
        seen: set[CacheKey] = set()
        for language in asked.languages(at_once=self._at_a_time):
            while keys := asked.some(self._at_a_time - len(batch), language, beyond=seen):
                seen.update(keys)
                ours = claim(keys)
                # What was claimed just now may have been answered to others just before.
                self._recall(asked, ours)
                batch += _wanted(asked, ours)
            if batch:
                break
        return batch

    def _along(self, asked: Asked, batch: Sequence[Wanted], claim: Claim) -> list[Wanted]:
        """Texts of other workers that a batch has room for."""
        along: list[Wanted] = []
        others = self._claims.beside(asked) if 0 < len(batch) < self._at_a_time else ()
        for other in others:
            room = self._at_a_time - len(batch) - len(along)
            keys = claim(other.last(room, batch[0].document.language)) if room else []
            known = self._cache.get(keys, now=self._clock.now()) if keys else {}
            along += _wanted(other, [key for key in keys if key not in known])
        return along

    def _ask(self, asked: Asked, wanted: Sequence[Wanted]) -> None:
        answers = self._inner.analyze([one.document for one in wanted], asked.call) if wanted else []
        fresh = {
            one.key: Remembered(result=answer.result, units=answer.units, payer=one.asked.call.payer)
            for one, answer in zip(wanted, answers, strict=True)
            if answer.result is not None
        }
        if fresh:
            self._cache.put(fresh, until=self._clock.now() + self._remembered)
        for one, answer in zip(wanted, answers, strict=True):
            # What another try may mend, the other one tries itself.
            if one.asked is asked or answer.result or (answer.failure and not answer.retryable):
                one.asked.answer(one.key, answer)

    def _recall(self, asked: Asked, keys: Sequence[CacheKey]) -> None:
        if keys:
            for key, remembered in self._cache.get(keys, now=self._clock.now()).items():
                asked.recall(key, remembered)

    def _key(self, document: Document, call: Call) -> CacheKey:
        assert document.language is not None, "the language is known below the detector"
        return cache_key(call.tenant, document.text, document.language, self.identity)


def _wanted(asked: Asked, keys: Sequence[CacheKey]) -> list[Wanted]:
    """Those of the keys that are still open."""
    documents = asked.documents(keys)
    return [Wanted(key, document, asked) for key, document in documents.items()]
