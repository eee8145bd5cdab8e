"""Small files that survive whatever ends a process."""

import os
from pathlib import Path

import pytest

from aurastream.adapters.local.calibration_book import CalibrationBook
from aurastream.adapters.local.embedded_calibration import Calibration
from aurastream.adapters.local.policy_book import PolicyBook
from aurastream.adapters.local.whole_file import write_whole
from aurastream.domain.keys import LOCAL_TENANT


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What was seen onto the disk, in order."""
    seen: list[Path] = []
    sync = os.fsync

    def noting(descriptor: int) -> None:
        sync(descriptor)
        seen.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", noting)
    return seen


def test_first_the_content_is_on_the_disk_and_then_its_name(tmp_path: Path, synced: list[Path]) -> None:
    path = tmp_path / "some" / "where" / "a.json"
    write_whole(path, "naïve\n")
    assert path.read_bytes() == "naïve\n".encode()
    assert [each.name.partition(".a.json.")[0] for each in synced] == ["", "where"]
    assert synced[1] == path.parent


def test_what_was_there_stands_until_the_new_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.json"
    write_whole(path, "before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "after")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.json", "before")]


def test_calibrations_and_policies_are_such_files(tmp_path: Path, synced: list[Path]) -> None:
    calibration = Calibration(sharpness=1.5, biases=(0.0, 0.1, 0.2, 0.3))
    reference = CalibrationBook(tmp_path).add(LOCAL_TENANT, "ours", calibration, {"f1": 0.8})
    assert CalibrationBook(tmp_path).get(LOCAL_TENANT, reference) == calibration
    assert synced[-1] == tmp_path / "calibrations" / LOCAL_TENANT
    policy = PolicyBook(tmp_path).add("ours", 0.7, {"f1": 0.8})
    assert PolicyBook(tmp_path).get(f"ours@{policy.version}") == policy
    assert synced[-1] == tmp_path / "policies"
    assert len(synced) == 4
