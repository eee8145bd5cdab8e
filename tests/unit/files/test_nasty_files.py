"""Files as they really arrive: each becomes rows, or one clear reason, in whatever pieces it is read."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from aurastream.domain.files import compression, reader
from aurastream.domain.files.chunks import chunked, decode_chunk, encode_chunk
from tests.unit.files.reading import exported, objects, refusal_of, rows_of, table

CSV, TSV, TEXT = {"media_type": "text/csv"}, {"filename": "a.tsv"}, {"media_type": "text/plain"}
NDJSON, JSON = {"media_type": "application/x-ndjson"}, {"media_type": "application/json"}

Case = tuple[bytes, dict[str, Any], list[str | None]]

READ: dict[str, Case] = {
    "open quote": (b'id,text\n1,"a\n2,b\n3,c\n', CSV, [None, "b", "c"]),
    "open quote at the end": (b'id,text\n1,a\n2,"b', CSV, ["a", None]),
    "two open quotes that make one record": (b'id,text\n1,"a\n2,b"\n3,c\n', CSV, ["a\n2,b", "c"]),
    "quote in the middle": (b'id,text\n1,5" pipe\n2,say "hi"\n', CSV, ['5" pipe', 'say "hi"']),
    "text behind a quote": (b'id,text\n1,"a"b\n2,c\n', CSV, [None, "c"]),
    "space behind a quote": (b'id,text\n1,"a" \n2,c\n', CSV, [None, "c"]),
    "backslash before a quote": (b'id,text\n1,"a \\"b\\""\n2,c\n', CSV, [None, "c"]),
    "nothing but quotes": (b'id,text\n1,""""\n2,""\n3,""""""\n', CSV, ['"', "", '""']),
    "line ends in quotes": (b'id,text\n1,"a\rb\r\nc\nd"\n', CSV, ["a\rb\r\nc\nd"]),
    "CR alone": (b"id,text\r1,a\r2,b\r", CSV, ["a", "b"]),
    "all line ends at once": (b"id,text\n1,a\r2,b\r\n3,c", CSV, ["a", "b", "c"]),
    "CR CR LF": (b"id,text\r\r\n1,a\r\r\n", CSV, ["a"]),
    "blank lines": (b"\n\n\nid,text\n\n1,a\n\n\n2,b\n\n", CSV, ["a", "b"]),
    "ragged": (b"id,text\n1\n2,a,b\n3,c\n", CSV, [None, None, "c"]),
    "delimiters at line ends": (b"id,text,\n1,a,\n2,b,\n", CSV, ["a", "b"]),
    "nul": (b"id,text\n1,a\0b\n2,\0\n", CSV, ["a\0b", "\0"]),
    "zero width and controls": ("id,text\n1,\u200b\n2,\x0b\x1c\n".encode(), CSV, ["\u200b", "\x0b\x1c"]),
    "line breaks of Unicode": ("id,text\n1,a\u2028b\x85c\n".encode(), CSV, ["a\u2028b\x85c"]),
    "BOM": ("\ufeffid,text\n1,a\n".encode(), CSV, ["a"]),
    "BOM and quotes": ('\ufeff"text","id"\n"a","1"\n'.encode(), CSV, ["a"]),
    "BOM within": ("id,text\n1,\ufeffa\n".encode(), CSV, ["\ufeffa"]),
    "UTF-16": ("id\ttext\r\n1\tü\r\n".encode("utf-16"), {}, ["ü"]),
    "cp1252": ("id;text\n1;für 5 € “gut”\n".encode("cp1252"), {}, ["für 5 € “gut”"]),
    "wrong bytes": ("id,text\n1,üöä\n".encode() + b"2,\xff\n3,b\n", CSV, ["üöä", None, "b"]),
    "cut character at the end": ("id,text\n1,üöä\n2,ü".encode()[:-1], CSV, ["üöä", None]),
    "sep line": (b"sep=;\nid;text\n1;a,b\n", {}, ["a,b"]),
    "no header": (
        b"1,a good one\n2,a bad one\n",
        CSV | {"text_column": "column_2"},
        ["a good one", "a bad one"],
    ),
    "index column": (b",text\n0,a\n1,b\n", CSV, ["a", "b"]),
    "formulas": (b"id,text\n1,=1+1\n2,@SUM(A1)\n", CSV, ["=1+1", "@SUM(A1)"]),
    "our own export": (b"text,aura_id,aura_status\na,1,FAILED\n", CSV, ["a"]),
    "semicolons, commas in text": (b"id;text\n1;a, b, c\n2;d, e\n", {}, ["a, b, c", "d, e"]),
    "pipes": (b"id|text\n1|a\n2|b,c;d\n", {}, ["a", "b,c;d"]),
    "tabs without quotes": (b'id\ttext\n1\t"a" b\n2\t"c" d\n', TSV, ['"a" b', '"c" d']),
    "gzip in members": (gzip.compress(b"text\na\n") + gzip.compress(b"b\n"), CSV, ["a", "b"]),
    "not a number": (b'{"text":"a"}\n{"text":NaN}\n"b"\n', NDJSON, ["a", None, "b"]),
    "half a character": (b'{"text":"\\ud800"}\n{"text":"\\ud83d\\ude00"}\n', NDJSON, [None, "😀"]),
    "deep": (b"[" * 5_000 + b'\n{"text":"a"}\n', NDJSON, [None, "a"]),
    "digits": (b'{"text":"a","n":' + b"9" * 5_000 + b'}\n{"text":"a"}\n', NDJSON, [None, "a"]),
    "keys twice, ours too": (b'{"text":"a","text":"b","aura_id":"x"}\n', NDJSON, ["b"]),
    "array over lines": (b'[\n {"text": "a"},\n "b"\n,{"text":"c\\n"}]\n', JSON, ["a", "b", "c\n"]),
    "array with a broken string": (b'[{"text":"a},\n{"text":"b"}]', JSON, [None, "b"]),
    "array cut off": (b'[{"text":"a"},{"text":"b', JSON, ["a", None]),
    "array with a tail": (b'["a"]tail', JSON, ["a", None]),
    "prose": (b"Dear all,\n\nit broke, again.\n", TEXT, ["Dear all,", "", "it broke, again."]),
    "blank text": (b"\n \n", TEXT, ["", " "]),
}

REFUSED: dict[str, tuple[bytes, dict[str, Any], str]] = {
    "nothing": (b"", {}, "empty_file"),
    "a header alone": (b"id,text\n", CSV, "empty_file"),
    "blank lines alone": (b"\n\n \n", CSV, "empty_file"),
    "an empty array": (b"[]", JSON, "empty_file"),
    "blank lines of NDJSON": (b"\n \n", NDJSON, "empty_file"),
    "gzip of nothing": (gzip.compress(b""), CSV, "empty_file"),
    "no text column": (b"a,b\n1,x\n", CSV, "column_not_found"),
    "a name twice": (b"text,a,a\n1,2,3\n", CSV, "duplicate_column"),
    "a workbook": (b"PK\x03\x04\x14\0\x06\0", {"filename": "a.xlsx"}, "undecodable_file"),
    "a workbook called CSV": (b"PK\x03\x04\x14\0\x06\0", CSV, "undecodable_file"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", TEXT, "undecodable_file"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", CSV, "undecodable_file"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", {}, "undecodable_file"),
    "noise": (bytes(range(256)) * 20, CSV, "undecodable_file"),
    "a little noise": (b"\x00\x01\x02\x81\x8d\xff\xfe\x03", CSV, "undecodable_file"),
    "zeros": (bytes(1_000), CSV, "undecodable_file"),
    "gzip twice": (gzip.compress(gzip.compress(b"text\na\n")), CSV, "undecodable_file"),
    "half a gzip": (gzip.compress(b"text\na\n")[:-9], CSV, "undecodable_file"),
    "an object": (b'{"text": "a"}', JSON, "undecodable_file"),
    "an object over lines": (b'{\n"text": "a"\n}', {}, "undecodable_file"),
    "null": (b"null", JSON, "undecodable_file"),
    "a bomb": (gzip.compress(b"a" * 200_000_000), TEXT, "file_too_large"),
}

NAMES = sorted(READ)


@pytest.fixture(params=[None, 1, 2, 3, 5, 7, 16])
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int | None:
    """How many bytes are read at once; small pieces put every boundary somewhere."""
    size: int | None = request.param
    if size:
        monkeypatch.setattr(compression, "PIECE", size)
        monkeypatch.setattr(reader, "PIECE", size)
        monkeypatch.setattr(reader, "WINDOW", 210 * 32)
    return size


@pytest.mark.parametrize("name", NAMES)
def test_it_becomes_rows_in_whatever_pieces_it_is_read(name: str, piece: int | None) -> None:
    data, options, texts = READ[name]
    assert [row.text for row in rows_of(data, **options)] == texts


@pytest.mark.parametrize("name", NAMES)
def test_every_block_boundary_gives_the_same_rows(name: str) -> None:
    data, options, _ = READ[name]
    whole = describe(rows_of(data, **options))
    step = max(1, len(data) // 200)
    for place in range(0, len(data) + 1, step):
        assert describe(rows_of([data[:place], data[place:]], **options)) == whole
    assert describe(rows_of((data[at : at + 1] for at in range(len(data))), **options)) == whole


def describe(rows: list[Any]) -> list[tuple[object, ...]]:
    return [(row.number, row.line, row.id, row.text, row.failure, row.cells) for row in rows]


@pytest.mark.parametrize("name", NAMES)
def test_its_lines_and_failures_add_up(name: str) -> None:
    data, options, _ = READ[name]
    rows = rows_of(data, **options)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    lines = [row.line for row in rows]
    assert lines == sorted(lines)
    for row in rows:
        assert (row.text is None) == (row.failure is not None)
        assert row.failure is None or (row.failure.line == row.line and not row.failure.retryable)


@pytest.mark.parametrize("name", NAMES)
def test_it_comes_back_row_by_row(name: str) -> None:
    data, options, texts = READ[name]
    export = exported(data, **options)
    rows = rows_of(data, **options)
    said = list(exported_ids(export, rows, options))
    assert said == [row.id for row in rows]
    assert len(said) == len(texts)


def exported_ids(export: bytes, rows: list[Any], options: dict[str, Any]) -> Iterator[str]:
    if options in (NDJSON, JSON):
        yield from (one["aura_id"] for one in objects(export))
        return
    first = export.decode("utf-8-sig").splitlines()[0]
    delimiter = next((character for character in "\t;|" if character in first), ",")
    header, *lines = table(export, delimiter)
    mine = [name for name in header if name.startswith("aura_id")][-1]
    width = header.index(mine)
    for row, line in zip(rows, lines, strict=True):
        assert len(line) == len(header)
        if row.failure is None and isinstance(row.record, list):
            assert line[:width] == row.record
        yield line[width]


@pytest.mark.parametrize("name", NAMES)
def test_it_travels_in_chunks(name: str) -> None:
    data, options, texts = READ[name]
    [chunk] = chunked(rows_of(data, **options))
    back = list(decode_chunk([encode_chunk(chunk)]))
    assert [row.text for row in back] == texts
    assert back == chunk


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_it_is_refused_with_a_reason_that_does_not_quote_it(name: str) -> None:
    data, options, reason = REFUSED[name]
    error = refusal_of(data, **options)
    assert error.reason == reason
    assert 10 < len(str(error)) < 160
    assert json.dumps(str(error), ensure_ascii=False)[1:-1].isprintable()
