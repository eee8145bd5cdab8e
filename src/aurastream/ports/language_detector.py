"""Which language a text is in."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from aurastream.domain.language import Language


class LanguageDetector(ABC):
    """Tells the language of texts."""

    @abstractmethod
    def detect(self, texts: Sequence[str]) -> Sequence[Language | None]:
        """One for each text, in order; None where it is not sure."""
