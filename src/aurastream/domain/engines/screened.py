"""Texts that say nothing."""

from collections.abc import Sequence

from aurastream.domain.document import Document, is_blank
from aurastream.domain.engine import Call
from aurastream.domain.engines.wrapping import WrappingEngine
from aurastream.domain.outcome import Outcome, SkipCode, skipped


class ScreenedEngine(WrappingEngine):
    """Skips texts in which there is nothing to see: a score is never invented."""

    def analyze(self, documents: Sequence[Document], call: Call) -> Sequence[Outcome]:
        said = [not is_blank(document.text) for document in documents]
        asked = [document for document, speaks in zip(documents, said, strict=True) if speaks]
        answers = iter(self._inner.analyze(asked, call))
        return [
            next(answers) if speaks else skipped(document.id, SkipCode.EMPTY_TEXT)
            for document, speaks in zip(documents, said, strict=True)
        ]
