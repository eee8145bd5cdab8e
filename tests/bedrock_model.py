"""A language model behind Bedrock's Converse call, as far as an engine can tell."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from aurastream.testing.comprehend import leaning
from tests import simulated_aws as aws

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient

Speaks = Callable[[str], list[dict[str, Any]]]


def called(shares: object, *, tool: str = "report_sentiment") -> dict[str, Any]:
    """A block of an answer that calls a tool with this input."""
    return {"toolUse": {"toolUseId": "t-1", "name": tool, "input": shares}}


def said(text: str) -> dict[str, Any]:
    """A block of an answer that is only text."""
    return {"text": text}


def measured(text: str) -> list[dict[str, Any]]:
    """What a well-behaved model answers."""
    scores: Mapping[str, float] = leaning(text, "en")
    return [called({name.lower(): share for name, share in scores.items()})]


class FakeModel:
    """Answers by `speaks`, and remembers every request."""

    def __init__(self, speaks: Speaks = measured, *, stop_reason: str = "tool_use") -> None:
        self._speaks, self._stop_reason = speaks, stop_reason
        self._lock = Lock()
        self.asked: list[dict[str, Any]] = []

    @contextmanager
    def answering(self) -> "Iterator[BedrockRuntimeClient]":
        """A client of this model."""
        with aws.answering(aws.bedrock(), "Converse", self._answer):
            yield aws.bedrock()

    def _answer(self, request: dict[str, Any]) -> aws.Answer:
        with self._lock:
            self.asked.append(request)
        message = request["messages"][0]["content"][0]["text"]
        return 200, {
            "output": {
                "message": {"role": "assistant", "content": self._speaks(json.loads(message)["text"])}
            },
            "stopReason": self._stop_reason,
            "usage": {"inputTokens": 400, "outputTokens": 60, "totalTokens": 460},
            "metrics": {"latencyMs": 300},
        }
