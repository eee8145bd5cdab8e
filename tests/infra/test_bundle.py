"""The bundle that would be deployed: built offline, for the machine it is for, and nothing needless in it."""

import importlib.util
import os
import re
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.infra.environments import ROOT
from tests.infra.resolving import resolved
from tests.infra.rules import API_FUNCTIONS, functions

AARCH64, ELF = 0xB7, b"\x7fELF"
NUMPY = re.compile(r"numpy|py3langid|aurastream/adapters/local/(model/|langid_model)")
SERVICES = {"comprehend", "dynamodb", "events", "s3", "sqs", "stepfunctions"}


def names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as zipped:
        return zipped.namelist()


def test_every_native_file_is_for_the_machine_it_is_for(bundle: Path) -> None:
    native = 0
    for archive in ("base.zip", "scoring.zip"):
        with zipfile.ZipFile(bundle / archive) as zipped:
            for name in zipped.namelist():
                head = zipped.open(name).read(20)
                if not head.startswith(ELF):
                    continue
                native += 1
                assert int.from_bytes(head[18:20], "little") == AARCH64, name
                tag = re.search(r"\.cpython-(\d+)-", name)
                assert tag is None or tag[1] == "313", name
    assert native > 20


def test_only_the_functions_that_read_texts_carry_numpy(bundle: Path) -> None:
    assert not any(NUMPY.match(name) for name in names(bundle / "base.zip"))
    assert any(name.startswith("numpy/") for name in names(bundle / "scoring.zip"))


def test_the_same_files_give_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("package", ROOT / "infra" / "package.py")
    assert spec
    assert spec.loader
    package: Any = importlib.util.module_from_spec(spec)
    sys.modules["package"] = package  # its dataclasses look themselves up
    spec.loader.exec_module(package)
    for path in (bundle / "filled").rglob("*"):
        os.utime(path)

    package.zip_up(bundle / "filled", tmp_path / "base.zip", left_out=package.NEEDS_NUMPY)

    assert (tmp_path / "base.zip").read_bytes() == (bundle / "base.zip").read_bytes()


def test_it_is_small(bundle: Path) -> None:
    assert (bundle / "base.zip").stat().st_size < 8_000_000
    assert (bundle / "scoring.zip").stat().st_size < 32_000_000
    with zipfile.ZipFile(bundle / "scoring.zip") as zipped:
        assert sum(info.file_size for info in zipped.infolist()) < 100_000_000


def test_our_own_licence_and_notices_go_with_it(bundle: Path) -> None:
    for archive in ("base.zip", "scoring.zip"):
        assert {"aurastream/LICENSE", "aurastream/NOTICE"} <= set(names(bundle / archive))


def test_nothing_needless_is_in_it(bundle: Path) -> None:
    needless = re.compile(
        r"(^|/)(__pycache__|tests?|_tests)/|\.pyc$|\.pyi$|RECORD$|INSTALLER$"
        r"|^(click|rich|uvicorn|moto|pytest)|^aurastream/(testing|entrypoints/cli)"
    )
    for archive in ("base.zip", "scoring.zip"):
        assert [name for name in names(bundle / archive) if needless.search(name)] == []


def test_the_sdk_knows_the_services_that_are_called_and_no_other(bundle: Path) -> None:
    parts = [name.split("/") for name in names(bundle / "base.zip") if name.startswith("botocore/data/")]

    assert {part[2] for part in parts if len(part) > 3} == SERVICES
    assert {part[2] for part in parts if len(part) == 3} >= {"partitions.json", "endpoints.json"}


def test_what_is_pinned_is_what_is_bundled_with_its_licence(bundle: Path) -> None:
    pinned = dict(
        re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "locks" / "lambda.txt").read_text(), re.MULTILINE)
    )
    with zipfile.ZipFile(bundle / "scoring.zip") as zipped:
        bundled = {}
        for name in zipped.namelist():
            if name.endswith(".dist-info/METADATA"):
                about = message_from_bytes(zipped.read(name))
                bundled[re.sub(r"[-_.]+", "-", about["Name"]).lower()] = about["Version"]
                folder = name.removesuffix("METADATA")
                assert any(each.startswith(folder) and each != name for each in zipped.namelist()), (
                    f"no licence beside {name}"
                )
    assert bundled == pinned


SCORING = {"SentimentFunction", "ProcessChunkFunction", "RetryDocumentFunction"}


def test_functions_that_read_texts_get_the_archive_that_can(translated: dict[str, Any]) -> None:
    found = {name: function["Code"]["S3Key"] for name, function in functions(resolved(translated)).items()}

    assert {name for name, archive in found.items() if archive == "scoring.zip"} == SCORING
    assert set(found.values()) == {"base.zip", "scoring.zip"}


@pytest.mark.parametrize(("parameter", "applied"), [("true", "PublishedVersions"), ("false", "None")])
def test_a_parameter_starts_the_api_from_a_snapshot(
    translated: dict[str, Any], parameter: str, applied: str
) -> None:
    found = functions(resolved(translated, {"SnapStart": parameter}))

    for name in API_FUNCTIONS:
        assert found[name]["SnapStart"] == {"ApplyOn": applied}
