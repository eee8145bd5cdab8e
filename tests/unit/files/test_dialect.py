"""How the cells of a file are told apart."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.files.csv_grammar import NO_DELIMITER
from aurastream.domain.files.dialect import find_dialect, said_delimiter
from tests.unit.files.reading import LIMITS, opened, rows_of, texts_of


def delimiter_of(head: str) -> str:
    return find_dialect(head, complete=True, limits=LIMITS).dialect.delimiter


@pytest.mark.parametrize("delimiter", list(",;\t|"))
@pytest.mark.parametrize("rows", [0, 1, 50])
def test_the_delimiter_is_the_one_that_the_header_has(delimiter: str, rows: int) -> None:
    head = f"id{delimiter}text\n" + f"1{delimiter}well, that; was | fun{delimiter}\n" * rows
    assert delimiter_of(head) == delimiter


def test_of_two_in_the_header_the_records_decide() -> None:
    assert delimiter_of('id;"text, all of it"\n' + "1;a, b, c\n2;d\n") == ";"
    assert delimiter_of("id;text, a, b\n1;a, b, c\n2;d\n3;e\n") == ";"
    assert delimiter_of("id;text, note\n1;a, b, c\n2;d\n3;e\n") == ";"


def test_a_header_without_a_delimiter_is_one_column_and_commas_are_text() -> None:
    assert delimiter_of("text\nI love it, really\n") == NO_DELIMITER
    data = b'text\nI love it, really\n"quoted, ""too"""\n'
    assert texts_of(data, media_type="text/csv") == ["I love it, really", 'quoted, "too"']


def test_delimiters_in_quotes_do_not_count() -> None:
    assert delimiter_of('"a,b";"c,d"\n"1,2";"3,4"\n') == ";"


@given(
    delimiter=st.sampled_from(",;\t|"),
    cells=st.lists(
        st.tuples(st.text(alphabet='ab ,;\t|"\n\r', max_size=8), st.text(alphabet="ab ,;", max_size=8)),
        max_size=8,
    ),
)
def test_whatever_stands_in_quotes_the_delimiter_is_found(
    delimiter: str, cells: list[tuple[str, str]]
) -> None:
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerows([("text", "id"), *cells])
    assert delimiter_of(out.getvalue()) == delimiter


def test_a_first_line_that_names_the_delimiter_is_believed_and_is_no_row() -> None:
    data = b"sep=|\r\ntext|a,b\r\nfine|1,2\r\n"
    assert said_delimiter(data.decode()) == "|"
    [row] = rows_of(data)
    assert (row.text, row.line) == ("fine", 3)
    assert said_delimiter("sep=x\n") is None


def test_a_space_before_quotes_is_no_content_where_they_hold_cells_together() -> None:
    data = b'id, text\n1, "good, and cheap"\n2, "bad, and dear"\n'
    assert texts_of(data) == ["good, and cheap", "bad, and dear"]


def test_a_space_before_a_cell_is_content_otherwise() -> None:
    assert texts_of(b"id, text\n1, good\n2, bad\n") == [" good", " bad"]


def test_a_tab_separated_file_may_mean_its_quotes_as_text() -> None:
    data = b'id\ttext\n1\t"Great" product\n2\t14" screen\n3\t"Meh" she said\n4\tfine\n'
    reading = opened(data, filename="amazon.tsv")
    assert reading.description.quote is None
    assert [row.text for row in reading.rows] == [
        '"Great" product',
        '14" screen',
        '"Meh" she said',
        "fine",
    ]


def test_a_tab_separated_file_of_a_spreadsheet_means_its_quotes() -> None:
    data = b"id\ttext\n" + b'1\t"two\nlines ""quoted"""\n' * 20 + b'2\t"broken" here\n' * 2
    reading = opened(data, filename="sheet.tsv")
    assert reading.description.quote == '"'
    assert next(reading.rows).text == 'two\nlines "quoted"'


def test_two_broken_quotes_among_many_good_ones_are_two_failed_rows() -> None:
    data = b"id\ttext\n" + b'1\t"fine"\n' * 20 + b'2\t"broken" here\n' * 2
    assert opened(data, filename="sheet.tsv").description.quote == '"'


def test_a_tab_separated_file_is_believed_to_be_one() -> None:
    data = b"text, all\tn\na, b\t1\nc\t2\n"
    assert opened(data, filename="a.tsv").description.delimiter == "\t"
    assert opened(data, media_type="text/tab-separated-values").description.delimiter == "\t"


def test_a_broken_quote_is_a_failed_row_and_no_reason_to_give_up_quotes() -> None:
    reading = opened(b'id,text\n1,"good\n2,bad\n3,fine\n')
    assert reading.description.quote == '"'
    assert [row.text for row in reading.rows] == [None, "bad", "fine"]
