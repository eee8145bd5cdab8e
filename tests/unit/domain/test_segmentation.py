"""Long texts cut into segments."""

from itertools import accumulate, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aurastream.domain.document import is_blank, size_of
from aurastream.domain.segmentation import segment
from tests.unit.domain.strategies import texts

CLUSTERS = (
    *("a", "b", " ", "\t", ".", "!", ",", "\n", "é", "e\u0301", "你", "。", "한", "हि", "क्ष", "\u200b"),
    *("🎉", "👍🏽", "👨‍👩‍👧‍👦", "❤️", "🇩🇪", "🇫🇷", "\x00", '"', "\u3000", "x\u0301\u0302\u0303"),
)
"""Each reads as one character, beside whichever other."""
clusters = st.lists(st.sampled_from(CLUSTERS), max_size=60)
mostly_blank = st.lists(
    st.sampled_from((" ", " ", " ", "\n", "\u200b", "a", ".", "你", "e\u0301")), max_size=60
)
limits = st.integers(4, 40)


@given(text=texts, limit=limits)
@example(text="🎉" * 50, limit=5)
@example(text="a" + "\u0301" * 100, limit=4)
@example(text=" " * 100, limit=4)
@example(text="\r\n" * 50, limit=5)
def test_nothing_is_lost_and_no_piece_is_too_large_or_empty(text: str, limit: int) -> None:
    pieces = segment(text, limit)
    assert "".join(pieces) == text
    assert all(0 < size_of(piece) <= limit for piece in pieces)


@given(parts=clusters, limit=st.integers(25, 60))
@example(parts=["👨‍👩‍👧‍👦", "\x00"], limit=25)
@example(parts=["हि", " "], limit=6)
def test_no_cluster_is_cut(parts: list[str], limit: int) -> None:
    joints = set(accumulate((len(part) for part in parts), initial=0))
    assert joints.issuperset(accumulate(map(len, segment("".join(parts), limit)), initial=0))


@given(parts=st.lists(st.sampled_from(CLUSTERS), min_size=1, max_size=60), limit=limits)
def test_only_a_cluster_larger_than_a_segment_is_cut(parts: list[str], limit: int) -> None:
    ends = list(accumulate(len(part) for part in parts))
    for cut in accumulate(map(len, segment("".join(parts), limit))):
        [cut_part] = [part for part, end in zip(parts, ends, strict=True) if end - len(part) < cut <= end]
        assert cut in ends or size_of(cut_part) > limit


@given(parts=clusters | mostly_blank, limit=limits)
@example(parts=[*"aaaaaa", "\n"], limit=6)
@example(parts=[*"aaaaaa", "e\u0301", "\u200b"], limit=10)
@example(parts=[*"aaaaaaaaaa", *"\x00" * 9], limit=10)
@example(parts=[*"\u200b\u200b\u200b\u200b   aaaaaaaaaa"], limit=20)
def test_no_piece_is_blank_where_blanks_and_their_neighbour_fit(parts: list[str], limit: int) -> None:
    """The neighbour is the next cluster; the last one has blanks on both sides."""
    text = "".join(parts)
    groups: list[str] = []  # a run of blanks together with the next visible cluster
    run = ""
    for part in parts:
        run += part
        if not is_blank(part):
            groups.append(run)
            run = ""
    if groups and all(size_of(group) <= limit for group in (*groups, groups[-1] + run)):
        assert not any(is_blank(piece) for piece in segment(text, limit))


@given(text=texts, limit=limits)
def test_a_text_that_fits_stays_whole(text: str, limit: int) -> None:
    assert (len(segment(text, limit)) > 1) == (size_of(text) > limit)


@given(text=texts, limit=st.integers(64, 256))
def test_pieces_are_not_needlessly_many(text: str, limit: int) -> None:
    """A cut lies in the second half of the characters, and one of them is four bytes at most."""
    for piece, following in pairwise(segment(text * 20, limit)):
        assert size_of(piece) + size_of(following) > limit // 8


def test_an_empty_text_has_no_pieces() -> None:
    assert segment("", 10) == []


def test_a_segment_must_hold_any_character() -> None:
    assert segment("🎉🎉", 4) == ["🎉", "🎉"]
    with pytest.raises(ValueError, match="at least 4 bytes"):
        segment("aaaa", 3)


def test_a_lone_surrogate_is_no_text() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        segment("a\ud800", 10)


def test_the_limit_counts_bytes_not_characters() -> None:
    assert [len(piece) for piece in segment("é" * 10, 10)] == [5, 5]


def test_a_paragraph_is_preferred_to_a_later_sentence() -> None:
    assert segment("Good shop here.\n\nBad day. No way to call.", 30)[0] == "Good shop here.\n\n"


@pytest.mark.parametrize("gap", ["\n\n", "\r\n\r\n", "\n \t\n", "\n\n\n\n", "\u2029", "\r\r"])
def test_a_paragraph_ends_after_its_blank_lines(gap: str) -> None:
    text = f"One two. Three{gap}Four. Five six"
    assert segment(text, size_of(text) - 8)[0] == f"One two. Three{gap}"


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_a_single_line_break_is_no_paragraph(line_break: str) -> None:
    text = f"One two three{line_break}four. Five six seven"
    assert segment(text, 25 + len(line_break))[0] == f"One two three{line_break}four. "


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("It broke, again. ", "I want it back, now"),
        ("It broke, again! ", "I want it back, now"),
        ("Why, oh why?! ", "I want it back, now"),
        ("Well, well, well… ", "I want it back, now"),
        ('She said "no, no." ', "I want it back, now"),
        ("(It broke, again.) ", "I want it back, now"),
        ("坏了，又坏了。", "我想，退货，谢谢你们"),
        ("「坏了，又坏了！」", "我想，退货，谢谢你们"),
        ("لماذا، لماذا؟ ", "أريد، مالي الآن"),
        ("यह टूट गया, फिर। ", "मुझे पैसा, वापस"),
    ],
)
def test_a_sentence_is_preferred_to_a_later_clause(sentence: str, rest: str) -> None:
    text = sentence + rest
    assert segment(text, size_of(sentence) + size_of(rest) * 2 // 3)[0] == sentence


@pytest.mark.parametrize("stop", ["3.14", "a.b.c", "v2.0", "shop.example", "no.1"])
def test_a_full_stop_within_a_word_ends_no_sentence(stop: str) -> None:
    text = f"This is {stop}xx and more words to follow"
    assert segment(text, 8 + len(stop) + 4)[0] != text[: text.index(stop) + stop.rindex(".") + 1]
    assert segment(text, 8 + stop.rindex(".") + 1)[0] == "This is "


def test_a_sentence_that_just_fits_is_seen_to_end() -> None:
    assert segment("aa bb cc. Dd ee ff", 9) == ["aa bb cc.", " Dd ee ff"]
    assert segment("aa bb 3.1 Dd ee ff", 8)[0] == "aa bb "


def test_a_clause_is_preferred_to_a_later_word() -> None:
    assert segment("one two three, four five six", 22)[0] == "one two three, "
    assert segment("one two three\nfour five six", 22)[0] == "one two three\n"


def test_a_word_is_preferred_to_a_later_character() -> None:
    assert segment("one two three fourfive", 18)[0] == "one two three "


def test_a_pause_in_the_first_half_is_too_early() -> None:
    assert segment("Hi.\n\n" + "w" * 40, 20)[0] == "Hi.\n\n" + "w" * 15


def test_blanks_stay_with_the_sentence_before_them() -> None:
    assert segment("One two three.   Four five six.", 20) == ["One two three.   ", "Four five six."]


def test_a_line_break_at_the_end_does_not_stand_alone() -> None:
    pieces = segment("one two three four\n", 18)
    assert pieces == ["one two three ", "four\n"]


def test_no_word_is_torn_for_blanks_that_stand_alone_anyway() -> None:
    assert segment("word" + " " * 20, 10) == ["word" + " " * 6, " " * 10, " " * 4]


def test_an_accent_on_a_space_goes_with_the_space() -> None:
    assert segment("one two  \u0301three four", 14) == ["one two ", " \u0301three four"]


def test_flags_are_kept_whole_across_many_segments() -> None:
    assert segment("🇩🇪🇫🇷" * 500, 100) == ["🇩🇪🇫🇷" * 6] * 83 + ["🇩🇪🇫🇷" * 2]


def test_flags_after_one_that_had_to_be_cut_are_still_whole() -> None:
    """Signs that belong to what follows them make a cluster too large, which ends within its flag."""
    signs = "\u0600" * 3
    assert segment(f"{signs}🇩🇪🇫🇷🇮🇹", 10) == [f"{signs}🇩", "🇪", "🇫🇷", "🇮🇹"]


def test_an_absurd_stack_of_marks_is_cut_between_code_points() -> None:
    pieces = segment("a" + "\u0301" * 50 + " and on", 11)
    assert all(size_of(piece) <= 11 for piece in pieces)
    assert pieces[0] == "a" + "\u0301" * 5
