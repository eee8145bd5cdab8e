"""Erase what the buckets of a stack hold, so that the stack can be taken down."""

import sys
import tomllib
from pathlib import Path

from boto3.session import Session

BUCKETS = ("UploadsBucket", "ResultsBucket")


def main(arguments: list[str]) -> int:
    """`empty_buckets.py dev`: the stack is the one that samconfig.toml names for this environment."""
    [environment] = arguments
    config = tomllib.loads(Path(__file__).with_name("samconfig.toml").read_text())
    stack = config[environment]["deploy"]["parameters"]["stack_name"]
    session = Session()
    [description] = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}
    s3 = session.client("s3")
    for bucket in (outputs[name] for name in BUCKETS):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            if found := page.get("Contents", []):
                keys = [blob["Key"] for blob in found]
                s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
        print(f"{bucket} is empty")  # noqa: T201 # who takes a stack down wants to see it
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
