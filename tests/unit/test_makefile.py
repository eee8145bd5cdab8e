"""What `make` says where something is missing."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`make`, as typed by somebody who is in no other make."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("folder", ["", "no such folder"])
def test_a_model_is_not_made_before_its_texts_are_named(tmp_path: Path, folder: str) -> None:
    told = make("model", f"DATA={folder}", f"TRAINING={tmp_path}", "PYTHON=false")
    assert told.returncode != 0
    assert "make model DATA=FOLDER, with the files that training/manifest.py names" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_of_those_that_are_named(tmp_path: Path) -> None:
    told = make("--dry-run", "model", f"DATA={tmp_path}")
    assert f'-m training model --data "{tmp_path}"' in told.stdout
