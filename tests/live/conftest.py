"""An account to test in, or a word on what is missing."""

import pytest
from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

MISSING = (
    "these tests need an AWS account of yours: set AWS_DEFAULT_REGION, and AWS_PROFILE or AWS_ACCESS_KEY_ID "
    "and AWS_SECRET_ACCESS_KEY; test_stack.py needs a stack as well, see `make deploy`"
)


@pytest.fixture(scope="session", autouse=True)
def account() -> None:
    """Without one nothing is tried, and one sentence says so."""
    session = Session()
    try:
        if session.region_name is None:
            pytest.exit(MISSING, returncode=2)
        session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        pytest.exit(f"{MISSING} ({error})", returncode=2)
