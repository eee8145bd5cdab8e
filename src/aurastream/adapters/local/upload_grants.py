"""Upload forms that were handed out and may still be used."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.records import stamp
from aurastream.domain.errors import NotFoundError
from aurastream.domain.keys import BlobKey


class SqliteUploadGrants:
    """A row a grant, found by the hash of its token: who reads the database can't upload."""

    def __init__(self, db: Database, *, new_token: Callable[[], str] = secrets.token_urlsafe) -> None:
        self._db, self._new_token = db, new_token

    def issue(self, key: BlobKey, *, max_bytes: int, until: datetime) -> str:
        """
        A token that is good for one upload of this blob before then.

        Raises:
            UnavailableError, StorageFullError
        """
        token = self._new_token()
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO upload_grants (token_hash, blob_key, max_bytes, until) VALUES (?, ?, ?, ?)",
                (_hash(token), key, max_bytes, stamp(until)),
            )
        return token

    def redeem(self, token: str, key: BlobKey, *, now: datetime) -> int:
        """
        Use the grant up; the number of bytes it is for.

        Raises:
            NotFoundError: no such grant, or not for this blob, or used, or over its time; which of them is
                nobody's business.
            UnavailableError, StorageFullError
        """
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM upload_grants WHERE until <= ?", (stamp(now),))
            row = connection.execute(
                "SELECT max_bytes FROM upload_grants WHERE token_hash = ? AND blob_key = ? AND NOT used",
                (_hash(token), key),
            ).fetchone()
            if row is not None:
                connection.execute("UPDATE upload_grants SET used = 1 WHERE token_hash = ?", (_hash(token),))
        if row is None:
            raise NotFoundError("no such upload; its form is unknown, used or over its time")
        return int(row[0])

    def restore(self, token: str) -> None:
        """
        The upload broke off and left nothing: its grant may be used again.

        Raises:
            UnavailableError, StorageFullError
        """
        with self._db.transaction() as connection:
            connection.execute("UPDATE upload_grants SET used = 0 WHERE token_hash = ?", (_hash(token),))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
