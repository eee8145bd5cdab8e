"""Physical lines, to CSV records."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurastream.domain.files.csv_grammar import CsvReader, Dialect, LineState
from aurastream.domain.files.csv_records import CsvRecords
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.lines import Line, bare, split
from aurastream.domain.files.rows import LongText, Raw
from aurastream.domain.outcome import FailureCode

COMMA = Dialect(delimiter=",")
ROOMY = FileLimits(max_bytes=10**9, max_rows=10**6)

DIALECTS = st.builds(Dialect, delimiter=st.sampled_from(",;\t|"), quoted=st.booleans(), spaced=st.booleans())
LINES = ["a", '"', '"a', 'a"', '""', '"""', 'a","x', "a,b", '",', '"a""b"', ' "a', "", "x" * 20]
NASTY = st.text(alphabet='a",; \t|\r\n', max_size=40) | st.lists(
    st.sampled_from([line + end for line in LINES for end in ("\n", "\r\n", "\r")]), max_size=12
).map("".join)

Read = tuple[int, object, FailureCode | None]


def batches(text: str, sizes: list[int]) -> Iterator[list[Line]]:
    lines = iter(split(text))
    turn = 0
    while batch := list(islice(lines, sizes[turn % len(sizes)])):
        turn += 1
        yield batch


def read(
    text: str,
    *,
    dialect: Dialect = COMMA,
    limits: FileLimits = ROOMY,
    width: int | None = None,
    sizes: tuple[int, ...] = (1_000,),
) -> list[Read]:
    records = CsvRecords(batches(text, list(sizes)), dialect, limits)
    records.width = width
    return [(line, record, code) for line, record, code in records]


def specified(text: str, dialect: Dialect, limits: FileLimits) -> list[Read]:
    """The same by the letter of the rule: csv.reader over one line more and more, and back by all but one."""
    lines = [str(line) for line in split(text)]
    found: list[Read] = []
    at = 0
    while at < len(lines):
        count, cells = 0, None
        while cells is None and at + count < len(lines) and count < limits.max_record_lines:
            if len("".join(lines[at : at + count]).encode()) > limits.max_field_bytes:
                break
            count += 1
            try:
                [cells] = dialect.reader(lines[at : at + count])
            except csv.Error as error:
                if "unexpected end" not in str(error):
                    break
        if cells is None:
            found.append((at + 1, bare(lines[at]), FailureCode.MALFORMED_ROW))
            at += 1
            continue
        large = len("".join(lines[at : at + count]).encode()) > limits.max_field_bytes
        if bare(lines[at]):
            found.append((at + 1, cells, FailureCode.FIELD_TOO_LARGE if large else None))
        at += count
    return found


@settings(max_examples=500)
@given(
    text=NASTY,
    dialect=DIALECTS,
    lines=st.integers(min_value=1, max_value=5) | st.just(1_000),
    size=st.integers(min_value=1, max_value=30) | st.just(2_000_000),
    sizes=st.lists(st.integers(min_value=1, max_value=4), min_size=1, max_size=4),
)
def test_records_are_what_the_rule_says_in_whatever_batches_lines_come(
    text: str, dialect: Dialect, lines: int, size: int, sizes: list[int]
) -> None:
    limits = FileLimits(max_bytes=10**9, max_rows=10**6, max_field_bytes=size, max_record_lines=lines)
    assert read(text, dialect=dialect, limits=limits, sizes=tuple(sizes)) == specified(text, dialect, limits)


def judged(dialect: Dialect, lines: list[str]) -> tuple[LineState, list[list[str]]]:
    """What csv.reader makes of lines."""
    try:
        return LineState.CLOSED, list(dialect.reader(lines))
    except csv.Error as error:
        return LineState.OPEN if "unexpected end" in str(error) else LineState.BROKEN, []


@settings(max_examples=500)
@given(text=NASTY, dialect=DIALECTS)
def test_the_grammar_is_that_of_csv_reader_to_the_letter(text: str, dialect: Dialect) -> None:
    [line] = split(text)[:1] or [""]
    cells: list[str] = []
    state, (expected_state, expected) = dialect.read(str(line), cells), judged(dialect, [str(line)])
    assert state is expected_state
    if state is LineState.CLOSED:
        assert [cells] == expected or (not bare(str(line)) and expected in ([], [[]]))


@settings(max_examples=500)
@given(text=NASTY, dialect=DIALECTS)
def test_a_line_resumes_a_quote_as_csv_reader_does(text: str, dialect: Dialect) -> None:
    if not dialect.quoted:
        return
    [line] = split(text)[:1] or [""]
    assert dialect.resume(str(line)) is judged(dialect, ['"\n', str(line)])[0]


def test_an_open_quote_costs_one_line_and_no_more() -> None:
    text = '1,"open\n' + "".join(f"{n},fine\n" for n in range(2, 3_000))
    records = read(text, width=2)
    assert records[0] == (1, '1,"open', FailureCode.MALFORMED_ROW)
    assert records[1:] == [(n, [str(n), "fine"], None) for n in range(2, 3_000)]


def test_a_quote_may_stay_open_for_exactly_the_limit() -> None:
    limits = FileLimits(max_bytes=10**9, max_rows=10**6, max_record_lines=4)
    assert read('"a\nb\nc\nd"\nx\n', limits=limits) == [(1, ["a\nb\nc\nd"], None), (5, ["x"], None)]
    codes = [code for _, _, code in read('"a\nb\nc\nd\ne"\nx\n', limits=limits)]
    assert codes == [FailureCode.MALFORMED_ROW, None, None, None, None, None]


def test_a_quote_may_stay_open_for_exactly_the_bytes_of_the_limit() -> None:
    limits = FileLimits(max_bytes=10**9, max_rows=10**6, max_field_bytes=4)
    assert read('"ab\n"\nx\n', limits=limits) == [
        (1, ["ab\n"], FailureCode.FIELD_TOO_LARGE),
        (3, ["x"], None),
    ]
    assert read('"abc\nd"\n', limits=limits)[0] == (1, '"abc', FailureCode.MALFORMED_ROW)


def test_the_bytes_of_a_line_that_failed_are_not_held_against_the_next_one() -> None:
    limits = FileLimits(max_bytes=10**9, max_rows=10**6, max_field_bytes=30)
    text = f'"{"a" * 24}\nx","b\nc"\n'
    assert read(text, limits=limits) == [
        (1, text.split("\n")[0], FailureCode.MALFORMED_ROW),
        (2, ['x"', "b\nc"], None),
    ]


def test_a_record_may_begin_in_one_batch_and_end_in_another() -> None:
    assert read('a\n"b\nc"\nd\n', sizes=(2,)) == [(1, ["a"], None), (2, ["b\nc"], None), (4, ["d"], None)]


def test_text_behind_a_closing_quote_breaks_its_own_record_only() -> None:
    assert read('1,"a"b\n2,"c\nd"\n') == [
        (1, '1,"a"b', FailureCode.MALFORMED_ROW),
        (2, ["2", "c\nd"], None),
    ]


def test_a_record_that_breaks_on_a_later_line_gives_its_other_lines_back() -> None:
    assert read('1,"a\n2,b\n3,"c"\n4,d\n') == [
        (1, '1,"a', FailureCode.MALFORMED_ROW),
        (2, ["2", "b"], None),
        (3, ["3", "c"], None),
        (4, ["4", "d"], None),
    ]


def test_a_cell_over_the_limit_that_is_whole_keeps_its_cells() -> None:
    limits = FileLimits(max_bytes=10**9, max_rows=10**6, max_field_bytes=10)
    assert read('1,"twelve chars"\n2,b\n', limits=limits) == [
        (1, ["1", "twelve chars"], FailureCode.FIELD_TOO_LARGE),
        (2, ["2", "b"], None),
    ]


def test_the_limit_counts_bytes_to_the_byte() -> None:
    limits = FileLimits(max_bytes=10**9, max_rows=10**6, max_field_bytes=9)
    assert [code for _, _, code in read("1,€€\n1,€€a\n", limits=limits)] == [
        None,
        FailureCode.FIELD_TOO_LARGE,
    ]


def test_cells_beyond_what_csv_reader_takes_are_read_all_the_same() -> None:
    cell = 'x""' * 60_000
    assert read(f'1,"{cell}"\n2,b\n') == [(1, ["1", cell.replace('""', '"')], None), (2, ["2", "b"], None)]


@pytest.mark.parametrize("blank", ["\n", "\r\n", "\r", "  \n", "\t\n", "\u3000\n"])
def test_blank_lines_are_no_records_but_lines(blank: str) -> None:
    assert read(f"{blank}1,a\n{blank}{blank}2,b\n", width=2) == [
        (2, ["1", "a"], None),
        (5, ["2", "b"], None),
    ]


def test_a_blank_cell_of_the_only_column_is_a_record() -> None:
    assert read('a\n \n""\n\n', width=1) == [(1, ["a"], None), (2, [" "], None), (3, [""], None)]


def test_a_record_of_another_width_fails_short_with_its_cells_and_long_as_it_stood() -> None:
    records = read('1\n1,2,3\n"1\n2",b,c\n1,2\n', width=2)
    assert records == [
        (1, ["1"], FailureCode.MALFORMED_ROW),
        (2, "1,2,3", FailureCode.MALFORMED_ROW),
        (3, '"1\n2",b,c', FailureCode.MALFORMED_ROW),
        (5, ["1", "2"], None),
    ]
    assert isinstance(records[1][1], Raw)


def test_an_open_quote_does_not_reach_into_a_line_too_long_to_hold() -> None:
    parts: Iterator[list[Line]] = iter([['1,"open\n', "2,b\n"], [LongText(["x" * 50])], ['3",c\n', "4,d\n"]])
    got = [(line, str(record), code) for line, record, code in CsvRecords(parts, COMMA, ROOMY)]
    assert [(line, code) for line, _, code in got] == [
        (1, FailureCode.MALFORMED_ROW),
        (2, None),
        (3, FailureCode.FIELD_TOO_LARGE),
        (4, None),
        (5, None),
    ]


class Counting(Dialect):
    """Counts how many characters are looked at one line at a time."""

    looked = 0

    def reader(self, lines: Iterable[str]) -> CsvReader:
        return super().reader(map(self.look, lines))

    @staticmethod
    def look(line: str) -> str:
        Counting.looked += len(line)
        return line

    def read(self, record: str, cells: list[str]) -> LineState:
        return super().read(self.look(record), cells)

    def resume(self, line: str) -> LineState:
        return super().resume(self.look(line))


@pytest.mark.parametrize("line", ['a","x\n', '"\n', '"""\n', '",\n', 'x,"a\n', '""x\n', '"a""\n', 'a"b,"c\n'])
def test_a_file_full_of_open_quotes_is_read_in_one_pass(line: str) -> None:
    text = line * 5_000 + '"' + "z" * 10_000 + "\n"
    Counting.looked = 0
    records = read(text, dialect=Counting(delimiter=","), sizes=(700,))
    assert records
    assert Counting.looked <= 4 * len(text)
