"""Names of downloads."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aurastream.adapters.attachment import MAX_CHARACTERS, attachment

SHAPE = re.compile(r"attachment; filename=\"([ -~]*)\"(?:; filename\*=UTF-8''([A-Za-z0-9._~%-]*))?")


@settings(deadline=None)  # the machine may be busy
@given(filename=st.text())
@example("\ud800")
@example('"; filename="evil.exe')
@example("a\r\nSet-Cookie: x=1")
@example("../../etc/passwd")
@example("x" * 10_000)
def test_a_name_can_do_no_more_than_name(filename: str) -> None:
    match = SHAPE.fullmatch(attachment(filename))
    assert match is not None
    plain = match[1]
    full = plain if match[2] is None else unquote(match[2], errors="strict")
    assert full.isascii() == (match[2] is None), "only what is not ASCII is told twice"
    for name in (plain, full):
        assert 0 < len(name) <= MAX_CHARACTERS
        assert not set(name) & set('"\\/\r\n\x00:*?<>|%;')
        assert not name.startswith(".")
        assert name == name.strip()


@pytest.mark.parametrize(
    ("filename", "told"),
    [
        ("reviews.csv", 'attachment; filename="reviews.csv"'),
        ("my reviews (1).csv.gz", 'attachment; filename="my reviews (1).csv.gz"'),
        ("it's.csv", 'attachment; filename="it\'s.csv"'),
        (
            "отзывы 🎉.csv",
            (
                'attachment; filename="______ _.csv"'
                "; filename*=UTF-8''%D0%BE%D1%82%D0%B7%D1%8B%D0%B2%D1%8B%20%F0%9F%8E%89.csv"
            ),
        ),
        ("", 'attachment; filename="export"'),
        (" .. ", 'attachment; filename="export"'),
        ('say "hi".csv', 'attachment; filename="say hi.csv"'),
        ("a\\b.csv", 'attachment; filename="ab.csv"'),
        ("50%41.csv", 'attachment; filename="5041.csv"'),
        ("a\r\nb", 'attachment; filename="ab"'),
    ],
)
def test_names_as_they_come(filename: str, told: str) -> None:
    assert attachment(filename) == told
