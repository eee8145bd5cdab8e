"""Bytes to text."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.files.encoding import SAMPLE, TextDecoder
from aurastream.domain.files.rows import MARK

PIECES = st.lists(st.integers(min_value=1, max_value=7), min_size=1)


def decoded(data: bytes, piece: int = 5) -> tuple[str, TextDecoder]:
    decoder = TextDecoder(data[:1_000])
    pieces = (data[at : at + piece] for at in range(0, len(data), piece))
    return "".join(decoder.decode(pieces)), decoder


TEXT = "Größe: 5 € – naïve, 日本語 🎉\r\nза\n"


@pytest.mark.parametrize(
    ("data", "encoding", "bom"),
    [
        (TEXT.encode(), "utf-8", False),
        (TEXT.encode("utf-8-sig"), "utf-8-sig", True),
        (TEXT.encode("utf-16"), "utf-16", True),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16", True),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32", True),
        (codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), "utf-32", True),
    ],
)
@pytest.mark.parametrize("piece", [1, 2, 3, 1_000])
def test_unicode_is_told_by_its_mark_and_the_mark_is_no_text(
    data: bytes, encoding: str, bom: bool, piece: int
) -> None:
    text, decoder = decoded(data, piece)
    assert text == TEXT
    assert (decoder.encoding, decoder.has_bom, decoder.damaged) == (encoding, bom, False)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_that_lost_its_mark_is_told_by_its_zeros(encoding: str) -> None:
    text, decoder = decoded("id,text\n1,Größe zählt\n".encode(encoding))
    assert text == "id,text\n1,Größe zählt\n"
    assert decoder.encoding == encoding


def test_a_zero_here_and_there_is_data() -> None:
    text, decoder = decoded(b"text\nab\0c\nd\0e\n")
    assert text == "text\nab\0c\nd\0e\n"
    assert decoder.encoding == "utf-8"


def test_what_is_no_utf_8_is_cp1252() -> None:
    text, decoder = decoded("Größe: 5 € “quoted”".encode("cp1252"))
    assert (text, decoder.encoding, decoder.damaged) == ("Größe: 5 € “quoted”", "cp1252", False)


def test_a_few_bad_bytes_in_much_utf_8_are_marked_and_spoil_nothing_else() -> None:
    text, decoder = decoded("ÄÖÜ".encode() + b"\xff" + "ß€".encode())
    assert (text, decoder.encoding, decoder.damaged) == (f"ÄÖÜ{MARK}ß€", "utf-8", True)


def test_a_byte_that_cp1252_does_not_know_is_marked() -> None:
    text, decoder = decoded(b"caf\xe9 \x81")
    assert (text, decoder.encoding, decoder.damaged) == (f"café {MARK}", "cp1252", True)


@pytest.mark.parametrize("tail", [b"\xe2\x82", b"\xf0\x9f\x8e"])
def test_a_character_that_the_end_cuts_off_is_marked(tail: bytes) -> None:
    text, decoder = decoded("ÄÖÜ".encode() + tail)
    assert text == f"ÄÖÜ{MARK}"
    assert decoder.damaged


def test_half_a_pair_and_an_odd_byte_in_utf_16_are_marked() -> None:
    half = codecs.BOM_UTF16_LE + "a\ud800b".encode("utf-16-le", "surrogatepass") + b"c"
    text, decoder = decoded(half, 1)
    assert text == f"a{MARK}b{MARK}"
    assert decoder.damaged


def test_a_replacement_character_of_the_callers_own_is_no_damage() -> None:
    text, decoder = decoded("lost � found".encode())
    assert (text, decoder.damaged) == ("lost � found", False)


@pytest.mark.parametrize(("encoding", "word"), [("utf-8", "Größe"), ("cp1252", "Größe")])
def test_the_question_stays_open_as_long_as_all_is_ascii(encoding: str, word: str) -> None:
    data = b"plain\n" * 50_000 + word.encode(encoding) + b"\nplain" * 50_000
    decoder = TextDecoder(data[:SAMPLE])
    assert decoder.encoding == "utf-8"
    text = "".join(decoder.decode(data[at : at + 10_000] for at in range(0, len(data), 10_000)))
    assert word in text
    assert (decoder.encoding, decoder.damaged) == (encoding, False)


def test_a_late_bad_byte_in_utf_8_is_marked_for_it_is_too_late_to_change_ones_mind() -> None:
    data = "é".encode() + b"plain\n" * 50_000 + b"caf\xe9\n"
    text, decoder = decoded(data, 10_000)
    assert text.endswith(f"caf{MARK}\n")
    assert (decoder.encoding, decoder.damaged) == ("utf-8", True)


def test_a_character_that_only_the_sample_cuts_is_no_bad_one() -> None:
    data = "é".encode() + b"a" * (SAMPLE - 3) + "é".encode() + b"a" * SAMPLE
    text, decoder = decoded(data, 10_000)
    assert (text.count("é"), decoder.encoding) == (2, "utf-8")


@given(data=st.binary(max_size=60), pieces=PIECES)
def test_how_bytes_are_cut_never_changes_the_text(data: bytes, pieces: list[int]) -> None:
    decoder = TextDecoder(data)
    blocks, at, turn = [], 0, 0
    while at < len(data):
        size = pieces[turn % len(pieces)]
        blocks.append(data[at : at + size])
        at, turn = at + size, turn + 1
    whole = TextDecoder(data)
    assert "".join(decoder.decode(blocks)) == "".join(whole.decode([data]))
    assert (decoder.encoding, decoder.damaged) == (whole.encoding, whole.damaged)


@given(text=st.text(max_size=200))
def test_utf_8_is_always_read_as_it_was_written(text: str) -> None:
    data = text.encode("utf-8-sig")
    assert "".join(TextDecoder(data).decode([data])) == text
