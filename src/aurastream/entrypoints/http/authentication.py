"""Who is asking."""

import hashlib
import hmac
import re
from collections.abc import Mapping

from starlette.requests import Request

from aurastream.domain.keys import LOCAL_TENANT, Tenant
from aurastream.entrypoints.http.refusals import CrossOriginError, MisdirectedError, UnauthenticatedError

KEY_HEADER = "X-API-Key"
_LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)


class ApiKeys:
    """Tells tenants by their keys, of which only SHA-256 sums are known."""

    def __init__(self, tenants: Mapping[str, Tenant]) -> None:
        """`tenants` by the SHA-256 of their keys in lower-case hex."""
        self._tenants = dict(tenants)

    def __call__(self, request: Request) -> Tenant:
        """
        Raises:
            UnauthenticatedError
        """
        given = request.headers.getlist(KEY_HEADER)
        if len(given) == 1:
            digest = hashlib.sha256(given[0].encode("latin-1")).hexdigest()
            # All are compared to the end, so that the time it takes tells nothing.
            matches = [
                tenant for known, tenant in self._tenants.items() if hmac.compare_digest(known, digest)
            ]
            if matches:
                return matches[0]
        raise UnauthenticatedError(f"send a valid key in the header {KEY_HEADER}")


class LocalOnly:
    """
    Takes everybody on this machine for one tenant, and web pages of others for nobody.

    A page can reach the loopback address: by requests of its own, which carry its origin, or after pointing
    its own name here, which the Host header shows.
    """

    def __call__(self, request: Request) -> Tenant:
        """
        Raises:
            MisdirectedError, CrossOriginError
        """
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or not _LOOPBACK.fullmatch(hosts[0]):
            raise MisdirectedError(
                "without API keys this server answers to localhost, 127.0.0.1 and [::1] alone"
            )
        own = f"{request.scope['scheme']}://{hosts[0]}".lower()
        if any(origin.lower() != own for origin in request.headers.getlist("origin")):
            raise CrossOriginError("without API keys this server does not answer to web pages of others")
        return LOCAL_TENANT
