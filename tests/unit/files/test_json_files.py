"""NDJSON and JSON arrays as rows."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aurastream.domain.files.json_elements import JsonElements
from aurastream.domain.files.limits import FileLimits
from aurastream.domain.files.rows import JsonRecord, LongText, Raw
from aurastream.domain.language import Language, LanguageSource
from tests.unit.files.reading import faults_of, opened, record_of, refusal_of, rows_of, texts_of

SMALL = FileLimits(max_bytes=10**9, max_rows=1_000, max_field_bytes=200)

BAD_VALUES = [
    "{",
    "nope",
    "NaN",
    '{"text": NaN}',
    '{"text": "a", "n": Infinity}',
    '{"text": "a", "n": -Infinity}',
    '{"text": "a", "n": [1, {"b": NaN}]}',
    r'{"text": "\ud800"}',
    r'{"text": "a", "\udc00": 1}',
    r'{"text": "a", "n": ["\uD83D x"]}',
    r'{"text": "\ud8"}',
    '{"text": "tab\there"}',
    '{"text": "nul\0here"}',
    "[" * 100_000,
    "[" * 100_000 + "]" * 100_000,
    '{"a":' * 100_000 + "1" + "}" * 100_000,
    '{"text": "a", "n": ' + "[" * 101 + "]" * 101 + "}",
    "9" * 5_000,
    '{"text": "a", "n": ' + "9" * 5_000 + "}",
    '{"text": 5}',
    '{"text": true}',
    '{"text": ["a"]}',
    '{"text": {"a": "b"}}',
    "5",
    "null",
    "true",
    '["a"]',
    '{"text": "a"} {"text": "b"}',
    "{'text': 'a'}",
    '{"text": "a",}',
    '{"text": "a"',
    '"a',
]


IN_ARRAYS = [bad for bad in BAD_VALUES if bad.count("[") <= bad.count("]") + 1 and "} {" not in bad]


@pytest.mark.parametrize("bad", BAD_VALUES)
def test_a_line_that_is_no_good_value_fails_alone(bad: str) -> None:
    data = f'{{"text": "good"}}\n{bad}\n"good too"\n'.encode()
    rows = rows_of(data, media_type="application/x-ndjson")
    assert [row.text for row in rows] == ["good", None, "good too"]
    assert rows[1].failure
    assert (rows[1].failure.code, rows[1].failure.line) == ("malformed_row", 2)


@pytest.mark.parametrize("bad", IN_ARRAYS)
def test_an_element_that_is_no_good_value_fails_and_the_array_goes_on(bad: str) -> None:
    data = f'[{{"text": "good"}},\n{bad},\n{{"text": "good too"}}]'.encode()
    texts = texts_of(data, media_type="application/json")
    assert texts[0] == "good"
    assert texts[1] is None
    assert texts[-1] == "good too" or bad in ("{", '{"text": "a"')


def test_brackets_without_end_take_the_rest_of_an_array_as_one_failed_row() -> None:
    data = b'["good", ' + b"[" * 100_000 + b', "swallowed"]'
    rows = rows_of(data, media_type="application/json")
    assert [row.text for row in rows] == ["good", None]


def test_a_comma_that_is_missing_between_elements_is_no_harm() -> None:
    assert texts_of(b'[{"text": "a"} {"text": "b"}\n"c",,"d",]') == ["a", "b", "c", "d"]


def test_a_hundred_brackets_are_no_harm() -> None:
    value = '{"text": "a", "n": ' + "[" * 99 + "]" * 99 + "}"
    assert texts_of(f"{value}\n".encode()) == ["a"]
    assert texts_of(b'{"text": "' + b"[" * 1_000 + b'"}\n') == ["[" * 1_000]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('{"text": "a"}', "a"),
        ('{"text": ""}', ""),
        ('{"text": null}', ""),
        ("{}", ""),
        ('{"other": "a"}', ""),
        ('"bare"', "bare"),
        ('""', ""),
        (r'{"text": "\ud83c\udf89 \u00e9\n\u0000"}', "🎉 é\n\0"),
        ('{"text": "a", "text": "b"}', "b"),
        (' \t{"text": "a"}  \r', "a"),
        ('{"text": "line\u2028\x85break"}', "line\u2028\x85break"),
    ],
)
def test_values_that_are_rows(value: str, text: str) -> None:
    data = f'{{"text": "first"}}\n{value}\n'.encode()
    assert texts_of(data) == ["first", text]
    assert texts_of(f'[{{"text": "first"}},{value}]'.encode()) == ["first", text]


def test_blank_lines_are_no_rows_but_lines() -> None:
    rows = rows_of(b'\n{"text": "a"}\n\r\n \t\n{"text": "b"}')
    assert [(row.number, row.line, row.text) for row in rows] == [(1, 2, "a"), (2, 5, "b")]


@pytest.mark.parametrize(
    ("members", "id_"),
    [
        ('"id": "x7"', "x7"),
        ('"id": 42', "42"),
        ('"id": null', "2"),
        ('"id": ""', "2"),
        ('"id": "  "', "2"),
        ('"n": 1', "2"),
    ],
)
def test_an_object_may_bring_its_own_id(members: str, id_: str) -> None:
    rows = rows_of(f'{{"text": "a", "id": 1}}\n{{"text": "b", {members}}}\n'.encode())
    assert (rows[1].id, rows[1].failure) == (id_, None)


@pytest.mark.parametrize("id_", ["1.5", "true", "[]", "{}", f'"{"x" * 257}"', r'"a\nb"', "9" * 300])
def test_an_id_that_can_be_none_fails_its_row(id_: str) -> None:
    rows = rows_of(f'{{"text": "a"}}\n{{"text": "b", "id": {id_}}}\n'.encode())
    assert rows[1].failure
    assert (rows[1].id, rows[1].failure.code, rows[1].failure.line) == ("2", "invalid_id", 2)


def test_members_may_be_named() -> None:
    data = b'{"text": "no", "t": "yes", "id": 1, "key": "k", "l": "de-AT"}\n'
    [row] = rows_of(data, text_column="t", id_column="key", language_column="l")
    assert (row.text, row.id, row.language, row.source) == ("yes", "k", "de", LanguageSource.COLUMN)


def test_an_object_may_bring_its_own_language() -> None:
    data = b'{"text": "a", "language": "EN"}\n{"text": "b", "language": 5}\n{"text": "c"}\n"d"\n'
    rows = rows_of(data, language=Language("fr"))
    assert [row.language for row in rows] == ["en", "fr", "fr", "fr"]


def test_the_text_member_is_found_like_a_column() -> None:
    assert texts_of(b'{"id": 1, "reviewText": "a"}\n{"reviewText": "b", "id": 2}\n') == ["a", "b"]
    assert texts_of(b'{"id": 1, "kommentar": "a"}\n') == ["a"]
    error = refusal_of(b'{"a": "x", "b": "y"}\n{"c": "z"}\n')
    assert (error.reason, error.columns) == ("column_not_found", ("a", "b", "c"))


def test_what_was_found_out_is_stated() -> None:
    found = opened(b'{"id": 1, "review": "x"}\n{"stars": 5, "review": "y"}\n').description
    assert (found.format, found.columns) == ("ndjson", ("id", "review", "stars"))
    assert (found.text_column, found.id_column, found.language_column) == ("review", "id", None)
    assert (found.delimiter, found.header, found.quote) == (None, None, None)


def test_bare_strings_have_no_columns() -> None:
    found = opened(b'["a", "b"]').description
    assert (found.format, found.columns, found.text_column) == ("json", (), None)


@pytest.mark.parametrize("option", ["text_column", "id_column", "language_column"])
def test_a_named_member_that_no_object_has_is_refused(option: str) -> None:
    asked: dict[str, Any] = {option: "nope"}
    error = refusal_of(b'{"text": "a"}\n', **asked)
    assert (error.reason, error.columns) == ("column_not_found", ("text",))


def test_a_named_id_or_language_may_come_late_in_a_large_file() -> None:
    data = b'{"text": "some words"}\n' * 20_000 + b'{"text": "b", "key": "k", "l": "de"}\n'
    last = rows_of(data, id_column="key", language_column="l")[-1]
    assert (last.id, last.language) == ("k", "de")
    assert refusal_of(data, text_column="late").reason == "column_not_found"


def test_cells_come_in_the_order_of_the_columns_as_text() -> None:
    first, second = rows_of(b'{"text": "a", "n": 1.50, "b": true, "o": {}}\n{"b": false, "text": null}\n')
    assert first.cells == ["a", "1.5", "true", ""]
    assert second.cells == ["", "", "false", ""]


def test_a_value_that_is_too_large_fails_with_its_own_id() -> None:
    data = b'{"text": "a", "id": "x"}\n{"text": "' + b"b" * 200 + b'", "id": "y"}\n{"text": "c"}\n'
    rows = rows_of(data, limits=SMALL)
    assert [(row.id, row.failure.code if row.failure else None) for row in rows] == [
        ("x", None),
        ("y", "field_too_large"),
        ("3", None),
    ]
    assert isinstance(rows[1].record, JsonRecord)


def test_the_size_of_a_value_counts_bytes_to_the_byte() -> None:
    line = '{"text": "%s"}' % ("€" * 62 + "ab")
    assert len(line.encode()) == 200
    assert [row.failure for row in rows_of(f"{line}\n{line}\n".encode(), limits=SMALL)] == [None, None]
    [fault, _] = faults_of(f"{line} \n{line}\n".replace("ab", "abc").encode(), limits=SMALL)
    assert fault == (1, "field_too_large")


@pytest.mark.parametrize("array", [True, False])
def test_a_value_that_is_too_long_to_hold_fails_alone(array: bool) -> None:
    long = json.dumps({"text": "x" * 600_000})
    data = f'[{{"text": "a"}},\n{long},\n{{"text": "b"}}]' if array else f'{{"text": "a"}}\n{long}\n"b"\n'
    seen = [
        (row.text, row.line, row.failure.code.value if row.failure else None, len(str(record_of(row))))
        for row in opened(data.encode(), limits=SMALL).rows
    ]
    assert seen[0][:3] == ("a", 1, None)
    assert seen[1] == (None, 2, "field_too_large", len(long))
    assert seen[2][:3] == ("b", 3, None)


def test_an_array_without_its_end_says_so() -> None:
    assert faults_of(b'[{"text": "a"}, {"text": "b"}\n') == [None, None, (2, "malformed_row")]
    assert faults_of(b'[{"text": "a"},') == [None, (1, "malformed_row")]
    assert faults_of(b'[{"text": "a"}, {"text": "b') == [None, (1, "malformed_row")]


def test_what_stands_behind_an_array_is_one_failed_row() -> None:
    rows = rows_of(b'[{"text": "a"}]\n\nfoo, {"b": 1}\n')
    assert [row.text for row in rows] == ["a", None]
    assert (rows[1].line, rows[1].record) == (3, Raw('foo, {"b": 1}'))


def test_a_quote_that_nobody_closed_ends_with_its_line() -> None:
    data = (
        b'[\n{"text": "a"},\n{"text": "b},\n{"text": "c"},\n"d,\n"e",\n  {\n "n": 1,\n "text": "f\n },\n"g"]'
    )
    rows = rows_of(data)
    assert [row.text for row in rows] == ["a", None, "c", None, "e", None, "g"]
    assert [row.line for row in rows] == [2, 3, 4, 5, 6, 7, 11]


def test_a_backslash_does_not_carry_a_string_over_its_line() -> None:
    assert texts_of(b'["a\\\n,"b"]') == [None, "b"]


def test_an_element_may_go_over_many_lines() -> None:
    rows = rows_of(json.dumps([{"text": "a", "n": [1, 2]}, {"text": "b"}], indent=2).encode())
    assert [(row.text, row.line) for row in rows] == [("a", 2), ("b", 9)]


@pytest.mark.parametrize("data", [b"[]", b" [ ] \n"])
def test_an_array_without_elements_is_an_empty_file(data: bytes) -> None:
    assert refusal_of(data).reason == "empty_file"


def test_bytes_that_are_no_text_fail_their_row() -> None:
    data = '{"text": "öäü"}\n'.encode() + b'{"text": "\xff"}\n"fine"\n'
    assert texts_of(data) == ["öäü", None, "fine"]
    array = '[{"text": "öäü"},'.encode() + b'{"text": "\xff"},"fine"]'
    rows = rows_of(array)
    assert [row.text for row in rows] == ["öäü", None, "fine"]
    assert rows[1].record == '{"text": "�"}'


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
CUTS = st.lists(st.integers(min_value=1, max_value=9), min_size=1, max_size=6)


def pieces_of(text: str, sizes: list[int]) -> list[str]:
    pieces, at, turn = [], 0, 0
    while at < len(text):
        pieces.append(text[at : at + sizes[turn % len(sizes)]])
        at, turn = at + sizes[turn % len(sizes)], turn + 1
    return pieces


@settings(max_examples=300)
@given(
    values=st.lists(VALUES, max_size=6),
    indent=st.none() | st.integers(0, 2),
    ascii_=st.booleans(),
    sizes=CUTS,
)
def test_any_array_in_whatever_pieces_gives_its_elements(
    values: list[Any], indent: int | None, ascii_: bool, sizes: list[int]
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_)
    elements = list(JsonElements(pieces_of(text, sizes), held=10**6))
    assert [value for _, _, value, _ in elements] == values
    assert [json.loads(str(raw)) for _, raw, _, _ in elements] == values
    assert all(code is None for *_, code in elements)


BROKEN = st.text(alphabet='[]{}",:\\a1\n ', max_size=40)


@settings(max_examples=500)
@given(text=BROKEN, sizes=CUTS, held=st.integers(min_value=1, max_value=30) | st.just(10**6))
def test_a_broken_array_loses_nothing_but_what_separates(text: str, sizes: list[int], held: int) -> None:
    kept = ""
    for _, raw, _, _ in JsonElements(pieces_of(f"[{text}", sizes), held=held):
        kept += "".join(raw) if isinstance(raw, LongText) else raw
    rest = iter(kept)
    unseen = [character for character in text if character not in "], \n"]
    assert all(character in rest for character in unseen), "every character is there, in order"


@settings(max_examples=300)
@given(text=BROKEN, sizes=CUTS)
@example(text="1:", sizes=[1])
@example(text='{"a": 1}, 1:, "b"x', sizes=[1])
@example(text='"a\\\n{"b": "c\n{}', sizes=[1])
def test_how_a_broken_array_is_cut_changes_nothing(text: str, sizes: list[int]) -> None:
    whole = list(JsonElements([f"[{text}"], held=10**6))
    assert list(JsonElements(pieces_of(f"[{text}", sizes), held=10**6)) == whole
