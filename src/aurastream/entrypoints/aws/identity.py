"""Who is calling, as API Gateway found out, and which tenant that is."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from aurastream.domain.keys import Tenant, crockford
from aurastream.entrypoints.http.refusals import UnauthenticatedError

_ASSUMED = re.compile(r"arn:(?P<partition>[^:]+):sts::(?P<account>\d+):assumed-role/(?P<role>[^/]+)/.+")


def principal_of(identity: Mapping[str, Any]) -> str | None:
    """A user's ARN, a role's ARN whatever its session is called, or the id of an API key."""
    arn = identity.get("userArn")
    if isinstance(arn, str) and arn:
        assumed = _ASSUMED.fullmatch(arn)
        if assumed is None:
            return arn
        return f"arn:{assumed['partition']}:iam::{assumed['account']}:role/{assumed['role']}"
    key = identity.get("apiKeyId")
    return key if isinstance(key, str) and key else None


def tenant_of_principal(principal: str, tenants: Mapping[str, Tenant]) -> Tenant:
    """The tenant that the operator named for it, or one of its own that nobody can choose."""
    named = tenants.get(principal)
    if named is not None:
        return named
    digest = int.from_bytes(hashlib.sha256(principal.encode()).digest()[:17], "big")
    return Tenant("t_" + crockford(digest, 26))


class GatewayIdentity:
    """Takes API Gateway's word for who is calling; without it nobody comes in."""

    def __init__(self, tenants: Mapping[str, Tenant]) -> None:
        self._tenants = tenants

    def __call__(self, request: Request) -> Tenant:
        """
        Raises:
            UnauthenticatedError
        """
        event = request.scope.get("aws.event") or {}
        principal = principal_of((event.get("requestContext") or {}).get("identity") or {})
        if principal is None:
            raise UnauthenticatedError("sign the request, or send an API key")
        return tenant_of_principal(principal, self._tenants)
