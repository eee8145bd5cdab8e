"""Versions by content, and how one is referred to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.versions import VERSION_LENGTH, is_reference, reference_to, version_of


def test_a_version_is_what_it_was_when_it_was_stored() -> None:
    assert version_of(b"0.7") == "973b372a514f"


@given(name=st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True), content=st.binary())
def test_what_refers_to_a_version_is_known_for_it(name: str, content: bytes) -> None:
    version = version_of(content)
    assert len(version) == VERSION_LENGTH
    assert is_reference(reference_to(name, version))
    assert not is_reference(f"{reference_to(name, version)}\n")
    assert not is_reference(f"../{reference_to(name, version)}")


@pytest.mark.parametrize("name", ["", "Ours", "o" * 41, "a/b", "a\n", "ä", "a@b"])
def test_a_name_that_would_not_do_for_a_file_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 40"):
        reference_to(name, version_of(b""))
