"""Results that were paid for, as items of the table."""

import json
import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from aurastream.adapters.aws.dynamodb_batches import put_many, read_many
from aurastream.adapters.aws.dynamodb_table import expiry, moment_of, result_item, text, text_of
from aurastream.adapters.aws.dynamodb_writing import Turns
from aurastream.adapters.records import remembered_from_record, remembered_to_record, stamp
from aurastream.domain.errors import UnavailableError
from aurastream.domain.remembering import CacheKey, Remembered
from aurastream.ports.clock import Clock
from aurastream.ports.result_cache import ResultCache

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_log = logging.getLogger(__name__)


class DynamoDbResultCache(ResultCache):
    """An item a text of a tenant, by its hash; a table that does not answer costs money, not an error."""

    def __init__(self, client: "DynamoDBClient", table: str, *, clock: Clock, chance: Random) -> None:
        self._client, self._table, self._turns = client, table, Turns(clock, chance)

    def get(self, keys: Collection[CacheKey], *, now: datetime) -> Mapping[CacheKey, Remembered]:
        names = {text_of(result_item(key), "pk"): key for key in keys}
        wanted = map(result_item, names.values())
        found: dict[CacheKey, Remembered] = {}
        try:
            for item in read_many(self._client, self._table, wanted, self._turns):
                # The table drops what is over its time when it likes.
                if moment_of(item, "until") > now:
                    record = json.loads(text_of(item, "record"))
                    found[names[text_of(item, "pk")]] = remembered_from_record(record)
        except UnavailableError as error:
            _log.warning("the result cache could not be read: %s", error)
        return found

    def put(self, results: Mapping[CacheKey, Remembered], *, until: datetime) -> None:
        items = (
            {
                **result_item(key),
                "record": text(json.dumps(remembered_to_record(remembered), separators=(",", ":"))),
                "until": text(stamp(until)),
                "ttl": expiry(until),
            }
            for key, remembered in results.items()
        )
        try:
            put_many(self._client, self._table, items, self._turns)
        except UnavailableError as error:
            _log.warning("the result cache could not be written: %s", error)
