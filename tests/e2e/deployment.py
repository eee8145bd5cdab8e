"""The stack as it would be deployed: bundle, template and state machine, set up in stand-ins for AWS."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from platform import machine
from typing import Any

import boto3
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.inside import LOOPBACK
from tests.e2e.isolation import Network, Process, free_port, network
from tests.infra.environments import ROOT, TEMPLATE, tool
from tests.infra.workflow_rules import nothing_that_the_stand_in_ignores

REGION, ACCOUNT = "eu-west-1", "111122223333"
HOST_ARCHITECTURE = "arm64" if machine() in ("aarch64", "arm64") else "x86_64"
HOST_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
ARTIFACTS = "artifacts"
OPERATOR = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
QUOTA = 125
"""Calls a second that the functions are told the account has; bulk work takes 0.8 of it."""

# Lambda's own client runs the handler. Without site-packages, so that what is not in the bundle is missing.
BOOTSTRAP = """#!/bin/sh
export PYTHONPATH="$LAMBDA_TASK_ROOT:{runtime}"
exec {python} -S -m awslambdaric "$_HANDLER"
"""


@dataclass(frozen=True)
class Account:
    """A stand-in account while it stands."""

    url: str
    certificate: Path
    comprehend: str
    decisions: Path
    calls: Path
    log: Path
    network: Network

    def client(self, service: str) -> Any:
        """A client with an operator's rights."""
        session: Any = self.session()
        signature = "s3v4" if service == "s3" else None
        settings = Config(signature_version=signature, retries={"total_max_attempts": 2})
        return session.client(service, endpoint_url=self.url, verify=str(self.certificate), config=settings)

    def session(self) -> boto3.session.Session:
        """The operator's session."""
        return boto3.session.Session(
            aws_access_key_id="test",  # the stand-in's administrator
            aws_secret_access_key="test",
            region_name=REGION,
        )

    def decided(self) -> list[dict[str, str]]:
        """Every decision of its IAM so far, and who came with which key."""
        # The last line may be half written.
        whole = self.decisions.read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def keys(self) -> dict[str, str]:
        """Whose each access key is."""
        return {line["key"]: line["who"] for line in self.decided() if "key" in line}

    def scored(self) -> list[dict[str, Any]]:
        """Every call that Comprehend had in the scenarios so far."""
        return [json.loads(line) for line in self.calls.read_text().splitlines()]

    def trust(self) -> ssl.SSLContext:
        """Trust in the stand-in's certificate alone."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def environment(self) -> dict[str, str]:
        """What a program needs to talk to this account and to no other."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.log.parent),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_CA_BUNDLE": str(self.certificate),
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            **OPERATOR,
        }


def certify(folder: Path) -> tuple[Path, Path]:
    """A certificate for loopback and its key: the policies of the stack deny whoever comes without TLS."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address(LOOPBACK))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    at, key_at = folder / "stand-in.crt", folder / "stand-in.key"
    at.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_at.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return at, key_at


@contextmanager
def account(folder: Path) -> Iterator[Account]:
    """Start the stand-ins: MiniStack with its IAM enforced, and the strict Comprehend in front."""
    port, comprehend = free_port(), free_port()
    certificate, key = certify(folder)
    standing = Account(
        url=f"https://{LOOPBACK}:{port}",
        certificate=certificate,
        comprehend=f"http://{LOOPBACK}:{comprehend}",
        decisions=folder / "decisions.jsonl",
        calls=folder / "calls.jsonl",
        log=folder / "ministack.log",
        network=Network([]),
    )
    temporary = folder / "tmp"
    temporary.mkdir()
    ministack = Process(
        command=[tool("ministack", "python"), str(Path(__file__).with_name("recording.py"))],
        environment={
            **standing.environment(),
            "AWS_ENDPOINT_URL_COMPREHEND": standing.comprehend,
            "AUTH": "true",
            "BIND_HOST": LOOPBACK,
            "DECISIONS": str(standing.decisions),
            "DOCKER_HOST": "unix:///nonexistent",
            "GATEWAY_PORT": str(port),
            "LAMBDA_EXECUTOR": "local",
            "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.1",
            "LOG_LEVEL": "WARNING",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_HOST": LOOPBACK,
            "MINISTACK_REGION": REGION,
            "MINISTACK_SSL_CERT": str(certificate),
            "MINISTACK_SSL_KEY": str(key),
            "SFN_WAIT_SCALE": "0.01",
            "TMPDIR": str(temporary),
            "USE_SSL": "1",
        },
        log=standing.log,
    )
    stand_in = Process(
        command=[
            *(sys.executable, "-m", "aurastream.testing.comprehend", "--port", str(comprehend)),
            *("--tps", "100", "--batch-tps", "100"),
        ],
        environment={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src")},
        log=folder / "comprehend.log",
    )
    with network([ministack, stand_in], [port, comprehend], folder) as inside:
        _wait_for(f"{standing.url}/_ministack/health", certificate)
        yield Account(**{**_fields(standing), "network": inside})


def _fields(standing: Account) -> dict[str, Any]:
    names = ("url", "certificate", "comprehend", "decisions", "calls", "log")
    return {name: getattr(standing, name) for name in names}


def _wait_for(url: str, certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, context=trust, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the stand-in did not come up")


def build(folder: Path) -> None:
    """The bundles as `make package` builds them, for this machine, each with the bootstrap beside it."""
    subprocess.run(
        [
            *(sys.executable, str(ROOT / "infra" / "package.py"), "pack", "--into", str(folder)),
            *("--architecture", HOST_ARCHITECTURE, "--python", HOST_PYTHON),
        ],
        check=True,
        capture_output=True,
    )
    bootstrap = zipfile.ZipInfo("bootstrap", (1980, 1, 1, 0, 0, 0))
    bootstrap.external_attr = 0o755 << 16
    text = BOOTSTRAP.format(runtime=ROOT / ".envs" / "runtime", python=sys.executable)
    for name in ("base", "scoring"):
        with zipfile.ZipFile(folder / f"{name}.zip", "a") as archive:
            archive.writestr(bootstrap, text)


def lay_out(folder: Path) -> Path:
    """
    The template beside its bundles, ready for `sam deploy`.

    Two words differ from the repository's: where the bundles lie, and the runtime, since MiniStack would
    run `python3.13` on its own interpreter.
    """
    _refuse_what_is_ignored()
    build(folder)
    shutil.copytree(TEMPLATE.parent / "statemachine", folder / "statemachine")
    text = TEMPLATE.read_text()
    assert text.count("Runtime: python3.13") == 1
    text = text.replace("Runtime: python3.13", "Runtime: provided.al2023").replace("../build/lambda/", "")
    template = folder / "template.yaml"
    template.write_text(text)
    return template


def _refuse_what_is_ignored() -> None:
    """The stand-in passes over parts of a state machine without a word: a green run would mean nothing."""
    for definition in (TEMPLATE.parent / "statemachine").glob("*.asl.json"):
        machine = json.loads(re.sub(r"\$\{\w+\}", "1", definition.read_text()))
        assert list(nothing_that_the_stand_in_ignores(machine)) == [], definition.name


def deploy(standing: Account, template: Path, name: str, **parameters: object) -> dict[str, str]:
    """Deploy as `make deploy` does; the stack's outputs."""
    given = {"Name": name, "Architecture": HOST_ARCHITECTURE, **parameters}
    command = [
        *(*standing.network.enter, tool("sam", "sam"), "deploy", "--template-file", str(template)),
        *("--stack-name", name, "--s3-bucket", ARTIFACTS, "--no-confirm-changeset", "--region", REGION),
        *("--capabilities", "CAPABILITY_IAM", "--no-progressbar"),
        *("--parameter-overrides", *(f"{key}={value}" for key, value in given.items())),
    ]
    environment = {**standing.environment(), "SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=template.parent)
    assert done.returncode == 0, "\n".join([*_failures(standing, name), done.stderr[-2_000:]])
    [stack] = standing.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _failures(standing: Account, name: str) -> list[str]:
    """Which resources did not come up, and why."""
    events = standing.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in events
        if event.get("ResourceStatusReason") and "ROLLBACK" not in event["ResourceStatus"]
    ]
