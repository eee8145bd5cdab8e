"""Bodies of requests: read whole, up to a size, and told apart by their media type."""

from dataclasses import dataclass

from starlette.requests import Request

from aurastream.entrypoints.http.refusals import BodyTooLargeError, UnsupportedMediaTypeError

MAX_BODY = 4_000_000
DRAINED = 4 * MAX_BODY
"""A client that is still sending does not listen: so much is thrown away before it is told."""

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Media:
    """What a body is said to be; `name` is lower case and without parameters."""

    name: str
    gzipped: bool


async def read_body(request: Request) -> bytes:
    """
    The whole body.

    Raises:
        BodyTooLargeError: over the limit, as soon as that is known.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and len(announced) < 20 and int(announced) > DRAINED:
        raise _too_large()
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > DRAINED:
            break
        if size > MAX_BODY:
            parts.clear()
        else:
            parts.append(part)
    if size > MAX_BODY:
        raise _too_large()
    return b"".join(parts)


def _too_large() -> BodyTooLargeError:
    return BodyTooLargeError(
        f"a request carries at most {MAX_BODY:,} bytes; upload larger files by POST /v1/jobs"
    )


def media_of(request: Request) -> Media:
    """
    What the body is said to be.

    Raises:
        UnsupportedMediaTypeError: it is not said, or said in a way that nobody reads.
    """
    name = request.headers.get("content-type", "").partition(";")[0]
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        raise UnsupportedMediaTypeError("Content-Encoding is gzip or nothing")
    return Media(name=name.strip().lower(), gzipped=coding == "gzip")


def must_be_json(request: Request) -> None:
    """
    Raises:
        UnsupportedMediaTypeError: the body is said to be something else, or nothing at all.
    """
    media = media_of(request)
    if media.name != JSON or media.gzipped:
        raise UnsupportedMediaTypeError(f"send the body as Content-Type: {JSON}, not encoded")
