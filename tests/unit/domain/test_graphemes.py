"""Where a text may be cut without cutting what a reader sees as one character."""

import pytest

from aurastream.domain.graphemes import is_boundary

WHOLE = {
    "a line break of two": "\r\n",
    "a letter with an accent": "e\u0301",
    "a letter with ten accents": "e" + "\u0301" * 10,
    "a space that carries an accent": " \u0301",
    "a heart told to be red": "❤️",
    "a keycap": "1\ufe0f\u20e3",
    "a thumb with its skin": "👍🏽",
    "a family": "👨‍👩‍👧‍👦",
    "a couple with skins": "👩🏽‍❤️‍💋‍👨🏿",
    "a rainbow flag": "🏳️‍🌈",
    "a flag of two letters": "🇩🇪",
    "Scotland's flag of tags": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "a Hangul syllable of three parts": "\u1112\u1161\u11ab",
    "a Hangul syllable of many parts": "\u1112\u1112\u1161\u1161\u11ab\u11ab",
    "a Hangul syllable finished by a consonant": "하\u11ab",
    "a whole Hangul syllable and a consonant": "한\u11ab",
    "a consonant before a whole Hangul syllable": "\u1112하",
    "a consonant before a closed Hangul syllable": "\u1112한",
    "a vowel after an open Hangul syllable": "하\u1161",
    "a Devanagari letter with its vowel": "हि",
    "a Devanagari conjunct": "क्ष",
    "a Devanagari conjunct with a joiner": "क्‍ष",
    "a Thai letter with its vowel": "ก\u0e33",
    "a number sign before its number": "\u0600\u0661",
    "a halfwidth kana with its voicing": "ｶ\uff9e",
    "letters held by joiners": "ا\u200dب",
}

APART = {
    "two letters": "ab",
    "two lines": "\n\n",
    "a line break the wrong way round": "\n\r",
    "a letter and a line break": "e\u0301\n",
    "an accent that a line break left alone": "\n\u0301",
    "an accent that a zero-width space left alone": "\u200b\u0301",
    "two Chinese characters": "你好",
    "two whole Hangul syllables": "한국",
    "a closed Hangul syllable and a vowel": "한\u1161",
    "a trailing consonant and a leading one": "\u11ab\u1112",
    "a trailing consonant and a vowel": "\u11ab\u1161",
    "a vowel and a leading consonant": "\u1161\u1112",
    "two emoji": "🎉🎉",
    "a letter and an emoji": "a🎉",
    "a letter and half a flag": "a🇩",
    "two Devanagari letters": "कष",
    "two Tamil letters, the first without its vowel": "க்ஷ",
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_what_reads_as_one_is_never_cut(text: str) -> None:
    assert [place for place in range(1, len(text)) if is_boundary(text, place)] == []


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_it_is_cut_off_from_what_stands_around_it(text: str) -> None:
    surrounded = f"x{text}你"
    assert is_boundary(surrounded, 1)
    assert is_boundary(surrounded, len(surrounded) - 1)


@pytest.mark.parametrize("text", APART.values(), ids=APART)
def test_what_reads_as_two_may_be_cut(text: str) -> None:
    assert any(is_boundary(text, place) for place in range(1, len(text)))


def test_a_row_of_flags_is_cut_in_pairs_alone() -> None:
    text = "x" + "🇩🇪🇫🇷🇮🇹🇩"
    assert [place for place in range(1, len(text)) if is_boundary(text, place)] == [1, 3, 5, 7]


def test_flags_are_counted_from_the_boundary_that_is_known() -> None:
    text = "🇩🇪🇫🇷"
    assert is_boundary(text, 3, since=1)
    assert not is_boundary(text, 3, since=0)


def test_a_virama_before_the_known_boundary_does_not_count() -> None:
    text = "क\u094d\u0301ष"
    assert not is_boundary(text, 3, since=0)
    assert is_boundary(text, 3, since=2)
