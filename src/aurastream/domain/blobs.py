"""What is known of a blob, and the form by which a caller uploads one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobInfo:
    """Size in bytes, and a tag that changes with the content."""

    size: int
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadForm:
    """A multipart form that stores one blob: `fields` first, then `file`, of at most `max_bytes`."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime
    max_bytes: int
    method: str = "POST"
