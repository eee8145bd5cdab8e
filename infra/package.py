"""
Fill and zip what the Lambda functions run: locked wheels and our package, trimmed to what is called.

Two archives come out of one filling: `scoring.zip` for the functions that read texts, and `base.zip`, the
same without numpy and what needs it, for those that do not. The same wheels and sources give the same bytes.
Beside them lies `sbom.json`: what they are made of, by version, hash and licence, as CycloneDX.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "locks" / "lambda.txt"
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
GLIBC = ("2_17", "2_26", "2_27", "2_28")
"""Those whose wheels run on Amazon Linux 2023, whose C library is 2.34, and on any other of these days."""

AWS_SERVICES = frozenset({"comprehend", "dynamodb", "events", "s3", "sqs", "stepfunctions"})
SERVICE_FILES = (
    "service-2.json",
    "endpoint-rule-set-1.json",
    "paginators-1.json",
    "service-2.sdk-extras.json",
)
NEEDS_NUMPY = ("numpy", "numpy.libs", "py3langid")
MODELS = ("aurastream/adapters/local/model/", "aurastream/adapters/local/langid_model.npz")
"""What the embedded engine and the language detector know; of no use without numpy."""
AWS_SDK = ("boto3", "botocore", "s3transfer", "dateutil", "urllib3", "six.py")
OURS_LEFT_OUT = ("aurastream/testing/", "aurastream/entrypoints/cli")
LEFT_OUT = (
    "bin/",
    "boto3/data/",
    "boto3/examples/",
    "botocore/data/*",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/",
    "numpy/_core/include/",
    "numpy/_core/lib/",
    "numpy/_pyinstaller/",
    "numpy/distutils/",
    "numpy/f2py/",
    "numpy/random/lib/",
    "numpy/testing/",
    "numpy/typing/",
    "py3langid/data/",  # ours is cut from it and quicker to read
)
_TESTS = re.compile(r"(^|/)(tests?|_tests|__pycache__)/")
_METADATA = re.compile(r"\.dist-info/(METADATA|licenses/.*|LICEN[CS]E.*|NOTICE.*|COPYING.*)$")
_EARLIEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The machine and the Python that the archive is for."""

    architecture: str
    python: str

    @property
    def wheels(self) -> str:
        """The name of the folder of its wheels."""
        return f"{self.architecture}-{self.python}"

    def choice(self) -> list[str]:
        """How pip is told to choose wheels for it, whatever pip itself runs on."""
        machine = MACHINES[self.architecture]
        platforms = [f"manylinux_{version}_{machine}" for version in GLIBC] + [f"manylinux2014_{machine}"]
        return [
            *(word for platform in platforms for word in ("--platform", platform)),
            *("--implementation", "cp", "--python-version", self.python, "--only-binary", ":all:"),
        ]


def pip(*arguments: str) -> None:
    """Run pip; a lock is complete, so nothing is resolved again."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    locked = ["--require-hashes", "--no-deps", "--requirement", str(LOCK)]
    subprocess.run([*command, *locked], check=True)  # noqa: S603 # our own words and no shell


def fetch(target: Target, wheels: Path) -> None:
    """Put the locked wheels for the target where `fill` finds them; the one step that needs a registry."""
    shutil.rmtree(wheels, ignore_errors=True)
    pip("download", *target.choice(), "--dest", str(wheels))


def fill(target: Target, wheels: Path, into: Path) -> None:
    """Unpack the wheels and our package."""
    shutil.rmtree(into, ignore_errors=True)
    pip(
        *("install", "--no-index", "--find-links", str(wheels), *target.choice()),
        *("--no-compile", "--ignore-installed", "--target", str(into)),
    )
    shutil.copytree(ROOT / "src" / "aurastream", into / "aurastream")
    for name in ("LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, into / "aurastream" / name)


def is_run(path: str) -> bool:
    """Whether a function may need the file at run time, or its licence has to go with it."""
    if path.startswith("botocore/data/"):
        _, _, *rest = path.split("/")
        if len(rest) == 1:
            return True  # endpoints, partitions, defaults
        return rest[0] in AWS_SERVICES and rest[-1].removesuffix(".gz") in SERVICE_FILES
    if ".dist-info/" in path:
        return _METADATA.search(path) is not None
    if path.endswith((".pyi", ".pyx", ".pxd", ".a", ".c", ".h", ".pyc")) or _TESTS.search(path):
        return False
    return not path.startswith(LEFT_OUT + OURS_LEFT_OUT)


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """What belongs into the archive, in an order that does not change."""
    found = ((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file())
    return iter(sorted((name, path) for name, path in found if is_run(name)))


def top(name: str) -> str:
    """The package that a file belongs to."""
    return name.split("/")[0].split("-")[0]


def zip_up(folder: Path, archive: Path, *, left_out: tuple[str, ...] = ()) -> None:
    """Write the archive."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped:
        for name, path in files(folder):
            if top(name) not in left_out and not (left_out and name.startswith(MODELS)):
                info = zipfile.ZipInfo(name, _EARLIEST)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                zipped.writestr(info, path.read_bytes())


def sizes(archive: Path) -> tuple[int, int]:
    """Bytes of an archive, and of what is in it beside the AWS SDK."""
    with zipfile.ZipFile(archive) as zipped:
        sdk = sum(info.compress_size for info in zipped.infolist() if top(info.filename) in AWS_SDK)
    whole = archive.stat().st_size
    return whole, whole - sdk


def licences_of(about: Message) -> list[dict[str, Any]]:
    """What a package's metadata says of its licence, by whichever of the three ways it says it."""
    if expression := about["License-Expression"]:
        return [{"expression": expression}]
    named = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier", []) if "License ::" in each]
    if not named and (licence := about["License"]):
        named = [licence.splitlines()[0]]
    return [{"license": {"name": name}} for name in named]


def component(metadata: Path, wheels: Path) -> dict[str, Any]:
    """A package of the bundle, with the hash of the wheel that it came in."""
    about = message_from_bytes(metadata.read_bytes())
    name, version = re.sub(r"[-_.]+", "-", about["Name"]).lower(), about["Version"]
    [wheel] = wheels.glob(f"{name.replace('-', '_')}-{version}-*.whl")
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "licenses": licences_of(about),
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}],
    }


def bill_of_materials(folder: Path, wheels: Path) -> dict[str, Any]:
    """What was filled in, as CycloneDX 1.5."""
    found = sorted(folder.glob("*.dist-info/METADATA"), key=lambda path: path.parent.name.lower())
    version = re.search(r'__version__ = "(.+)"', (folder / "aurastream" / "__init__.py").read_text())
    ours = {"type": "application", "name": "aurastream", "version": version[1] if version else "unknown"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": ours},
        "components": [component(metadata, wheels) for metadata in found],
    }


def main(arguments: list[str]) -> int:
    """`fetch` the wheels at set-up; `pack` from them, without a network, as often as you like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=("fetch", "pack"))
    parser.add_argument("--architecture", choices=sorted(MACHINES), default="arm64")
    parser.add_argument("--python", default="3.13")
    parser.add_argument("--wheels", type=Path, default=ROOT / ".envs" / "wheels")
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "lambda")
    given = parser.parse_args(arguments)
    target = Target(architecture=given.architecture, python=given.python)
    wheels = given.wheels / target.wheels
    if given.step == "fetch":
        fetch(target, wheels)
        return 0
    filled = given.into / "filled"
    fill(target, wheels, filled)
    for name, left_out in {"scoring": (), "base": NEEDS_NUMPY}.items():
        archive = given.into / f"{name}.zip"
        zip_up(filled, archive, left_out=left_out)
        whole, rest = sizes(archive)
        print(f"{name}.zip: {whole / 1e6:.1f} MB, {rest / 1e6:.1f} MB without the AWS SDK")  # noqa: T201 # asked for
    (given.into / "sbom.json").write_text(json.dumps(bill_of_materials(filled, wheels), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
