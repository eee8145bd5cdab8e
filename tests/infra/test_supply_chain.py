"""What others made and what is deployed of it: pinned, named, licensed, scanned, each check shown to see."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infra.environments import ROOT, tool

LOCKS = sorted((ROOT / "locks").glob("*.txt"))
PERMISSIVE = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "PSF-2.0"),
        *("Zlib", "Apache Software License", "BSD License", "MIT License"),
        "MIT No Attribution License (MIT-0)",
    }
)
"""What asks of those who deploy the bundle no more than to keep its notices."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bill(bundle: Path) -> Any:
    """The bill of materials that comes with the bundle."""
    return json.loads((bundle / "sbom.json").read_text())


def test_the_bill_names_what_is_pinned_by_the_hash_it_is_pinned_with(bill: Any) -> None:
    lock = (ROOT / "locks" / "lambda.txt").read_text()
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE))

    assert {each["name"]: each["version"] for each in bill["components"]} == pinned
    for each in bill["components"]:
        assert f"sha256:{each['hashes'][0]['content']}" in lock, each["name"]


def names_of(licences: list[dict[str, Any]]) -> set[str]:
    """The licences that a component is under."""
    found: set[str] = set()
    for licence in licences:
        found |= set(re.split(r" AND | OR ", licence.get("expression") or licence["license"]["name"]))
    return found


def demanding(bill: Any) -> list[str]:
    """The components whose licence is unknown, or asks for more than a notice."""
    return [
        each["name"]
        for each in bill["components"]
        if not (names := names_of(each["licenses"])) or not names <= PERMISSIVE
    ]


def test_whatever_is_deployed_is_under_a_permissive_licence(bill: Any) -> None:
    assert demanding(bill) == []


@pytest.mark.parametrize(
    "licences",
    [
        [],
        [{"expression": "GPL-3.0-only"}],
        [{"expression": "MIT AND AGPL-3.0-or-later"}],
        [{"license": {"name": "Proprietary"}}],
    ],
)
def test_a_licence_that_asks_for_more_is_found(bill: Any, licences: list[dict[str, Any]]) -> None:
    planted = {"name": "planted", "version": "1", "licenses": licences}

    assert demanding({"components": [*bill["components"], planted]}) == ["planted"]


VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
wrong = JsonStrictValidator(SchemaVersion.V1_5).validate_str(sys.stdin.read())
sys.exit(0 if wrong is None else str(wrong)[:500])
"""


def is_cyclonedx(bill: Any) -> bool:
    command = [tool("scan", "python"), "-c", VALIDATE]
    return subprocess.run(command, input=json.dumps(bill), text=True, capture_output=True).returncode == 0


def test_the_bill_is_one_that_tools_read(bill: Any) -> None:
    assert is_cyclonedx(bill)
    assert not is_cyclonedx({**bill, "components": [{"name": "of no type"}]})


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_by_hash(lock: Path) -> None:
    text = lock.read_text()
    packages = re.findall(r"^[A-Za-z0-9._-]+==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)

    assert len(packages) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)) > 0
    assert [package for package in packages if "--hash=sha256:" not in package] == []
    assert not re.search(r"https?://|--index-url|--extra-index-url", text)


def test_a_wheel_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    wheels = tmp_path / "arm64-3.13"
    shutil.copytree(ROOT / ".envs" / "wheels" / "arm64-3.13", wheels)
    [mangum] = wheels.glob("mangum-*.whl")
    mangum.write_bytes(mangum.read_bytes() + b"and something of somebody else's")
    command = [sys.executable, str(ROOT / "infra" / "package.py"), "pack", "--into", str(tmp_path / "out")]

    done = subprocess.run([*command, "--wheels", str(tmp_path)], capture_output=True, text=True)

    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (tmp_path / "out" / "base.zip").exists()


# What guesses by entropy and by names finds hashes and tests; the others know how a service's keys look.
GUESSING = ("Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector")
PLANTED = {
    "keys.py": 'KEY = "AKIA' + 'Q3EGRZ7XK2LM5N8P"\nTOKEN = "ghp_' + 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"\n',
    "server.pem": "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEowIBAAKCAQEA1c7\n",
}


def secrets_in(folder: Path, *given: str) -> dict[str, Any]:
    """What detect-secrets finds, without asking the services whether a key is good."""
    without = [word for name in GUESSING for word in ("--disable-plugin", name)]
    command = [tool("scan", "detect-secrets"), "scan", "--no-verify", *without, *given]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["results"]
    return found


def test_no_secret_lies_in_the_repository() -> None:
    assert secrets_in(ROOT, "--all-files", *("src", "infra", "tests", "docs", "examples", "locks")) == {}


def test_a_secret_that_lies_there_is_found(tmp_path: Path) -> None:
    for name, text in PLANTED.items():
        (tmp_path / name).write_text(text)

    found = secrets_in(tmp_path, "--all-files", ".")

    assert {each["type"] for each in found["keys.py"]} == {"AWS Access Key", "GitHub Token"}
    assert {each["type"] for each in found["server.pem"]} == {"Private Key"}


DANGEROUS = {
    "S602": 'import subprocess\n\nsubprocess.run("ls", shell=True, check=True)\n',
    "S307": 'eval("1")\n',
    "S301": 'import pickle\n\npickle.loads(b"")\n',
    "S501": 'import httpx\n\nhttpx.get("https://a.example", verify=False)\n',
    "S608": 'table = input()\nquery = f"SELECT * FROM {table}"\n',
}


@pytest.mark.parametrize("rule", DANGEROUS)
def test_dangerous_code_is_found_by_the_projects_own_rules(rule: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--output-format", "concise", "--stdin-filename"]
    command += [str(ROOT / "src" / "aurastream" / "planted.py"), "-"]

    done = subprocess.run(command, input=DANGEROUS[rule], capture_output=True, text=True, cwd=ROOT)

    assert f" {rule} " in done.stdout
