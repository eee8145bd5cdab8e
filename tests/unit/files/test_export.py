"""The caller's file given back, with what became of each row."""

import json

import pytest

from aurastream.domain.files.export import export_filename, export_lines, export_media_type
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.job_input import InputDescription
from aurastream.domain.outcome import FailureCode, Outcome, cancelled, failed
from aurastream.domain.sentiment import Scores
from tests.unit.files.reading import OURS, PRAISE, exported, objects, opened, outcome_of, table

PRAISED = ["SUCCEEDED", "POSITIVE", "0.7000", "0.1000", "0.1500", "0.0500", "en", ""]


def failed_as(code: str) -> list[str]:
    return ["FAILED", "", "", "", "", "", "", code]


def test_csv_comes_back_with_our_columns_behind() -> None:
    data = b'Id;Text;Stars\r\n7;"good; ""really""";5\r\n8;;1\r\n'
    assert exported(data, id_column="Id").decode() == (
        f"Id;Text;Stars;{';'.join(OURS)}\r\n"
        '7;"good; ""really""";5;7;SUCCEEDED;POSITIVE;0.7000;0.1000;0.1500;0.0500;en;\r\n'
        "8;;1;8;SKIPPED;;;;;;;empty_text\r\n"
    )


@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        (cancelled("1"), "CANCELLED", ""),
        (failed("1", FailureCode.NOT_PROCESSED, retryable=True), "FAILED", "not_processed"),
    ],
)
def test_every_outcome_says_what_it_is(outcome: Outcome, status: str, reason: str) -> None:
    reading = opened(b"text\nfine\n")
    export = b"".join(export_lines(reading, [(next(reading.rows), outcome)], escape_input=False))
    assert table(export)[1] == ["fine", "1", status, "", "", "", "", "", "", reason]
    reading = opened(b'"fine"\n"too"\n', media_type="application/x-ndjson")
    [said] = objects(b"".join(export_lines(reading, [(next(reading.rows), outcome)], escape_input=False)))
    assert (said["aura_status"], said["aura_error"]) == (status, reason or None)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("text,n\nschön,1\n".encode("utf-8-sig"), "utf-8-sig"),
        ("text,n\nschön,1\n".encode("utf-16"), "utf-8-sig"),
        ("text,n\nschön,1\n".encode("utf-16-le"), "utf-8-sig"),
        ("text,n\nschön,1\n".encode(), "utf-8"),
        ("text,n\nschön,1\n".encode("cp1252"), "utf-8"),
    ],
)
def test_an_export_is_utf_8_marked_if_its_input_was(data: bytes, encoding: str) -> None:
    export = exported(data)
    assert export.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    assert export.decode(encoding).startswith("text,n,aura_id")
    assert "schön,1,1,SUCCEEDED" in export.decode(encoding)


@pytest.mark.parametrize(("end", "kept"), [("\n", "\n"), ("\r\n", "\r\n"), ("\r", "\n")])
def test_line_ends_are_those_of_the_input(end: str, kept: str) -> None:
    export = exported(end.join(["text,n", '"two\rparts",1', ""]).encode()).decode()
    assert export.count(kept) == 2
    assert '"two\rparts",1' in export
    assert export.replace("two\rparts", "").replace(kept, "").isprintable()


def test_a_header_is_added_where_there_was_none() -> None:
    [header, first, _] = table(exported(b"good,5\nbad,1\n", text_column="column_1", media_type="text/csv"))
    assert header == ["column_1", "column_2", *OURS]
    assert first == ["good", "5", "1", *PRAISED]


def test_our_columns_make_way_for_the_callers_own() -> None:
    once = exported(b"text,n\nfine,1\n")
    twice = exported(once)
    thrice = exported(twice)
    assert table(twice)[0] == ["text", "n", *OURS, *[f"{name}_2" for name in OURS]]
    assert table(thrice)[0][-9:] == [f"{name}_3" for name in OURS]
    assert table(thrice)[1][: len(table(twice)[1])] == table(twice)[1]


def test_rows_that_could_not_be_read_come_back_as_they_stood() -> None:
    data = b'id,text,n\n1,"open\n2\n3,b,c,d\n4,"x"y,z\n5,"two\nlines",6,7\n8,fine,9\n'
    header, *rows = table(exported(data, media_type="text/csv"))
    assert header == ["id", "text", "n", *OURS]
    malformed = failed_as("malformed_row")
    assert rows == [
        ['1,"open', "", "", "1", *malformed],
        ["2", "", "", "2", *malformed],
        ["3,b,c,d", "", "", "3", *malformed],
        ['4,"x"y,z', "", "", "4", *malformed],
        ['5,"two\nlines",6,7', "", "", "5", *malformed],
        ["8", "fine", "9", "6", *PRAISED],
    ]


@pytest.mark.parametrize("size", [2_000_000, 3_000_000, 9_000_000])
def test_a_field_of_any_size_comes_back(size: int) -> None:
    text = 'long "x" ' * (size // 9)
    data = f'id,text\n1,"{text.replace(chr(34), chr(34) * 2)}"\n2,fine\n'.encode()
    [_, large, fine] = table_of_large(exported(data))
    assert large[2:] == ["1", *failed_as("field_too_large")]
    if size < 4_000_000:
        assert large[:2] == ["1", text]
    else:  # it was too long to be taken apart
        assert large[:2] == [data.decode().split("\n")[1], ""]
    assert fine == ["2", "fine", "2", *PRAISED]


def table_of_large(export: bytes) -> list[list[str]]:
    """Lines with one cell in quotes at most, which may be larger than csv.reader takes."""
    rows = []
    for line in export.decode().splitlines():
        head, *quoted = line.split('"', 1)
        if quoted:
            cell, tail = quoted[0].rsplit('"', 1)
            rows.append([*head.split(",")[:-1], cell.replace('""', '"'), *tail.split(",")[1:]])
        else:
            rows.append(line.split(","))
    return rows


def test_bytes_that_were_no_text_come_back_as_a_sign() -> None:
    data = "text,n\nschön,1\n".encode() + b"sch\xf6n,2\n" + "größer,3\n".encode() + b'"\xf6'
    assert table(exported(data))[1:] == [
        ["schön", "1", "1", *PRAISED],
        ["sch�n", "2", "2", *failed_as("malformed_row")],
        ["größer", "3", "3", *PRAISED],
        ['"�', "", "4", *failed_as("malformed_row")],
    ]


def test_text_becomes_csv_with_a_column_text() -> None:
    export = exported(b'fine, "really"\r\n\r\n=1+1\r\n', media_type="text/plain")
    assert table(export) == [
        ["text", *OURS],
        ['fine, "really"', "1", *PRAISED],
        ["", "2", "SKIPPED", "", "", "", "", "", "", "empty_text"],
        ["=1+1", "3", *PRAISED],
    ]
    assert export.count(b"\r\n") == 4


def test_text_of_any_length_comes_back() -> None:
    limits = FileLimits(max_bytes=10**9, max_rows=10, max_field_bytes=10)
    data = b"a\n" + b'"b" ' * 100_000 + b"\nc\n"
    export = exported(data, limits=limits, media_type="text/plain")
    assert table_of_large(export)[2] == ['"b" ' * 100_000, "2", *failed_as("field_too_large")]
    assert [row[0] for row in table_of_large(export)][3] == "c"


def test_only_our_own_cells_are_made_harmless_unless_asked() -> None:
    data = b"id,text\n=1+1,@SUM(A1)\n-5,+a\n"
    assert table(exported(data, id_column="id"))[1:] == [
        ["=1+1", "@SUM(A1)", "'=1+1", *PRAISED],
        ["-5", "+a", "-5", *PRAISED],
    ]
    assert table(exported(data, id_column="id", escape_input=True))[1:] == [
        ["'=1+1", "'@SUM(A1)", "'=1+1", *PRAISED],
        ["-5", "'+a", "-5", *PRAISED],
    ]


def test_asked_to_names_and_whole_records_are_made_harmless_too() -> None:
    limits = FileLimits(max_bytes=10**9, max_rows=10, max_field_bytes=10)
    data = b"=x,text\n=1,a,b\n=2" + b"x" * 300_000 + b"\n"
    [header, ragged, long] = table_of_large(exported(data, escape_input=True, limits=limits))
    assert header[:2] == ["'=x", "text"]
    assert ragged[0] == "'=1,a,b"
    assert long[0].startswith("'=2")


def test_objects_come_back_as_they_were_written() -> None:
    data = b'{ "n": 1.50, "text":"sch\\u00f6n" , "big": 12345678901234567890.10 }\n{}\n"bare \\"x\\""\n'
    first, second, third = exported(data).decode().splitlines()
    assert first.startswith(
        '{ "n": 1.50, "text":"sch\\u00f6n" , "big": 12345678901234567890.10,"aura_id":"1",'
    )
    assert second.startswith('{"aura_id":"2","aura_status":"SKIPPED","aura_sentiment":null,')
    assert third.startswith('{"text":"bare \\"x\\"","aura_id":"3",')
    assert json.loads(first)["aura_positive"] == 0.7
    assert list(json.loads(third)) == ["text", *OURS]


def test_an_array_comes_back_as_ndjson_an_element_a_line() -> None:
    values = [{"text": "a\nb  c", "n": {"x": [1, 2]}}, {"text": "d"}, "e"]
    export = exported(json.dumps(values, indent=4).encode())
    assert [{name: said[name] for name in said if name not in OURS} for said in objects(export)] == [
        *values[:2],
        {"text": "e"},
    ]
    assert export.count(b"\n") == 3


def test_our_members_count_where_the_caller_has_the_same() -> None:
    [said] = objects(exported(b'{"text": "a", "aura_status": "mine", "aura_error": "x"}\n'))
    assert (said["aura_status"], said["aura_error"]) == ("SUCCEEDED", None)


def test_values_that_could_not_be_read_come_back_as_a_string() -> None:
    long = '{"text": "' + "x" * 9_000_000
    data = ['{"text": NaN}', "5", '{"text": "a"', "\x07 \\ é", long, '{"text": 5}']
    said = objects(exported("\n".join(data).encode(), media_type="application/x-ndjson"))
    assert [one.get("aura_input") for one in said] == [*data[:5], None]
    assert said[5]["text"] == 5
    assert [one["aura_error"] for one in said] == [*["malformed_row"] * 4, "field_too_large", "malformed_row"]


def test_parts_are_of_some_64_kilobytes() -> None:
    reading = opened(b"text,n\n" + b"words and words,1\n" * 50_000)
    pairs = ((row, outcome_of(row)) for row in reading.rows)
    sizes = [len(part) for part in export_lines(reading, pairs, escape_input=False)]
    assert len(sizes) > 30
    assert all(60_000 < size < 70_000 for size in sizes[:-1])


def test_scores_add_up_whatever_is_rounded() -> None:
    thirds = Scores(positive=1 / 3, negative=1 / 3, neutral=1 / 6, mixed=1 / 6)
    reading = opened(b"text\nfine\n")
    result = type(PRAISE)(
        sentiment=PRAISE.sentiment, scores=thirds, language=PRAISE.language, engine=PRAISE.engine
    )
    pair = (next(reading.rows), Outcome(id="1", result=result))
    cells = table(b"".join(export_lines(reading, [pair], escape_input=False)))[1]
    Scores(positive=float(cells[4]), negative=float(cells[5]), neutral=float(cells[6]), mixed=float(cells[7]))


@pytest.mark.parametrize(
    ("filename", "format_", "delimiter", "expected"),
    [
        ("reviews.csv", "csv", ",", "reviews-sentiment.csv"),
        ("reviews.csv.gz", "csv", ";", "reviews-sentiment.csv"),
        ("reviews.TSV", "csv", "\t", "reviews-sentiment.tsv"),
        ("reviews.json", "json", None, "reviews-sentiment.ndjson"),
        ("reviews.jsonl.gz", "ndjson", None, "reviews-sentiment.ndjson"),
        ("notes.txt", "text", None, "notes-sentiment.csv"),
        ("q3.final.csv", "csv", ",", "q3.final-sentiment.csv"),
        ("отзывы 🎉 (1).csv", "csv", ",", "отзывы 🎉 (1)-sentiment.csv"),
        ("../../etc/passwd", "csv", ",", "passwd-sentiment.csv"),
        ("C:\\temp\\a.csv", "csv", ",", "a-sentiment.csv"),
        ('a"b\r\nc.csv', "csv", ",", "a_b_c-sentiment.csv"),
        ("..", "csv", ",", "export-sentiment.csv"),
        ("", "csv", None, "export-sentiment.csv"),
        (None, "json", None, "export-sentiment.ndjson"),
        ("x" * 300 + ".csv", "csv", ",", "x" * 100 + "-sentiment.csv"),
    ],
)
def test_an_export_has_a_name_to_be_saved_under(
    filename: str | None, format_: str, delimiter: str | None, expected: str
) -> None:
    found = InputDescription(format=format_, encoding="utf-8", delimiter=delimiter)
    assert export_filename(filename, found) == expected


@pytest.mark.parametrize(
    ("format_", "delimiter", "expected"),
    [
        ("csv", ",", "text/csv; charset=utf-8"),
        ("csv", "\t", "text/tab-separated-values; charset=utf-8"),
        ("csv", None, "text/csv; charset=utf-8"),
        ("text", None, "text/csv; charset=utf-8"),
        ("json", None, "application/x-ndjson"),
        ("ndjson", None, "application/x-ndjson"),
    ],
)
def test_an_export_says_what_it_is(format_: str, delimiter: str | None, expected: str) -> None:
    found = InputDescription(format=format_, encoding="utf-8", delimiter=delimiter)
    assert export_media_type(found) == expected
