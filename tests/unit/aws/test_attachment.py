"""Names of downloads."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aurastream.adapters.aws.attachment import MAX_CHARACTERS, attachment

SHAPE = re.compile(r"attachment; filename=\"([ -~]*)\"; filename\*=UTF-8''([A-Za-z0-9._~%-]*)")


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
    plain, full = match[1], unquote(match[2], errors="strict")
    for name in (plain, full):
        assert 0 < len(name) <= MAX_CHARACTERS
        assert not set(name) & set('"\\/\r\n\x00:*?<>|%;')
        assert not name.startswith(".")
        assert name == name.strip()


@pytest.mark.parametrize(
    ("filename", "plain", "full"),
    [
        ("reviews.csv", "reviews.csv", "reviews.csv"),
        ("my reviews (1).csv.gz", "my reviews (1).csv.gz", "my%20reviews%20%281%29.csv.gz"),
        ("отзывы 🎉.csv", "______ _.csv", "%D0%BE%D1%82%D0%B7%D1%8B%D0%B2%D1%8B%20%F0%9F%8E%89.csv"),
        ("", "export", "export"),
        (" .. ", "export", "export"),
        ('say "hi".csv', "say hi.csv", "say%20hi.csv"),
    ],
)
def test_names_as_they_come(filename: str, plain: str, full: str) -> None:
    assert attachment(filename) == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"
