"""Writes to the table: how they are worded, how they take turns, and how a lost answer is made good."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import TYPE_CHECKING, Any, cast

from aurastream.adapters.aws.dynamodb_table import Item, Key, text, text_of
from aurastream.domain.retrying import Backoff
from aurastream.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_PAUSES = Backoff(base=0.02, cap=0.5)


class Turns:
    """Tries of writers that got into each other's way: each waits a little, by chance, before the next."""

    def __init__(self, clock: Clock, chance: Random) -> None:
        self._clock, self._chance = clock, chance

    def take(self, most: int) -> Iterator[None]:
        """One for each try, after its pause."""
        for failed in range(most):
            if failed:
                self._clock.sleep(_PAUSES.pause(failed, self._chance))
            yield

    def mark(self) -> str:
        """A name for one write, by which its writer knows it again when the answer was lost."""
        return f"{self._chance.getrandbits(128):032x}"


def update(
    changes: "Mapping[str, AttributeValueTypeDef | None]",
    *,
    condition: str,
    names: tuple[str, ...] = (),
    values: "Mapping[str, AttributeValueTypeDef] | None" = None,
    add: "Mapping[str, AttributeValueTypeDef] | None" = None,
) -> dict[str, Any]:
    """
    The words of an update: attributes to set (or remove, where None) and to add to, under a condition.

    The condition writes an attribute as `#name` (those in `names`, beside the changed ones) and one of the
    `values` as `:name`: many plain names are reserved words.
    """
    written = {name: value for name, value in changes.items() if value is not None}
    added = add or {}
    clauses = {
        "SET": [f"#{name} = :{name}" for name in written],
        "REMOVE": [f"#{name}" for name in changes if name not in written],
        "ADD": [f"#{name} :{name}" for name in added],
    }
    return {
        "UpdateExpression": " ".join(
            f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts
        ),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {f"#{name}": name for name in {*changes, *added, *names}},
        "ExpressionAttributeValues": {
            f":{name}": value for name, value in {**written, **added, **(values or {})}.items()
        },
    }


def change(
    client: "DynamoDBClient",
    table: str,
    key: Key,
    changes: "Mapping[str, AttributeValueTypeDef | None]",
    *,
    mark: str,
    **words: Any,
) -> tuple[bool, Item]:
    """
    Update an item under a condition: whether this write did, and the item as it is now.

    The client sends again what was not answered; a write that then meets its own mark has succeeded.
    """
    try:
        answer = client.update_item(
            TableName=table,
            Key=key,
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **update({**changes, "written_by": text(mark)}, **words),
        )
    except client.exceptions.ConditionalCheckFailedException as error:
        item = cast("Item", error.response.get("Item", {}))
        return "written_by" in item and text_of(item, "written_by") == mark, item
    return True, answer["Attributes"]
