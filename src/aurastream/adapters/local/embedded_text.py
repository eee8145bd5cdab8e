"""How the embedded engine reads a text: folding, tokens, and what to make of words it does not know."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from zlib import crc32

SEPARATOR = "\0"  # stands between the texts of a batch and nowhere inside one
NUMBER, LINK, SOMEONE = "<num>", "<url>", "<user>"
GRAM_LENGTH = 4
LONGEST_SPELLED = 40  # of a longer unknown word only the beginning is looked at

_NAMES = (  # each found by its first characters, which is what makes looking for them cheap
    ("http", re.compile(r"https?://[^\s\0]+"), f" {LINK} "),
    ("www.", re.compile(r"www\.[^\s\0]+"), f" {LINK} "),
    ("@", re.compile(r"@\w+"), f" {SOMEONE} "),
)
_TOKEN = re.compile(
    r"[^\W\d_]+(?:'[^\W\d_]+)*"
    "|\0"
    r"|\.(?!\.)|,"
    r"|[!?]+|\.+"
    r"|[0-9]+(?:[.,:/][0-9]+)*%?"
    r"|>?[:;=]['´]?[-o^]?[)(\]\[dpo/\\|*@](?![a-z0-9])|[(\[][-o]?[:;=](?![a-z0-9])"
    r"|[:;]|</?3|<url>|<user>"
    r"|[\u2026\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff]"
)
_RUN = re.compile(r"(.)\1{2,}")
_APOSTROPHES = str.maketrans(dict.fromkeys("`´‘’ʼ＇", "'"))


def tokenise(texts: Sequence[str]) -> list[str]:
    """The tokens of all texts in one list, each text's followed by a separator."""
    if not texts:
        return []
    whole = SEPARATOR.join([text if text.isascii() else _plain(text) for text in texts])
    if whole.count(SEPARATOR) != len(texts) - 1:
        whole = SEPARATOR.join([_plain(text).replace(SEPARATOR, " ") for text in texts])
    whole = whole.lower().replace("`", "'")
    for sign, pattern, name in _NAMES:
        if sign in whole:
            whole = pattern.sub(name, whole)
    tokens = _TOKEN.findall(whole)
    tokens.append(SEPARATOR)
    return tokens


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))


class Speller:
    """Finds for a token outside the vocabulary the entry that means the same, or else its pieces."""

    def __init__(self, vocabulary: Mapping[str, int], buckets: int) -> None:
        self._vocabulary, self._buckets = vocabulary, buckets

    def known(self, token: str) -> int | None:
        """The entry of another spelling of the token, if there is one."""
        for spelling in _spellings(token):
            if (entry := self._vocabulary.get(spelling)) is not None:
                return entry
        return None

    def pieces(self, token: str) -> list[int]:
        """The buckets of the token's runs of four characters, word ends included."""
        word = f"<{token[:LONGEST_SPELLED]}>"
        last = max(1, len(word) - GRAM_LENGTH + 1)
        return [
            crc32(word[at : at + GRAM_LENGTH].encode("utf-8", "surrogatepass")) % self._buckets
            for at in range(last)
        ]


def _spellings(token: str) -> list[str]:
    first = token[0]
    if first.isdigit():
        return [NUMBER]
    if first in "!?.":
        return [("?!" if "!" in token and "?" in token else first * 2 if first != "." else "...")]
    spellings = [_RUN.sub(r"\1\1", token), _RUN.sub(r"\1", token)]
    return spellings + [change(token) for ending, change in _ENDINGS if token.endswith(ending)]


_ENDINGS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("'s", lambda token: token[:-2]),
    ("in'", lambda token: token[:-1] + "g"),
    ("s", lambda token: token[:-1]),
)
