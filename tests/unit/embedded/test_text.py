"""How texts become tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.adapters.local.embedded_text import SEPARATOR, Speller, tokenise

TEXT = st.text(max_size=60)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("It's GREAT!!!", ["it's", "great", "!!!"]),
        ("don`t don’t don't", ["don't"] * 3),
        ("ok :) :-( <3 ;)", ["ok", ":)", ":-(", "<3", ";)"]),
        ("see https://a.b/c?d=e, www.x.org @me", ["see", "<url>", "<url>", "<user>"]),
        ("10/10 at 8:30, 50% off", ["10/10", "at", "8:30", ",", "50%", "off"]),
        ("wait... what?!", ["wait", "...", "what", "?!"]),
        ("😀❤️", ["😀", "❤"]),
        ("ﬁne naïve", ["fine", "naïve"]),
        ("co-op", ["co", "op"]),
        ("", []),
    ],
)
def test_a_text_is_read_as_words_marks_and_faces(text: str, tokens: list[str]) -> None:
    assert tokenise([text]) == [*tokens, SEPARATOR]


@given(texts=st.lists(TEXT, max_size=5))
def test_each_text_ends_with_one_separator_whatever_stands_in_it(texts: list[str]) -> None:
    assert tokenise(texts).count(SEPARATOR) == len(texts)


@given(texts=st.lists(TEXT, max_size=5))
def test_a_text_is_read_the_same_alone_and_in_company(texts: list[str]) -> None:
    assert tokenise(texts) == [token for text in texts for token in tokenise([text])]


@pytest.mark.parametrize(
    ("token", "meant"),
    [
        ("sooo", "so"),
        ("goooood", "good"),
        ("2291", "<num>"),
        ("???", "??"),
        ("!!!!", "!!"),
        ("!?!?", "?!"),
        (".....", "..."),
        ("maria's", "maria"),
        ("workin'", "working"),
        ("laptops", "laptop"),
    ],
)
def test_another_spelling_of_a_known_word_is_that_word(token: str, meant: str) -> None:
    words = ["so", "good", "<num>", "??", "!!", "?!", "...", "maria", "working", "laptop"]
    speller = Speller({word: row for row, word in enumerate(words)}, 100)
    assert speller.known(token) == words.index(meant)


@given(token=st.text(min_size=1, max_size=80))
def test_an_unknown_word_has_pieces_within_the_table(token: str) -> None:
    pieces = Speller({}, 100).pieces(token)
    assert pieces
    assert all(0 <= piece < 100 for piece in pieces)


def test_alike_words_share_pieces() -> None:
    speller = Speller({}, 100_000)
    assert set(speller.pieces("quuxified")) & set(speller.pieces("quuxifying"))
