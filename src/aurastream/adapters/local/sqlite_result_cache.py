"""Results that were paid for, in SQLite."""

import json
import logging
from collections.abc import Collection, Mapping
from datetime import datetime

from aurastream.adapters.local.sqlite import Database
from aurastream.adapters.records import remembered_from_record, remembered_to_record, stamp
from aurastream.domain.errors import StorageFullError, UnavailableError
from aurastream.domain.remembering import CacheKey, Remembered
from aurastream.ports.result_cache import ResultCache

_log = logging.getLogger(__name__)


class SqliteResultCache(ResultCache):
    """A row a text of a tenant, by its hash; a database that does not answer costs money, not an error."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, keys: Collection[CacheKey], *, now: datetime) -> Mapping[CacheKey, Remembered]:
        moment, found = stamp(now), {}
        try:
            with self._db.reading() as connection:
                for key in set(keys):
                    row = connection.execute(
                        "SELECT record FROM results WHERE tenant = ? AND digest = ? AND until > ?",
                        (key.tenant, key.digest, moment),
                    ).fetchone()
                    if row is not None:
                        found[key] = remembered_from_record(json.loads(row[0]))
        except (UnavailableError, StorageFullError) as error:
            _log.warning("the result cache could not be read: %s", error.code)
        return found

    def put(self, results: Mapping[CacheKey, Remembered], *, until: datetime) -> None:
        if not results:
            return
        rows = [
            (key.tenant, key.digest, stamp(until), json.dumps(remembered_to_record(remembered)))
            for key, remembered in results.items()
        ]
        try:
            with self._db.transaction() as connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO results (tenant, digest, until, record) VALUES (?, ?, ?, ?)", rows
                )
        except (UnavailableError, StorageFullError) as error:
            _log.warning("the result cache could not be written: %s", error.code)

    def drop_expired(self, now: datetime) -> None:
        """
        Make room: what is over its time is never given out and may go.

        Raises:
            UnavailableError, StorageFullError
        """
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM results WHERE until <= ?", (stamp(now),))
