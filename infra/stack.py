"""
Deploy a stack, or take one down, as `infra/samconfig.toml` describes it: `stack.py deploy dev Auth=API_KEY`.

What SAM leaves to whoever calls it: it takes parameters from the file or from the command line and never from
both; and it cannot delete buckets that hold something. Runs in the SAM CLI's own environment.
"""

import shlex
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

HERE = Path(__file__).parent
CONFIG = HERE / "samconfig.toml"
SAM = Path(sys.executable).with_name("sam")
BUCKETS = ("UploadsBucket", "ResultsBucket")

Run = Callable[[Sequence[str]], int]


class RefusedError(Exception):
    """It was not done; the message says why, and what to do."""


def settings_of(environment: str) -> dict[str, Any]:
    """
    What the file says of deploying an environment.

    Raises:
        RefusedError: it says nothing.
    """
    config = tomllib.loads(CONFIG.read_text())
    if "deploy" not in config.get(environment, {}):
        raise RefusedError(f"there is no ENV={environment}; {CONFIG.name} knows dev and prod")
    found: dict[str, Any] = config[environment]["deploy"]["parameters"]
    return found


def parameters_of(environment: str, given: Sequence[str], release: int) -> list[str]:
    """
    The template's parameters: the file's, those given beside or instead of them, and the release.

    Raises:
        RefusedError: what was given is no parameter.
    """
    for pair in given:
        if not pair.partition("=")[0].isalnum() or "=" not in pair:
            raise RefusedError(f'PARAMETERS="Name=value …" has no place for {pair!r}')
    pairs = [*shlex.split(settings_of(environment)["parameter_overrides"]), *given, f"Release={release}"]
    named = dict(pair.split("=", 1) for pair in pairs)
    return [f"{name}={value}" for name, value in named.items()]


def check_account(session: Session) -> None:
    """
    Whether there is an account to work in.

    Raises:
        RefusedError: there are no credentials or no region, or AWS does not take them.
    """
    if session.region_name is None:
        raise RefusedError("no region is set; set AWS_DEFAULT_REGION, or run `aws configure`")
    try:
        session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise RefusedError(
            f"AWS does not know who you are ({error}); set AWS_PROFILE or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`"
        ) from None


def deploy(environment: str, parameters: Sequence[str], *, run: Run) -> int:
    """Deploy; what SAM says of it is its own."""
    config = ["--config-file", str(CONFIG.resolve()), "--config-env", environment]
    template = ["--template-file", str(HERE / "template.yaml")]
    return run([str(SAM), "deploy", *template, *config, "--parameter-overrides", *parameters])


def destroy(environment: str, session: Session, *, run: Run) -> int:
    """
    Erase what the stack keeps and take it down.

    Raises:
        RefusedError: there is no such stack, or its table is guarded, and nothing was erased; or a bucket
            does not let go of all that it keeps.
    """
    stack = settings_of(environment)["stack_name"]
    outputs = _outputs_of(stack, session)
    _check_guard(outputs["Table"], environment, session)
    s3 = session.client("s3")
    for bucket in (outputs[name] for name in BUCKETS):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            if found := page.get("Contents", []):
                keys = [blob["Key"] for blob in found]
                answer = s3.delete_objects(
                    Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
                )
                if errors := answer.get("Errors", []):
                    raise RefusedError(
                        f"{bucket} keeps {len(errors)} objects ({errors[0].get('Code', '')}), so "
                        "the stack stays; look at your permissions and the bucket's policy, then do it again"
                    )
        print(f"{bucket} is empty")  # noqa: T201 # who takes a stack down wants to see it
    config = ["--config-file", str(CONFIG.resolve()), "--config-env", environment]
    return run([str(SAM), "delete", *config, "--region", str(session.region_name), "--no-prompts"])


def _outputs_of(stack: str, session: Session) -> dict[str, str]:
    try:
        [description] = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        raise RefusedError(f"there is no stack {stack} to take down here ({error})") from None
    return {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}


def _check_guard(table: str, environment: str, session: Session) -> None:
    about = session.client("dynamodb").describe_table(TableName=table)["Table"]
    if about.get("DeletionProtectionEnabled"):
        raise RefusedError(
            f"the table {table} is guarded against deletion, so nothing was touched. Are you sure? Then\n"
            f"  aws dynamodb update-table --table-name {table} --no-deletion-protection-enabled\n"
            f"  make destroy ENV={environment}"
        )


def main(arguments: list[str]) -> int:
    """`check ENV [Name=value …]`, which changes nothing, `deploy ENV [Name=value …]` or `destroy ENV`."""
    verb, environment, *given = arguments

    def run(command: Sequence[str]) -> int:
        return subprocess.run(command, check=False).returncode  # noqa: S603 # our own words and no shell

    try:
        parameters = parameters_of(environment, given, release=int(time.time()))
        session = Session()
        check_account(session)
        if verb == "deploy":
            return deploy(environment, parameters, run=run)
        return destroy(environment, session, run=run) if verb == "destroy" else 0
    except RefusedError as error:
        print(f"{verb}: {error}", file=sys.stderr)  # noqa: T201 # the same
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
