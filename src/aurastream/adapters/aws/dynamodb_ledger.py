"""Outcomes as items of the table: a chunk in one transaction with what it adds to its job."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from aurastream.adapters.aws.dynamodb_batches import delete_many
from aurastream.adapters.aws.dynamodb_table import (
    CHUNK,
    MAX_ITEM_BYTES,
    Item,
    Key,
    blob,
    bytes_of,
    chunk_item,
    chunk_sorts,
    expiry,
    job_item,
    job_partition,
    moment_of,
    number,
    number_of,
    text,
    text_of,
)
from aurastream.adapters.aws.dynamodb_writing import Turns, update
from aurastream.adapters.aws.errors import is_busy, translated
from aurastream.adapters.records import addition, stamp
from aurastream.domain.errors import UnavailableError
from aurastream.domain.job import KEPT, JobStatus
from aurastream.domain.keys import JobKey
from aurastream.domain.outcome import Outcome
from aurastream.domain.outcome_lines import decode_all, encode_outcomes
from aurastream.ports.clock import Clock
from aurastream.ports.ledger import Ledger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        QueryInputPaginateTypeDef,
        TransactWriteItemTypeDef,
    )

MAX_PART_BYTES = MAX_ITEM_BYTES - 1_000
"""Packed outcomes in one item; its other attributes take a few hundred bytes."""
MAX_PARTS = 9
"""A transaction takes 4 MB; a chunk of 1,000 rows packs into far less."""
TRIES = 12
"""How often a commit gives way to others of the same job."""

_FINE, _REFUSED = "None", "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cancelled:
    """Why a commit was not written; if neither holds, others were in the way and it may pass later."""

    chunk_is_there: bool
    job_refused: "Item | None"
    """The job as it is, where it does not take the commit."""

    @classmethod
    def of(cls, reasons: list[dict[str, Any]]) -> "_Cancelled | None":
        """By the reasons of the chunk's items and, last, of the job; None if one is nothing that passes."""
        *of_chunk, of_job = reasons
        chunk_is_there = any(reason["Code"] == _REFUSED for reason in of_chunk)
        refused = of_job["Code"] == _REFUSED
        if chunk_is_there or refused or all(_may_pass(reason["Code"]) for reason in reasons):
            return cls(chunk_is_there=chunk_is_there, job_refused=of_job.get("Item", {}) if refused else None)
        return None


class DynamoDbLedger(Ledger):
    """
    Commits by one TransactWriteItems: the chunk if it is new, the job's counts if it is RUNNING.

    A cancelled transaction is read by its reasons. Items outlive their job by no more than its running time.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        clock: Clock,
        chance: Random,
        retention: timedelta = KEPT,
    ) -> None:
        self._client, self._table, self._retention = client, table, retention
        self._turns = Turns(clock, chance)

    def commit(
        self, key: JobKey, chunk: int, outcomes: Sequence[Outcome], *, now: datetime, deadline_at: datetime
    ) -> bool:
        mark, moment, added = self._turns.mark(), now, _addition(outcomes)
        puts = list(self._puts(key, chunk, _packed(outcomes), mark, now))
        for _ in self._turns.take(TRIES):
            cancelled = self._written([*puts, self._adding(key, added, moment, deadline_at)])
            if cancelled is None:
                return True
            if cancelled.chunk_is_there:
                return self._written_by(key, chunk) == mark
            if cancelled.job_refused is not None:
                later = _running_and_ahead(cancelled.job_refused, moment)
                if later is None:
                    return False
                moment = later
        raise UnavailableError("others commit to the job so fast that this chunk's turn never came")

    def outcomes(self, key: JobKey, chunk: int) -> Sequence[Outcome] | None:
        first, last = chunk_sorts(chunk)
        parts = list(self._items(key, "sk BETWEEN :first AND :last", {":first": first, ":last": last}))
        # A look in the middle of a commit may find some of several parts: then it was not committed yet.
        if not parts or len(parts) < number_of(parts[0], "parts"):
            return None
        return decode_all(zlib.decompress(b"".join(bytes_of(part, "outcomes") for part in parts)))

    def erase(self, key: JobKey) -> None:
        found = self._items(key, "begins_with(sk, :chunk)", {":chunk": CHUNK}, only="pk, sk")
        keys: Iterator[Key] = ({"pk": item["pk"], "sk": item["sk"]} for item in found)
        delete_many(self._client, self._table, keys, self._turns)

    def _written(self, items: "list[TransactWriteItemTypeDef]") -> "_Cancelled | None":
        """Nothing if the transaction was written, else why not; what no other try could mend is raised."""
        with translated():
            try:
                self._client.transact_write_items(
                    # For a repetition by the client itself, whose first answer was lost on the way.
                    ClientRequestToken=self._turns.mark(),
                    TransactItems=items,
                )
            except self._client.exceptions.TransactionCanceledException as error:
                cancelled = _Cancelled.of(_reasons(error))
                if cancelled is None:
                    raise
                return cancelled
        return None

    def _puts(
        self, key: JobKey, chunk: int, packed: bytes, mark: str, now: datetime
    ) -> "Iterator[TransactWriteItemTypeDef]":
        parts = [packed[at : at + MAX_PART_BYTES] for at in range(0, len(packed), MAX_PART_BYTES)]
        if len(parts) > MAX_PARTS:
            raise ValueError("the outcomes of a chunk are too large for one transaction")
        for part, data in enumerate(parts):
            item = {
                **chunk_item(key, chunk, part),
                "parts": number(len(parts)),
                "outcomes": blob(data),
                "ttl": expiry(now + self._retention),
                "written_by": text(mark),
            }
            assert _size_of(item) <= MAX_ITEM_BYTES, "an item is under 400 KB"
            yield {
                "Put": {
                    "TableName": self._table,
                    "Item": item,
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }

    def _adding(
        self, key: JobKey, added: "dict[str, AttributeValueTypeDef]", moment: datetime, deadline_at: datetime
    ) -> "TransactWriteItemTypeDef":
        words = update(
            {
                "updated_at": text(stamp(moment)),
                "deadline_at": text(stamp(deadline_at)),
            },
            add=added,
            condition="#status = :running AND #updated_at <= :updated_at",
            names=("status",),
            values={"running": text(JobStatus.RUNNING)},
        )
        return {
            "Update": {
                "TableName": self._table,
                "Key": job_item(key),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                **words,  # type: ignore[typeddict-item] # the words of an update are the same everywhere
            }
        }

    def _written_by(self, key: JobKey, chunk: int) -> str | None:
        with translated():
            answer = self._client.get_item(
                TableName=self._table,
                Key=chunk_item(key, chunk),
                ProjectionExpression="written_by",
                ConsistentRead=True,
            )
        return text_of(answer["Item"], "written_by") if "Item" in answer else None

    def _items(
        self, key: JobKey, condition: str, values: dict[str, str], only: str | None = None
    ) -> Iterator[Item]:
        query: QueryInputPaginateTypeDef = {
            "TableName": self._table,
            "KeyConditionExpression": f"pk = :job AND {condition}",
            "ExpressionAttributeValues": {
                ":job": job_partition(key),
                **{name: text(value) for name, value in values.items()},
            },
            "ConsistentRead": True,
        }
        if only is not None:
            query["ProjectionExpression"] = only
        with translated():
            for page in self._client.get_paginator("query").paginate(**query):
                yield from page["Items"]


def _packed(outcomes: Sequence[Outcome]) -> bytes:
    return zlib.compress(encode_outcomes(outcomes))


def _addition(outcomes: Sequence[Outcome]) -> "dict[str, AttributeValueTypeDef]":
    return {name: number(value) for name, value in addition(outcomes).items()}


def _reasons(error: ClientError) -> list[dict[str, Any]]:
    """Why a transaction was cancelled, in the order of its items."""
    return cast("list[dict[str, Any]]", error.response["CancellationReasons"])


def _may_pass(code: str) -> bool:
    return code == _FINE or is_busy(code)


def _running_and_ahead(item: Item, moment: datetime) -> datetime | None:
    """
    When a job was updated whose commit was refused for that alone: its date never goes back.

    The clocks of two workers differ; none of them loses its work for it.
    """
    if "status" not in item or text_of(item, "status") != JobStatus.RUNNING:
        return None
    updated_at = moment_of(item, "updated_at")
    return updated_at if updated_at > moment else None


def _size_of(item: Item) -> int:
    """Bytes as DynamoDB counts them: names and values."""
    return sum(
        len(name) + len(next(iter(cast("dict[str, str]", value).values()))) for name, value in item.items()
    )
