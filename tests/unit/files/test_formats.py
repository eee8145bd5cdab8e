"""Which format an input is in."""

import pytest

from aurastream.domain.files.formats import Format, find_format
from aurastream.domain.job_options import JobOptions
from tests.unit.files.reading import LIMITS, refusal_of

CSV, NDJSON, JSON, TEXT = Format.CSV, Format.NDJSON, Format.JSON, Format.TEXT


def found(head: str, media_type: str | None = None, filename: str | None = None, **options: str) -> Format:
    asked = JobOptions(media_type=media_type, filename=filename, text_column=options.get("text_column"))
    return find_format(head, complete=True, options=asked, limits=LIMITS)


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("text/csv", CSV),
        ("Text/CSV; charset=utf-8", CSV),
        ("text/tab-separated-values", CSV),
        ("application/x-ndjson", NDJSON),
        ("application/jsonl", NDJSON),
        ("application/json", JSON),
        ("text/plain;charset=utf-8", TEXT),
    ],
)
def test_a_content_type_that_says_something_is_believed_before_all_else(
    media_type: str, expected: Format
) -> None:
    assert found("id,text\n1,a\n", media_type, "some.name") is expected
    assert found("[1]", media_type, "reviews.csv") is expected


@pytest.mark.parametrize("media_type", [None, "", "application/octet-stream", "application/gzip", "x"])
@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("a.csv", CSV),
        ("A.CSV.GZ", CSV),
        ("a.b.tsv", CSV),
        ("a.ndjson", NDJSON),
        ("a.jsonl.gz", NDJSON),
        ("a.json", JSON),
        ("a.txt", TEXT),
    ],
)
def test_then_the_name_is(media_type: str | None, filename: str, expected: Format) -> None:
    assert found("id,text\n1,a\n", media_type, filename) is expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('[{"text": "a"}]', JSON),
        (' \n [ "a", "b"]', JSON),
        ("[]", JSON),
        ('{"text": "a"}\n', NDJSON),
        ('{"text": broken\n{"text": "a"}\n', NDJSON),
        ('{\n  "text": "a"\n}', JSON),
        ("id,text\n1,a\n", CSV),
        ("x;y;z\n1;2;3\n4;5;6\n", CSV),
        ("text\na\n", CSV),
        ('"Review Text"\n"a"\n', CSV),
        ("sep=;\nx;y\n", CSV),
        ("I love it.\nMe too, really, yes.\n", TEXT),
        ("Hi, there\nOk, bye\n", TEXT),
        ("[sic] that was bad\n", TEXT),
        ("{not json}\n", TEXT),
        ("fine\n", TEXT),
    ],
)
def test_else_what_it_looks_like(head: str, expected: Format) -> None:
    assert found(head) is expected


def test_a_column_that_the_caller_names_makes_a_table() -> None:
    assert found("kommentar\nja\n") is TEXT
    assert found("kommentar\nja\n", text_column="kommentar") is CSV


def test_json_with_an_object_a_line_is_ndjson_whatever_it_is_called() -> None:
    assert found('{"text": "a"}\n{"text": "b"}\n', "application/json") is NDJSON
    assert found('{"text": "a"}\n{"text": "b"}\n', filename="a.json") is NDJSON


@pytest.mark.parametrize("body", [b"{}", b'{"text": "a"}', b"null", b'"a"', b"5", b"{", b"text"])
def test_json_that_is_no_array_is_refused(body: bytes) -> None:
    error = refusal_of(body, media_type="application/json")
    assert error.reason == "undecodable_file"
    assert "NDJSON" in str(error)
