"""Keyed requests as items of the table."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from aurastream.adapters.aws.dynamodb_batches import delete_many
from aurastream.adapters.aws.dynamodb_table import (
    REQUESTS,
    Item,
    Key,
    blob,
    bytes_of,
    expiry,
    job_partition,
    number,
    number_of,
    request_item,
    request_mark,
    request_of_mark,
    text,
    text_of,
)
from aurastream.adapters.aws.dynamodb_writing import Turns, change
from aurastream.adapters.aws.errors import translated
from aurastream.adapters.records import stamp
from aurastream.domain.errors import RequestMismatchError, RequestRunningError
from aurastream.domain.idempotency import Answer, RequestKey, Turn
from aurastream.domain.keys import JobId, JobKey
from aurastream.ports.clock import Clock
from aurastream.ports.idempotency_store import IdempotencyStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

FENCE_KEPT = timedelta(days=1)
"""How long the fence of a request outlives it, so that no late worker meets it counting anew."""

_ANSWER = ("status", "headers", "body", "job_id")
_OURS = "#fence = :fence AND attribute_not_exists(#status)"
_NAMES = ("fence", "status")


class DynamoDbIdempotencyStore(IdempotencyStore):
    """
    One item a request: its fence, until when it is held, and its answer once there is one.

    An answer that names a job leaves a mark beside the job, by which it is found when the job is forgotten.
    """

    def __init__(self, client: "DynamoDBClient", table: str, *, clock: Clock, chance: Random) -> None:
        self._client, self._table, self._turns = client, table, Turns(clock, chance)

    def begin(
        self, key: RequestKey, fingerprint: str, *, job_id: JobId, now: datetime, until: datetime
    ) -> Turn | Answer:
        ours, request = self._change(
            request_item(key),
            {
                "held_until": text(stamp(until)),
                "fingerprint": text(fingerprint),
                "ttl": expiry(until + FENCE_KEPT),
                **dict.fromkeys(_ANSWER),
            },
            condition="attribute_not_exists(#held_until) OR #held_until <= :now",
            values={"now": text(stamp(now))},
            add={"fence": number(1)},
        )
        if ours:
            return self._turn(key, number_of(request, "fence"), request, fingerprint, job_id)
        if text_of(request, "fingerprint") != fingerprint:
            raise RequestMismatchError("the key was used for another request")
        if "status" not in request:
            raise RequestRunningError("the request is being worked on")
        return _answer_from(request)

    def _turn(self, key: RequestKey, fence: int, request: Item, fingerprint: str, job_id: JobId) -> Turn:
        """The turn, with what an earlier try of the same request wanted to call its job, if there was one."""
        if "meant" in request:
            known, _, meant = text_of(request, "meant").partition(" ")
            if known == fingerprint:
                return Turn(key=key, fence=fence, job_id=JobId(meant))
        ours, _ = self._change(
            request_item(key),
            {"meant": text(f"{fingerprint} {job_id}")},
            condition=_OURS,
            values={"fence": number(fence)},
            names=_NAMES,
        )
        if not ours:
            raise RequestRunningError("the request is being worked on")
        return Turn(key=key, fence=fence, job_id=job_id)

    def finish(self, turn: Turn, answer: Answer, *, until: datetime) -> bool:
        ttl = expiry(until + FENCE_KEPT)
        if answer.job_id is not None:
            # Before the answer: a mark without one leads nowhere, an answer without its mark stays for ever.
            mark = request_mark(JobKey(turn.key.tenant, answer.job_id), turn.key)
            with translated():
                self._client.put_item(TableName=self._table, Item={**mark, "ttl": ttl})
        changes = {"held_until": text(stamp(until)), "ttl": ttl, "meant": None, **_answer_to(answer)}
        ours, _ = self._change(
            request_item(turn.key),
            changes,
            condition=_OURS,
            values={"fence": number(turn.fence)},
            names=_NAMES,
        )
        return ours

    def release(self, turn: Turn) -> None:
        self._change(
            request_item(turn.key),
            {"held_until": None, "fingerprint": None},
            condition=_OURS,
            values={"fence": number(turn.fence)},
            names=_NAMES,
            # A turn that was given up does not count any more, even if nobody takes the next.
            add={"fence": number(1)},
        )

    def forget(self, job: JobKey) -> None:
        with translated():
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="pk = :job AND begins_with(sk, :requests)",
                ExpressionAttributeValues={":job": job_partition(job), ":requests": text(REQUESTS)},
                ConsistentRead=True,
            )
            marks: list[Key] = [
                {"pk": item["pk"], "sk": item["sk"]} for page in pages for item in page["Items"]
            ]
        for mark in marks:
            # Its fence stays: whoever works on the request still must not meet it counting anew.
            self._change(
                request_of_mark(job, mark),
                dict.fromkeys(("held_until", "fingerprint", "meant", *_ANSWER)),
                condition="#job_id = :job",
                values={"job": text(job.job_id)},
                add={"fence": number(1)},
            )
        delete_many(self._client, self._table, marks, self._turns)

    def _change(
        self, key: Key, changes: "Mapping[str, AttributeValueTypeDef | None]", **words: Any
    ) -> tuple[bool, Item]:
        with translated():
            return change(self._client, self._table, key, changes, mark=self._turns.mark(), **words)


def _answer_to(answer: Answer) -> "dict[str, AttributeValueTypeDef | None]":
    return {
        "status": number(answer.status),
        "headers": text(json.dumps(dict(answer.headers))),
        "body": blob(answer.body),
        "job_id": None if answer.job_id is None else text(answer.job_id),
    }


def _answer_from(request: Item) -> Answer:
    return Answer(
        status=number_of(request, "status"),
        body=bytes_of(request, "body"),
        headers=json.loads(text_of(request, "headers")),
        job_id=JobId(text_of(request, "job_id")) if "job_id" in request else None,
    )
