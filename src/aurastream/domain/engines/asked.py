"""The documents of one call by their texts, and what is known of them so far."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from threading import Lock

from aurastream.domain.document import Document
from aurastream.domain.engine import Call
from aurastream.domain.language import Language
from aurastream.domain.outcome import Outcome
from aurastream.domain.pricing import units_of
from aurastream.domain.remembering import CacheKey, Remembered


class Asked:
    """
    Equal texts stand together and have one answer; a text without an outcome is open.

    The worker that it belongs to may find that others asked for some of its texts along with theirs.
    """

    def __init__(self, documents: Sequence[Document], keys: Sequence[CacheKey], call: Call) -> None:
        self.call = call
        self._documents = documents
        self._found: list[Outcome | None] = [None] * len(documents)
        self._open: dict[CacheKey, list[int]] = {}
        self._lock = Lock()
        for position, key in enumerate(keys):
            self._open.setdefault(key, []).append(position)

    @property
    def outcomes(self) -> list[Outcome]:
        """One for each document, in order."""
        return [outcome for outcome in self._found if outcome is not None]

    @property
    def open(self) -> list[CacheKey]:
        """The texts without an outcome."""
        with self._lock:
            return list(self._open)

    def documents(self, keys: Iterable[CacheKey]) -> dict[CacheKey, Document]:
        """Those of the keys that are open, each with the document that is asked for in its name."""
        with self._lock:
            return {key: self._documents[self._open[key][0]] for key in keys if key in self._open}

    def languages(self, *, at_once: int) -> Iterable[Language | None]:
        """In which languages to ask, one after the other; None is any, for what goes at once."""
        with self._lock:
            if len(self._open) <= at_once:
                return [None]
            return dict.fromkeys(map(self._language, self._open))

    def some(self, count: int, language: Language | None, *, beyond: set[CacheKey]) -> list[CacheKey]:
        """So many open texts more, from the first on."""
        with self._lock:
            left = (key for key in self._open if key not in beyond)
            return list(islice((key for key in left if language in (None, self._language(key))), count))

    def last(self, count: int, language: Language | None) -> list[CacheKey]:
        """So many open texts from the end, where the one who asks comes last."""
        with self._lock:
            spoken = (key for key in reversed(self._open) if self._language(key) == language)
            return list(islice(spoken, count))

    def recall(self, key: CacheKey, remembered: Remembered) -> None:
        """The text was paid for before: by this very piece of work, or by another one."""
        ours = bool(self.call.payer) and remembered.payer == self.call.payer
        self._close(key, lambda document, nth: _recalled(document, remembered, counted=ours and not nth))

    def answer(self, key: CacheKey, answer: Outcome) -> None:
        """The engine's word; the others with the same text share it for nothing. The first word counts."""
        self._close(key, lambda document, nth: _shared(document, answer) if nth else answer)

    def _close(self, key: CacheKey, outcome: Callable[[Document, int], Outcome]) -> None:
        with self._lock:
            for nth, position in enumerate(self._open.get(key, ())):
                self._found[position] = outcome(self._documents[position], nth)
            self._open.pop(key, None)

    def _language(self, key: CacheKey) -> Language | None:
        return self._documents[self._open[key][0]].language


def _shared(document: Document, answer: Outcome) -> Outcome:
    if answer.result is None:
        return replace(answer, id=document.id, units=0)
    return _recalled(document, Remembered(result=answer.result, units=answer.units, payer=""), counted=False)


def _recalled(document: Document, remembered: Remembered, *, counted: bool) -> Outcome:
    saves = not counted and remembered.units > 0  # some engines are paid in another coin
    return Outcome(
        id=document.id,
        result=replace(remembered.result, language=document.text_language, cached=not counted),
        units=remembered.units if counted else 0,
        saved_units=units_of(len(document.text)) if saves else 0,
    )
