"""Small files by name and version."""

from pathlib import Path

import pytest

from aurastream.adapters.local.versioned_files import VersionedFiles
from aurastream.domain.versions import version_of

VERSION = version_of(b"0.7")


def test_what_was_kept_is_found_by_its_reference_with_the_report_that_speaks_for_it(tmp_path: Path) -> None:
    files = VersionedFiles(tmp_path / "policies")
    reference = files.add("ours", {"threshold": 0.7}, version=VERSION, report={"f1": 0.8})
    assert reference == f"ours@{VERSION}"
    assert files.knows(reference)
    assert VersionedFiles(tmp_path / "policies").get(reference) == {"threshold": 0.7, "report": {"f1": 0.8}}


def test_nothing_is_kept_under_a_name_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 to 40"):
        VersionedFiles(tmp_path / "policies").add("../ours", {}, version=VERSION, report={})
    assert list(tmp_path.rglob("*")) == []


def test_a_reference_leads_to_no_file_elsewhere(tmp_path: Path) -> None:
    VersionedFiles(tmp_path / "theirs").add("ours", {}, version=VERSION, report={})
    files = VersionedFiles(tmp_path / "mine")
    (tmp_path / "mine").mkdir()
    for reference in (
        f"ours@{VERSION}",
        f"../theirs/ours@{VERSION}",
        str(tmp_path / "theirs" / f"ours@{VERSION}"),
    ):
        assert not files.knows(reference)
        with pytest.raises(KeyError):
            files.get(reference)
