"""Bytes by name."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from datetime import datetime

from aurastream.domain.blobs import BlobInfo, UploadForm
from aurastream.domain.keys import BlobKey

BLOCK = 1 << 20
"""The most bytes `read` gives at a time."""


class BlobStore(ABC):
    """Keeps named byte streams, each written once."""

    @abstractmethod
    def write(self, key: BlobKey, parts: Iterable[bytes]) -> bool:
        """
        Store the parts under the key, whole or not at all; False, and nothing changed, if the key exists.

        Whatever `parts` raises comes out, and nothing is stored.

        Raises:
            UnavailableError, StorageFullError
        """

    @abstractmethod
    def read(self, key: BlobKey, start: int = 0, *, etag: str | None = None) -> Iterator[bytes]:
        """
        The bytes from `start` on, in blocks of at most 1 MiB; errors come at the call, not at a block.

        Raises:
            BlobNotFoundError, UnavailableError
            BlobChangedError: the blob's tag is not `etag`.
        """

    @abstractmethod
    def stat(self, key: BlobKey) -> BlobInfo:
        """
        Size and tag.

        Raises:
            BlobNotFoundError, UnavailableError
        """

    @abstractmethod
    def erase(self, prefix: BlobKey) -> None:
        """Nothing under the prefix (which ends in `/`) remains; doing it twice is fine."""

    @abstractmethod
    def grant_upload(self, key: BlobKey, *, max_bytes: int, until: datetime) -> UploadForm:
        """A form by which whoever holds it stores this one blob before `until`."""

    @abstractmethod
    def grant_download(self, key: BlobKey, *, filename: str, until: datetime) -> str | None:
        """A link by which whoever holds it reads the blob before `until`; None where the server gives it."""
