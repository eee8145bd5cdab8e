"""Many items of the table in one call, and again what the table did not get to."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from aurastream.adapters.aws.dynamodb_table import Item, Key
from aurastream.adapters.aws.dynamodb_writing import Turns
from aurastream.adapters.aws.errors import translated
from aurastream.domain.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeysAndAttributesUnionTypeDef, WriteRequestUnionTypeDef

MOST_READ, MOST_WRITTEN = 100, 25
"""Items of one call, as DynamoDB has it."""
TRIES = 4
"""How often the table is asked for what it did not get to."""


def read_many(client: "DynamoDBClient", table: str, keys: Iterable[Key], turns: Turns) -> Iterator[Item]:
    """
    The items that exist, in any order.

    Raises:
        UnavailableError: some could not be read; those that could came before.
    """
    waiting, missed = iter(keys), False
    while batch := list(islice(waiting, MOST_READ)):
        asked: dict[str, KeysAndAttributesUnionTypeDef] = {table: {"Keys": batch, "ConsistentRead": True}}
        for _ in turns.take(TRIES):
            with translated():
                answer = client.batch_get_item(RequestItems=asked)
            yield from answer["Responses"].get(table, ())
            asked = {**answer["UnprocessedKeys"]}
            if not asked:
                break
        missed = missed or bool(asked)
    if missed:
        raise UnavailableError("the table did not get to some of the items")


def put_many(client: "DynamoDBClient", table: str, items: Iterable[Item], turns: Turns) -> None:
    """
    Store items over whatever lies under their keys.

    Raises:
        UnavailableError: some are not stored.
    """
    _write_many(client, table, ({"PutRequest": {"Item": item}} for item in items), turns)


def delete_many(client: "DynamoDBClient", table: str, keys: Iterable[Key], turns: Turns) -> None:
    """
    Delete items, whether they are there or not.

    Raises:
        UnavailableError: some are still there.
    """
    _write_many(client, table, ({"DeleteRequest": {"Key": key}} for key in keys), turns)


def _write_many(
    client: "DynamoDBClient", table: str, requests: "Iterator[WriteRequestUnionTypeDef]", turns: Turns
) -> None:
    while batch := list(islice(requests, MOST_WRITTEN)):
        asked = {table: batch}
        for _ in turns.take(TRIES):
            with translated():
                answer = client.batch_write_item(RequestItems=asked)
            asked = {name: [*left] for name, left in answer["UnprocessedItems"].items()}
            if not asked:
                break
        else:
            raise UnavailableError("the table did not get to some of the items")
