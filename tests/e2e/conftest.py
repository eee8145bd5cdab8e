"""One deployment for all scenarios, and those who call it."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.credentials import Credentials

from tests.e2e.calling import Caller
from tests.e2e.deployment import ACCOUNT, ARTIFACTS, QUOTA, REGION, Account, account, deploy, lay_out

HERE = Path(__file__).parent
QUOTA_OF_THE_STAND_IN = {"tps": 100, "batch_tps": 100}
CALM = {
    "down": None,
    "poison_answer": "item",
    "latency_ms": 0,
    "error_rate": 0,
    "item_error_rate": 0,
    **QUOTA_OF_THE_STAND_IN,
}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What reads the others' records comes last."""
    last = [item for item in items if item.get_closest_marker("reads_the_record")]
    items[:] = [item for item in items if item not in last] + last


@dataclass(frozen=True)
class Stack:
    """A deployed stack: the account it lies in and its outputs."""

    account: Account
    name: str
    outputs: dict[str, str]

    def caller(self, user: Credentials | None = None, key: str | None = None) -> Caller:
        """Somebody who calls its API."""
        base = f"{self.account.url}/restapis/{self.outputs['ApiId']}/dev/_user_request_"
        return Caller(base=base, trust=self.account.trust(), region=REGION, user=user, key=key)

    def client(self, service: str) -> Any:
        """An operator's client."""
        return self.account.client(service)

    def physical(self, logical: str) -> str:
        """The name that a resource of the template was given."""
        found = self.client("cloudformation").describe_stack_resources(StackName=self.name)
        return str(
            next(
                resource["PhysicalResourceId"]
                for resource in found["StackResources"]
                if resource["LogicalResourceId"] == logical
            )
        )

    def keys_of(self, role: str) -> set[str]:
        """The access keys that functions of a role came with so far."""
        name = f":assumed-role/{self.physical(f'{role}Role')}/"
        return {key for key, who in self.account.keys().items() if name in who}


@dataclass(frozen=True)
class Comprehend:
    """The levers of the strict stand-in."""

    url: str

    def change(self, **settings: object) -> None:
        """Behave otherwise from the next call on."""
        answer = httpx.post(f"{self.url}/_control", content=json.dumps(settings))
        assert answer.status_code == 200, answer.text

    def bill(self) -> Any:
        """What was billed since the test began."""
        return httpx.get(f"{self.url}/_ledger").json()

    def units(self, keys: Collection[str]) -> int:
        """What was billed since the test began to whoever came with these keys."""
        return sum(call["units"] for call in self.calls() if call["access_key"] in keys)

    def calls(self) -> Sequence[Any]:
        """Every call since the test began."""
        calls: list[Any] = httpx.get(f"{self.url}/_calls").json()["calls"]
        return calls

    def calm(self, keep: Path) -> None:
        """As it is before every test; what was called until then is kept for who reads the record."""
        with keep.open("a") as kept:
            kept.writelines(json.dumps(call) + "\n" for call in self.calls())
        httpx.delete(f"{self.url}/_ledger")
        self.change(**CALM)


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with account(tmp_path_factory.mktemp("account")) as standing:
        standing.client("s3").create_bucket(
            Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield standing


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("deployment"))


@pytest.fixture(scope="session")
def stack(standing: Account, template: Path) -> Stack:
    """The stack with IAM; alice is mapped to the tenant acme, bob is not mapped."""
    name = "aurastream-e2e"
    tenants = f"arn:aws:iam::{ACCOUNT}:user/alice=acme"
    outputs = deploy(
        standing, template, name, Auth="IAM", DetectTps=QUOTA, BatchTps=QUOTA, MaxRows=50_000, Tenants=tenants
    )
    return Stack(standing, name, outputs)


def _user(stack: Stack, name: str, *, may: bool) -> Credentials:
    iam = stack.client("iam")
    iam.create_user(UserName=name)
    invoke = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{stack.outputs['ApiId']}/*"
    allowed = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": invoke}
    if may:
        document = {"Version": "2012-10-17", "Statement": [allowed]}
        iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


@pytest.fixture(scope="session")
def alice(stack: Stack) -> Caller:
    """Of the tenant acme. A cold function may promise what a warm one answers, so it is warmed first."""
    caller = stack.caller(_user(stack, "alice", may=True))
    for attempt in range(10):
        if caller.score({"text": f"Is anybody there? Attempt {attempt}."}).status_code == 200:
            return caller
    raise AssertionError("no live answer in ten attempts")


@pytest.fixture(scope="session")
def bob(stack: Stack) -> Caller:
    return stack.caller(_user(stack, "bob", may=True))


@pytest.fixture(scope="session")
def mallory(stack: Stack) -> Caller:
    """Known to the account, and allowed nothing."""
    return stack.caller(_user(stack, "mallory", may=False))


@pytest.fixture
def comprehend(standing: Account) -> Iterator[Comprehend]:
    levers = Comprehend(standing.comprehend)
    levers.calm(standing.calls)
    yield levers
    levers.calm(standing.calls)
