"""What `make deploy` and `make destroy` do beside calling SAM, and what they say where they cannot."""

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.infra.environments import ROOT

REGION = "eu-west-1"
UPLOADS, RESULTS, TABLE = "some-uploads", "some-results", "some-table"
OUTPUTS = {"UploadsBucket": UPLOADS, "ResultsBucket": RESULTS, "Table": TABLE}


def _loaded() -> Any:
    spec = importlib.util.spec_from_file_location("stack", ROOT / "infra" / "stack.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


stack = _loaded()


class Terminal:
    """Remembers the commands that were run."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []

    def __call__(self, command: Sequence[str]) -> int:
        self.commands.append(list(command))
        return 0


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def given_to(command: Sequence[str], option: str) -> list[str]:
    """What stands behind an option."""
    rest = list(command)[list(command).index(option) + 1 :]
    until = next((number for number, word in enumerate(rest) if word.startswith("--")), len(rest))
    return rest[:until]


def test_what_is_given_adds_to_what_the_file_says(terminal: Terminal) -> None:
    stack.deploy(
        "prod", stack.parameters_of("prod", ["Auth=API_KEY", "LogRetentionDays=30"], 7), run=terminal
    )

    [command] = terminal.commands
    assert given_to(command, "--parameter-overrides") == [
        "Name=aurastream",
        "Environment=prod",
        "LogRetentionDays=30",
        "DailySpendUsd=50",
        "Auth=API_KEY",
        "Release=7",
    ]
    assert given_to(command, "--config-env") == ["prod"]
    assert Path(given_to(command, "--template-file")[0]).is_file()


def test_a_value_may_hold_the_sign_that_names_it() -> None:
    tenants = "Tenants=arn:aws:iam::123456789012:role/Support=support,abc=shop"

    assert tenants in stack.parameters_of("dev", [tenants], 1)


@pytest.mark.parametrize("given", ["Auth", "=x", "--guided", "Au th=IAM"])
def test_what_is_no_parameter_is_refused(given: str) -> None:
    with pytest.raises(stack.RefusedError, match="PARAMETERS"):
        stack.parameters_of("dev", [given], 1)


def test_an_environment_that_is_none_is_refused() -> None:
    with pytest.raises(stack.RefusedError, match="ENV=test"):
        stack.parameters_of("test", [], 1)


class Stacks:
    """CloudFormation, as far as one is asked which stacks there are."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def describe_stacks(self, *, StackName: str) -> Any:  # noqa: N803 # as botocore spells it
        if StackName not in self.names:
            about = {"Code": "ValidationError", "Message": f"Stack with id {StackName} does not exist"}
            raise ClientError({"Error": about}, "DescribeStacks")  # type: ignore[typeddict-item] # enough of one
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in OUTPUTS.items()]
        return {"Stacks": [{"Outputs": outputs}]}


class Account(Session):
    """An account in moto; its CloudFormation would need more than is installed."""

    def __init__(self) -> None:
        super().__init__(aws_access_key_id="x", aws_secret_access_key="y", region_name=REGION)
        self.stacks = Stacks()

    def client(self, service: str) -> Any:  # type: ignore[override] # the one argument that is given
        return self.stacks if service == "cloudformation" else super().client(service)  # type: ignore[call-overload] # any


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        session = Account()
        s3 = session.client("s3")
        for bucket in (UPLOADS, RESULTS):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
            for number in range(5):
                s3.put_object(Bucket=bucket, Key=f"work/{number}", Body=b"x")
        yield session


def deployed(session: Account, name: str, *, guarded: bool) -> None:
    """A stack of that name, with a table that may be guarded."""
    session.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=guarded,
    )
    session.stacks.names.append(name)


def held(session: Account) -> int:
    """How many objects there are."""
    pages = [
        page
        for bucket in (UPLOADS, RESULTS)
        for page in session.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    ]
    return sum(page["KeyCount"] for page in pages)


def test_a_stack_is_emptied_and_taken_down(
    account: Account, terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(account, "aurastream-dev", guarded=False)

    assert stack.destroy("dev", account, run=terminal) == 0

    assert held(account) == 0
    [command] = terminal.commands
    assert command[1] == "delete"
    assert given_to(command, "--config-env") == ["dev"]
    assert f"{UPLOADS} is empty" in capsys.readouterr().out


class Clinging:
    """S3, which lists as ever and lets nothing go."""

    def __init__(self, s3: Any) -> None:
        self.get_paginator = s3.get_paginator

    def delete_objects(self, *, Delete: Any, **_bucket: str) -> Any:  # noqa: N803 # as botocore spells it
        return {"Errors": [{"Key": one["Key"], "Code": "AccessDenied"} for one in Delete["Objects"]]}


def test_a_stack_whose_bucket_lets_nothing_go_stands(
    account: Account, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(account, "aurastream-dev", guarded=False)
    client = account.client
    monkeypatch.setattr(
        account, "client", lambda service: Clinging(client("s3")) if service == "s3" else client(service)
    )

    with pytest.raises(stack.RefusedError, match=r"keeps 5 objects \(AccessDenied\)"):
        stack.destroy("dev", account, run=terminal)

    assert terminal.commands == []
    assert "is empty" not in capsys.readouterr().out


def test_a_guarded_stack_loses_nothing(account: Account, terminal: Terminal) -> None:
    deployed(account, "aurastream", guarded=True)

    with pytest.raises(stack.RefusedError, match="--no-deletion-protection-enabled"):
        stack.destroy("prod", account, run=terminal)

    assert held(account) == 10
    assert terminal.commands == []


def test_a_stack_that_is_not_there_is_said_to_be_none(account: Account, terminal: Terminal) -> None:
    with pytest.raises(stack.RefusedError, match="no stack aurastream-dev"):
        stack.destroy("dev", account, run=terminal)


@pytest.mark.parametrize("verb", ["check", "deploy", "destroy"])
def test_without_credentials_one_is_told_what_to_do(
    verb: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)

    assert stack.main([verb, "dev"]) == 2

    assert "AWS_PROFILE" in capsys.readouterr().err
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert stack.main([verb, "dev"]) == 2
    assert "AWS_DEFAULT_REGION" in capsys.readouterr().err
