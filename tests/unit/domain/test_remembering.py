"""By what a result is remembered."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.engine import EngineId
from aurastream.domain.keys import Tenant
from aurastream.domain.language import ENGLISH, Language
from aurastream.domain.remembering import cache_key
from tests.unit.domain.strategies import ENGINE, texts

OURS = Tenant("ours")
blanks = st.text(st.sampled_from(" \t\n\r\u00a0\u3000"), min_size=1, max_size=5)
words = st.lists(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1), min_size=1, max_size=6)


def digest(text: str) -> str:
    return cache_key(OURS, text, ENGLISH, ENGINE).digest


@given(words=words, gaps=st.lists(blanks, min_size=7, max_size=7))
def test_blanks_around_and_between_words_do_not_matter(words: list[str], gaps: list[str]) -> None:
    spaced = "".join(gap + word for gap, word in zip(gaps, words, strict=False)) + gaps[-1]
    assert digest(spaced) == digest(" ".join(words))


@given(text=texts)
def test_the_unicode_form_does_not_matter(text: str) -> None:
    assert digest(unicodedata.normalize("NFD", text)) == digest(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("one", "other"),
    [("a b", "ab"), ("Good", "good"), ("good", "good!"), ("①", "1"), ("ﬁne", "fine"), ("", "a")],
)
def test_what_a_reader_tells_apart_is_told_apart(one: str, other: str) -> None:
    assert digest(one) != digest(other)


@given(one=words, other=words)
def test_other_words_are_another_text(one: list[str], other: list[str]) -> None:
    texts = [unicodedata.normalize("NFC", " ".join(words)) for words in (one, other)]
    assert (digest(texts[0]) == digest(texts[1])) == (texts[0].split() == texts[1].split())


def test_all_that_decides_an_answer_is_in_the_key() -> None:
    keys = {
        cache_key(Tenant("ours"), "text", ENGLISH, EngineId(name="a", version="1")),
        cache_key(Tenant("theirs"), "text", ENGLISH, EngineId(name="a", version="1")),
        cache_key(Tenant("ours"), "text", Language("fr"), EngineId(name="a", version="1")),
        cache_key(Tenant("ours"), "text", ENGLISH, EngineId(name="b", version="1")),
        cache_key(Tenant("ours"), "text", ENGLISH, EngineId(name="a", version="2")),
        cache_key(Tenant("ours"), "other text", ENGLISH, EngineId(name="a", version="1")),
    }
    assert len(keys) == 6
    assert len({key.digest for key in keys}) == 6


@given(text=texts)
def test_the_key_does_not_hold_the_text(text: str) -> None:
    key = cache_key(OURS, text, ENGLISH, ENGINE)
    assert key.tenant == OURS
    assert len(key.digest) == 64
    assert set(key.digest) <= set("0123456789abcdef")
