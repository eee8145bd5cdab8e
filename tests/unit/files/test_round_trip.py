"""Any table in any dialect, encoding and blocks: the same rows, and the same cells given back."""

import csv
import gzip
import json
from io import StringIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aurastream.domain.files.chunks import chunked, decode_chunk, encode_chunk
from tests.unit.files.reading import OURS, cut, exported, objects, opened, rows_of, table

PLACES = st.lists(st.integers(min_value=0, max_value=10**6), max_size=5)
ASCII = "ab 1.,;|\t\"'\r\n\x0b\x0c=+-@{}[]\\"
ANY = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(ASCII + "\u2028\ufeff�")
CHARACTERS = {
    "utf-8": ANY,
    "utf-8-sig": ANY,
    "utf-16": ANY,
    "cp1252": st.sampled_from(ASCII + "éü"),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], str, str, bytes]:
    """A table with a header, its delimiter, its encoding, and a file of it."""
    encoding = draw(st.sampled_from(sorted(CHARACTERS)))
    names = draw(st.lists(st.sampled_from(["n", "Ort", "", "id_2", "x y"]), max_size=3, unique=True))
    header = draw(st.permutations(["text", *names]))
    cell = st.text(CHARACTERS[encoding], max_size=8)
    rows = draw(st.lists(st.lists(cell, min_size=len(header), max_size=len(header)), min_size=1, max_size=6))
    delimiter = draw(st.sampled_from(",;\t|"))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    out = StringIO(newline="")
    for row in [header, *rows]:
        # Some csv.writer leave a CR without quotes, if it is not part of their line end.
        all_ = draw(st.booleans()) or any("\r" in cell for cell in row)
        style: type[csv.Dialect] = csv.unix_dialect if all_ else csv.excel
        csv.writer(out, style, delimiter=delimiter, lineterminator=end).writerow(row)
    text = out.getvalue() if draw(st.booleans()) else out.getvalue().removesuffix(end)
    return [header, *rows], delimiter, encoding, text.encode(encoding)


@settings(max_examples=400)
@given(made=tables(), gzipped=st.booleans(), places=PLACES)
def test_a_table_is_read_and_given_back_as_it_was(
    made: tuple[list[list[str]], str, str, bytes], gzipped: bool, places: list[int]
) -> None:
    (header, *rows), delimiter, encoding, data = made
    packed = gzip.compress(data) if gzipped else data
    reading = opened(cut(packed, places), media_type="text/csv")
    got = list(reading.rows)
    assert [row.failure for row in got] == [None] * len(rows)
    assert [row.cells for row in got] == rows
    assert [row.text for row in got] == [row[header.index("text")] for row in rows]
    found = reading.description
    assert (list(found.columns), found.header) == (header, True)
    assert found.encoding == encoding or all(
        ord(character) < 128 for row in rows for character in "".join(row)
    )
    assert found.delimiter == (delimiter if len(header) > 1 else None)
    export = table(exported(packed, media_type="text/csv"), found.delimiter or ",")
    assert [row[: len(header)] for row in export] == [header, *rows]
    assert [len(row) for row in export] == [len(header) + 9] * len(export)


@settings(max_examples=200)
@given(data=st.binary(max_size=300), places=PLACES, type_=st.sampled_from([None, "text/csv", "text/plain"]))
def test_any_bytes_in_any_blocks_give_the_same_rows_or_the_same_refusal(
    data: bytes, places: list[int], type_: str | None
) -> None:
    assert attempt(cut(b"text,n\n" + data, places), type_) == attempt([b"text,n\n" + data], type_)


def attempt(blocks: Any, media_type: str | None) -> object:
    try:
        return rows_of(blocks, media_type=media_type)
    except Exception as error:
        return type(error), str(error)


@settings(max_examples=300)
@given(text=st.text(alphabet='a,"\n\r=', max_size=80))
def test_whatever_stands_in_a_table_every_row_is_exported_once(text: str) -> None:
    data = f"id,text\n1,x\n{text}".encode()
    rows = rows_of(data, media_type="text/csv")
    header, *lines = table(exported(data, media_type="text/csv"))
    assert header == ["id", "text", *OURS]
    assert [line[2] for line in lines] == [row.id for row in rows]
    for row, line in zip(rows, lines, strict=True):
        assert len(line) == 11
        if row.failure is None:
            assert line[:2] == row.record


# Text without control characters but these: what is full of others is no text, and is refused.
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\t\r\n"\\'))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.fixed_dictionaries({"text": WORDS}, optional={"n": JSON, "Ort": JSON, "": JSON})


@settings(max_examples=200)
@given(
    values=st.lists(OBJECTS | WORDS, min_size=1, max_size=6),
    array=st.booleans(),
    ascii_=st.booleans(),
    indent=st.none() | st.integers(min_value=0, max_value=3),
    places=PLACES,
)
def test_json_is_read_and_given_back_as_it_was(
    values: list[Any], array: bool, ascii_: bool, indent: int | None, places: list[int]
) -> None:
    if array:
        data = json.dumps(values, ensure_ascii=ascii_, indent=indent).encode()
    else:
        data = "\n".join(json.dumps(value, ensure_ascii=ascii_) for value in values).encode()
    media_type = "application/json" if array else "application/x-ndjson"
    texts = [value if isinstance(value, str) else value["text"] for value in values]
    assert [row.text for row in rows_of(cut(data, places), media_type=media_type)] == texts
    export = exported(data, media_type=media_type)
    said = [{name: one[name] for name in one if name not in OURS} for one in objects(export)]
    assert said == [{"text": value} if isinstance(value, str) else value for value in values]
    if not array:
        for line, value in zip(export.decode().split("\n"), values, strict=False):
            raw = json.dumps(value, ensure_ascii=ascii_)
            assert line.startswith(raw[:-1] if isinstance(value, dict) else f'{{"text":{raw},')


@settings(max_examples=200)
@given(lines=st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs", "Cc"]))))
def test_text_is_read_and_given_back_as_it_was(lines: list[str]) -> None:
    data = "\ufeff" + "".join(f"{line}\n" for line in ["first", *lines])
    rows = rows_of(data.encode(), media_type="text/plain")
    assert [row.text for row in rows] == ["first", *lines]
    export = table(exported(data.encode(), media_type="text/plain"))
    assert [row[0] for row in export] == ["text", "first", *lines]


@settings(max_examples=100)
@given(made=tables())
def test_chunks_hold_what_was_read(made: tuple[list[list[str]], str, str, bytes]) -> None:
    rows = rows_of(made[3], media_type="text/csv")
    chunks = [encode_chunk(chunk) for chunk in chunked(rows, max_rows=2)]
    back = [row for chunk in chunks for row in decode_chunk([chunk])]
    assert [(row.row, row.id, row.text) for row in back] == [(row.number, row.id, row.text) for row in rows]
