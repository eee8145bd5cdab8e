"""The canary sings: tests that leak what a customer wrote fail, each for what it leaks."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.architecture import leaks

PLUGINS = ("-p", "tests.canary", "-p", "no:randomly", "-p", "no:cacheprovider")


def test_whatever_leaks_fails_and_nothing_else(tmp_path: Path) -> None:
    told = tmp_path / "test_leaks.py"  # elsewhere, for what tests send and raise themselves is no leak
    shutil.copy(Path(leaks.__file__), told)
    paths = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGINS, "-rA", "--rootdir", str(tmp_path), str(told)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    leaking = {name for name in vars(leaks) if re.fullmatch(r"test_.*_leaks", name)}
    sung = re.findall(
        r"^FAILED \S+::(\w+) - Failed: what a customer wrote is in \w+", ran.stdout, re.MULTILINE
    )
    silent = re.findall(r"^PASSED \S+::(\w+)", ran.stdout, re.MULTILINE)
    assert set(sung) == leaking, ran.stdout + ran.stderr
    assert silent == ["test_nothing_leaks_where_codes_and_numbers_are_told"]
