"""CSV files as rows."""

from typing import Any

import pytest

from aurastream.domain.files.limits import MAX_COLUMNS, MAX_HEADER_BYTES, FileLimits
from aurastream.domain.files.rows import LongText
from aurastream.domain.language import Language, LanguageSource
from tests.unit.files.reading import faults_of, opened, refusal_of, rows_of, texts_of


def named(option: str) -> dict[str, Any]:
    """An option that names a column that is not there."""
    return {option: "nope"}


SMALL = FileLimits(max_bytes=10**9, max_rows=100, max_field_bytes=1_000, max_record_lines=10)


def test_what_was_found_out_is_stated() -> None:
    data = "Nr;Kommentar;Sprache\r\n1;schön;de\r\n".encode("utf-16")
    found = opened(data, text_column="kommentar", id_column="Nr", language_column="sprache").description
    assert (found.format, found.encoding, found.compression) == ("csv", "utf-16", None)
    assert (found.delimiter, found.quote, found.header) == (";", '"', True)
    assert found.columns == ("Nr", "Kommentar", "Sprache")
    assert (found.text_column, found.id_column, found.language_column) == ("Kommentar", "Nr", "Sprache")


def test_rows_are_numbered_and_know_their_physical_line() -> None:
    rows = rows_of(b'id,text\n\n1,"two\nlines"\r\n\r2,b\r3,c')
    assert [(row.number, row.line, row.text) for row in rows] == [
        (1, 3, "two\nlines"),
        (2, 6, "b"),
        (3, 7, "c"),
    ]


def test_cells_are_left_as_they_are() -> None:
    [row] = rows_of(b'id,text\n" 1 ","  a\r""b""\0\tc\n "\n')
    assert row.record == [" 1 ", '  a\r"b"\0\tc\n ']
    assert row.text == '  a\r"b"\0\tc\n '


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_line_end_ends_a_line(end: str, last: bool) -> None:
    data = end.join(["id,text", "1,a", "2,b"]) + (end if last else "")
    assert texts_of(data.encode()) == ["a", "b"]


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert opened(b'\xef\xbb\xbf"text",n\na,1\n').description.columns == ("text", "n")
    assert opened(b"\xef\xbb\xbftext,n\na,1\n").description.columns == ("text", "n")


@pytest.mark.parametrize(
    "first",
    [
        b"1,great",
        b"great,-3.5",
        b"2024-01-31,great",
        b"great,31.12.2024",
        b"great,1/2/24",
        b"4 %".replace(b" ", b"") + b",x",
    ],
)
def test_a_first_record_with_a_figure_is_data(first: bytes) -> None:
    reading = opened(first + b"\n2,bad\n", text_column="column_2", media_type="text/csv")
    assert reading.description.header is False
    assert reading.description.columns == ("column_1", "column_2")
    rows = list(reading.rows)
    assert [row.line for row in rows] == [1, 2]
    assert rows[1].text == "bad"


def test_a_first_record_with_a_long_cell_is_data() -> None:
    words = b"word " * 21
    [row, other] = rows_of(words + b"\nfine\n", media_type="text/csv")
    assert (row.text, other.text) == (words.decode(), "fine")


def test_a_first_record_with_a_name_we_know_is_a_header_whatever_else_it_holds() -> None:
    assert opened(b"text,2024\na,b\n").description.columns == ("text", "2024")
    assert opened(b"kunde,2024\na,b\n", text_column="kunde").description.columns == ("kunde", "2024")


def test_an_index_column_without_a_name_is_fine() -> None:
    reading = opened(b",text,\n0,a,\n")
    assert reading.description.columns == ("", "text", "")
    assert [row.text for row in reading.rows] == ["a"]


@pytest.mark.parametrize(
    "first",
    [
        "Great!",
        "good",
        '"It broke, again."',
        "No comment",
        "What a review",
        "YouTube",
        "text-heavy",
        '"I ""love"" it"',
    ],
)
def test_of_a_column_without_a_name_no_row_is_taken_for_one(first: str) -> None:
    reading = opened(f"{first}\nfine\n".encode(), media_type="text/csv")
    found = reading.description
    assert (found.header, found.columns, found.text_column) == (False, ("column_1",), "column_1")
    assert [row.line for row in reading.rows] == [1, 2]


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "Review Text",
        " Comments ",
        "notes",
        "customer_feedback",
        "customerComment",
        "q7_open",
        '"Feedback"',
    ],
)
def test_a_name_over_the_only_column_is_one(name: str) -> None:
    reading = opened(f"{name}\nfine\n".encode(), media_type="text/csv")
    assert reading.description.header is True
    assert [(row.line, row.text) for row in reading.rows] == [(2, "fine")]


def test_so_is_whatever_the_caller_calls_it() -> None:
    data = b"What did you like most?\neverything\n"
    for said in ("What did you like most?", "what DID you like most? "):
        assert texts_of(data, media_type="text/csv", text_column=said) == ["everything"]
    assert texts_of(data, media_type="text/csv") == ["What did you like most?", "everything"]
    error = refusal_of(data, media_type="text/csv", text_column="answer")
    assert error.columns == ("What did you like most?",)


def test_columns_that_are_named_by_their_place_have_no_header() -> None:
    data = b"Alice,good\nBob,bad\n"
    assert refusal_of(data, media_type="text/csv").columns == ("Alice", "good")
    reading = opened(data, text_column="column_2", id_column="Column_1", media_type="text/csv")
    assert reading.description.columns == ("column_1", "column_2")
    assert [(row.id, row.text) for row in reading.rows] == [("Alice", "good"), ("Bob", "bad")]
    again = opened(b"column_1,column_2\nAlice,good\n", text_column="column_2", media_type="text/csv")
    assert [row.text for row in again.rows] == ["good"]


def test_two_columns_of_one_name_are_refused() -> None:
    error = refusal_of(b"text,a, a ,text\n1,2,3,4\n")
    assert (error.reason, error.columns) == ("duplicate_column", ("text", "a"))


@pytest.mark.parametrize("option", ["text_column", "id_column", "language_column"])
def test_a_named_column_that_is_missing_is_refused_with_those_there_are(option: str) -> None:
    error = refusal_of(b"text,n\na,1\n", **named(option))
    assert (error.reason, error.columns) == ("column_not_found", ("text", "n"))


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\r\n \n", b"text\n", b"text,n\n\n  \n", b"\xef\xbb\xbf", b"sep=;\n"]
)
def test_a_file_without_rows_is_empty(data: bytes) -> None:
    assert refusal_of(data, media_type="text/csv").reason == "empty_file"


def test_an_id_is_the_rows_number_unless_the_caller_names_a_column() -> None:
    data = b"id,text\na7,x\n,y\n  ,z\n"
    assert [row.id for row in rows_of(data)] == ["1", "2", "3"]
    assert [row.id for row in rows_of(data, id_column="id")] == ["a7", "2", "3"]


@pytest.mark.parametrize(
    ("id_", "good"),
    [("x" * 256, True), ("x" * 257, False), ("a\nb", False), ("é" * 128, True), ("é" * 129, False)],
)
def test_an_id_that_can_be_none_fails_its_row(id_: str, good: bool) -> None:
    row, other = rows_of(f'id,text\n"{id_}",x\n2,y\n'.encode(), id_column="id")
    if good:
        assert (row.id, row.text, row.failure) == (id_, "x", None)
    else:
        assert row.failure
        assert (row.id, row.text, row.failure.code, row.failure.line) == ("1", None, "invalid_id", 2)
        assert row.record == [id_, "x"]
    assert other.text == "y"


def test_the_language_is_that_of_the_column_then_the_callers_then_open() -> None:
    data = b"text,lang\na,en-US\nb,\nc,nonsense!\n"

    def languages(**options: Any) -> list[tuple[str | None, str | None]]:
        return [(row.language, row.source) for row in rows_of(data, **options)]

    column, caller = LanguageSource.COLUMN, LanguageSource.CALLER
    assert languages() == [(None, None)] * 3
    assert languages(language_column="lang") == [("en", column), (None, None), (None, None)]
    assert languages(language=Language("fr")) == [("fr", caller)] * 3
    assert languages(language_column="lang", language=Language("fr")) == [
        ("en", column),
        ("fr", caller),
        ("fr", caller),
    ]


def test_ragged_rows_fail_and_the_others_go_on() -> None:
    data = b"id,text\n1\n2,b\n3,c,d\n4,e,\n,\n"
    assert faults_of(data) == [
        (2, "malformed_row"),
        None,
        (4, "malformed_row"),
        (5, "malformed_row"),
        None,
    ]


@pytest.mark.parametrize("place", [0, 1, 500, 998, 999])
def test_an_unbalanced_quote_costs_one_row_wherever_it_is(place: int) -> None:
    lines = [f'{number},"fine, number {number}"\n' for number in range(1_000)]
    lines[place] = f'{place},"not fine\n'
    faults = faults_of("".join(["id,text\n", *lines]).encode())
    assert [number for number, fault in enumerate(faults) if fault] == [place]
    assert faults[place] == (place + 2, "malformed_row")
    assert len(faults) == 1_000


def test_an_open_quote_at_the_end_costs_one_row() -> None:
    assert faults_of(b'id,text\n1,a\n2,"b\n3,c') == [None, (3, "malformed_row"), None]


def test_a_field_of_more_than_two_megabytes_fails_whole_and_alone() -> None:
    data = b"id,text,n\n1,a,x\n2," + b"b" * 2_000_000 + b",y\n3,c,z\n"
    rows = rows_of(data, id_column="id")
    assert [(row.id, row.failure.code if row.failure else None) for row in rows] == [
        ("1", None),
        ("2", "field_too_large"),
        ("3", None),
    ]
    assert rows[1].record == ["2", "b" * 2_000_000, "y"]
    assert rows[1].text is None


def test_a_field_of_just_under_two_megabytes_is_a_row() -> None:
    data = b"id,text\n1," + b"b" * 1_999_990 + b"\n"
    assert faults_of(data) == [None]


def test_a_line_that_is_too_long_to_hold_fails_alone() -> None:
    data = b"id,text\n1,a\n2," + b"b" * 5_000_000 + b"\n3,c\n"
    reading = opened(data)
    kinds = [(row.line, row.failure and row.failure.code.value, type(row.record)) for row in reading.rows]
    assert kinds == [(2, None, list), (3, "field_too_large", LongText), (4, None, list)]


@pytest.mark.parametrize("columns", [MAX_COLUMNS, MAX_COLUMNS + 1])
def test_a_file_may_have_two_thousand_columns(columns: int) -> None:
    data = (
        ("text" + "".join(f",{n}x" for n in range(columns - 1)) + "\n").encode() + b"a" + b"," * (columns - 1)
    )
    if columns > MAX_COLUMNS:
        assert refusal_of(data).reason == "undecodable_file"
    else:
        assert texts_of(data) == ["a"]


def test_a_header_may_have_a_hundred_kilobytes() -> None:
    names = [f"{n:0100}" for n in range(MAX_HEADER_BYTES // 100)]
    fits = ",".join(["text", *names[:-1]]).encode() + b"\na" + b"," * (len(names) - 1) + b"\n"
    assert texts_of(fits) == ["a"]
    too_long = ",".join(["text", *names]).encode() + b"\na" + b"," * len(names) + b"\n"
    assert refusal_of(too_long).reason == "undecodable_file"


def test_a_million_columns_are_refused() -> None:
    data = ",".join(f"c{n}" for n in range(1_000_000)).encode() + b"\n"
    assert refusal_of(data, filename="wide.csv").reason == "undecodable_file"


@pytest.mark.parametrize("data", [b'id,"text\n1,a\n', b'"id"x,text\n1,a\n', b"a," * 2_500_000])
def test_a_header_that_is_no_csv_is_refused(data: bytes) -> None:
    assert refusal_of(data, media_type="text/csv").reason == "undecodable_file"


@pytest.mark.parametrize("rows", [100, 101])
def test_rows_are_counted(rows: int) -> None:
    data = b"text\n" + b"x\n" * rows
    if rows > SMALL.max_rows:
        error = refusal_of(data, limits=SMALL)
        assert (error.reason, "100 rows" in str(error)) == ("too_many_rows", True)
    else:
        assert len(rows_of(data, limits=SMALL)) == rows


def test_rows_before_the_limit_stream_before_the_file_is_refused() -> None:
    reading = opened(b"text\n" + b"x\n" * 200, limits=SMALL)
    assert [next(reading.rows).number for _ in range(100)] == list(range(1, 101))


def test_a_row_with_bytes_that_are_no_text_fails_and_the_others_go_on() -> None:
    data = "text,n\nschön,1\n".encode() + b"sch\xf6n,2\n" + "größer,3\n".encode()
    rows = rows_of(data)
    assert [row.text for row in rows] == ["schön", None, "größer"]
    assert rows[1].failure
    assert (rows[1].failure.code, rows[1].failure.line) == ("malformed_row", 3)
    assert rows[1].record == ["sch�n", "2"]


def test_an_id_with_bytes_that_are_no_text_fails_its_row() -> None:
    data = "id,text\nö,ö\n".encode() + b"\xf6,x\n"
    assert faults_of(data, id_column="id") == [None, (3, "malformed_row")]


def test_reading_twice_gives_the_same() -> None:
    data = b'id,text\n1,"a\nb"\n2,"c\n3,d,e\n4\n\n5,f\n'
    assert rows_of(data) == rows_of(data)
