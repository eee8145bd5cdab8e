"""One text to score."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.document import MAX_ID_BYTES, Document, is_blank, is_valid_id, size_of
from aurastream.domain.language import ENGLISH, LanguageSource
from tests.unit.domain.strategies import texts

BLANK = {
    "nothing": "",
    "spaces": " \t\u00a0\u3000",
    "line breaks": "\n\r\n\u2028\u2029\x85",
    "control characters": "\x00\x1b\x7f",
    "zero-width characters": "\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "directions": "\u202a\u202e\u2066",
    "variation selectors": "\ufe0f\U000e0100",
    "Hangul fillers": "\u3164\u115f\u1160\uffa0",
    "empty Braille": "\u2800\u2800",
    "spaces around a zero width": "  \u200b  ",
}
SEEN = ["a", "0", ".", "é", "你", "🎉", "\u200b.", " a ", "\u0301", "\ufffd", "⠁", "\u3164x"]


@given(text=texts)
def test_size_is_what_utf8_takes(text: str) -> None:
    assert size_of(text) == len(text.encode("utf-8"))


@pytest.mark.parametrize("text", BLANK.values(), ids=BLANK)
def test_nothing_to_see_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", SEEN)
def test_anything_to_see_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@given(one=texts, other=texts)
def test_two_texts_are_blank_together_if_each_is(one: str, other: str) -> None:
    assert is_blank(one + other) == (is_blank(one) and is_blank(other))


@pytest.mark.parametrize(
    "text", ["a", " ", "order 7", "Größe", "😀", "👨‍👩‍👧", "a\u00a0b", "x" * 256, "é" * 128, "../a"]
)
def test_an_id_may_be_what_the_caller_likes(text: str) -> None:
    assert is_valid_id(text)


@pytest.mark.parametrize(
    "text", ["", "a\nb", "\x00", "a\x7f", "\x85", "\u2028", "\u2029", "\ud800", "x" * 257, "é" * 128 + "x"]
)
def test_an_id_that_breaks_a_line_or_is_too_long_is_none(text: str) -> None:
    assert not is_valid_id(text)


@given(text=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1))
def test_only_its_bytes_limit_a_printed_id(text: str) -> None:
    assert is_valid_id(text) == (size_of(text) <= MAX_ID_BYTES)


def test_a_language_comes_with_its_source() -> None:
    assert Document(id="1", text="a").language is None
    assert Document(id="1", text="a", language=ENGLISH, source=LanguageSource.CALLER).language == "en"
    with pytest.raises(ValueError, match="source"):
        Document(id="1", text="a", language=ENGLISH)
    with pytest.raises(ValueError, match="source"):
        Document(id="1", text="a", source=LanguageSource.DETECTOR)
