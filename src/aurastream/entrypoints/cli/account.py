"""What to do where an AWS account does not let us in."""

import sys

CREDENTIALS = "AWS knows no credentials of yours; set AWS_PROFILE, or log in, and try again"


def to_mend(error: Exception) -> str | None:
    """What to do about it; nothing where the error is none of AWS's. Its own words may hold what was sent."""
    if "botocore" not in sys.modules:
        return None
    from botocore.exceptions import (
        ClientError,
        NoCredentialsError,
        PartialCredentialsError,
        ProfileNotFound,
        TokenRetrievalError,
        UnauthorizedSSOTokenError,
    )

    none = (NoCredentialsError, PartialCredentialsError, ProfileNotFound)
    expired = (TokenRetrievalError, UnauthorizedSSOTokenError)
    if isinstance(error, (*none, *expired)):
        return CREDENTIALS
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        return (
            f"AWS refuses {error.operation_name} ({code}); look at the permissions of your credentials, the "
            "region, and what is deployed or enabled there"
        )
    return None
