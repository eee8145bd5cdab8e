"""What is said where an account does not let us in."""

import pytest
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ProfileNotFound

from aurastream.entrypoints.cli.account import CREDENTIALS, to_mend
from tests.canary import MARKER


@pytest.mark.parametrize("error", [NoCredentialsError(), ProfileNotFound(profile="mine")])
def test_missing_credentials_are_told_with_what_to_do(error: BotoCoreError) -> None:
    assert to_mend(error) == CREDENTIALS


def test_a_refusal_is_told_by_its_code_and_never_in_its_own_words() -> None:
    refused = {"Error": {"Code": "AccessDeniedException", "Message": f"not for {MARKER}"}}
    told = to_mend(ClientError(refused, "Converse"))  # type: ignore[arg-type]
    assert told is not None
    assert "refuses Converse (AccessDeniedException)" in told
    assert MARKER not in told


def test_other_errors_are_none_of_its() -> None:
    assert to_mend(ValueError(MARKER)) is None
