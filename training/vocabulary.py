"""Which words get a row of their own, and texts as rows of the table."""

from collections import Counter
from collections.abc import Iterable, Sequence

from aurastream.adapters.local.embedded_text import LINK, NUMBER, SEPARATOR, SOMEONE, Speller, tokenise

BUCKETS = 8_192
LONGEST_WORD = 20
SEEN_AT_LEAST = 2
FIXED = (SEPARATOR, NUMBER, LINK, SOMEONE, "!!", "?!", "...")

Code = int | tuple[int, ...]  # a row of the vocabulary, or the buckets of a word's pieces


def choose(texts: Iterable[str], invented: Iterable[str], extra: Iterable[str]) -> list[str]:
    """Words seen more than once, all words of invented lines, and the words that are known from elsewhere."""
    seen = Counter(tokenise(list(texts)))
    kept = [
        word for word, count in seen.most_common() if count >= SEEN_AT_LEAST and len(word) <= LONGEST_WORD
    ]
    kept += sorted(set(tokenise(list(invented))))
    kept += [word for word in extra if tokenise([word]) == [word, SEPARATOR]]
    return list(dict.fromkeys([*FIXED, *kept]))


class Reader:
    """Texts as the engine will read them: rows of the table, unknown words as buckets."""

    def __init__(self, words: Sequence[str]) -> None:
        self.rows = {word: row for row, word in enumerate(words)}
        self._speller = Speller(self.rows, BUCKETS)
        self._codes: dict[str, Code] = dict(self.rows)

    def read(self, texts: Sequence[str], longest: int) -> list[list[Code]]:
        """At most `longest` codes for each text."""
        found: list[list[Code]] = [[]]
        for token in tokenise(texts):
            if token == SEPARATOR:
                found.append([])
            elif len(found[-1]) < longest:
                found[-1].append(self._code(token))
        return found[:-1]

    def _code(self, token: str) -> Code:
        code = self._codes.get(token)
        if code is None:
            known = self._speller.known(token)
            code = tuple(self._speller.pieces(token)) if known is None else known
            self._codes[token] = code
        return code
