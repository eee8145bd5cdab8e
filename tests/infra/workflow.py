"""
Walks a state machine as Step Functions would, with the tasks played by a function.

Knows what ours uses and refuses anything else: the point is to see every way through it, what passes
between its states, and how long its history grows.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

State = Mapping[str, Any]
Play = Callable[[str, Any], Any]
"""Given a function's name and its payload: what it returns; raises `TaskError` where it fails."""


class TaskError(Exception):
    """A task failed with an error of this name."""

    def __init__(self, name: str, cause: str = "a cause that nobody may pass on") -> None:
        super().__init__(name)
        self.name, self.cause = name, cause


@dataclass
class Walk:
    """What was seen on the way; children are walks of their own and no part of the parent's history."""

    play: Play
    items: list[Any]
    events: int = 1
    passed: list[Any] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)
    children: list["Walk"] = field(default_factory=list)
    error: str | None = None

    def run(self, machine: State, given: Any) -> Any:
        """Walk to the end; `error` says with which error, if with any."""
        name, value = machine["StartAt"], given
        while name:
            self.visited.append(name)
            self.passed.append(value)
            state = machine["States"][name]
            try:
                value, name = self._step(state, value)
            except TaskError as failure:
                self.error = failure.name
                break
        self.events += 1
        return value

    def largest(self) -> int:
        """Bytes of the largest value that passed between states, children's included."""
        own = max(len(json.dumps(value).encode()) for value in self.passed)
        return max([own, *(child.largest() for child in self.children)])

    def _step(self, state: State, value: Any) -> tuple[Any, str]:
        self.events += 2
        match state["Type"]:
            case "Pass":
                return self._passed(state, value), state.get("Next", "")
            case "Choice":
                return value, self._chosen(state, value)
            case "Fail":
                raise TaskError(state["Error"])
            case "Task":
                return self._tried(state, value, self._task)
            case "Map":
                return self._tried(state, value, self._map)
        raise AssertionError(f"no rule for {state['Type']}")

    def _passed(self, state: State, value: Any) -> Any:
        return state["Result"] if "Result" in state else filled(state["Parameters"], value)

    def _chosen(self, state: State, value: Any) -> str:
        for choice in state["Choices"]:
            if at(choice["Variable"], value) > choice["NumericGreaterThan"]:
                return str(choice["Next"])
        return str(state["Default"])

    def _tried(self, state: State, value: Any, attempt: Callable[[State, Any], Any]) -> tuple[Any, str]:
        spent: dict[int, int] = {}
        while True:
            self.events += 3  # scheduled, started, and how it went
            try:
                result = attempt(state, value)
            except TaskError as failure:
                if _again(state, failure, spent):
                    continue
                for catcher in state.get("Catch", ()):
                    if matches(catcher["ErrorEquals"], failure.name):
                        caught = {"Error": failure.name, "Cause": failure.cause}
                        return placed(catcher["ResultPath"], value, caught), catcher["Next"]
                raise
            selected = filled(state["ResultSelector"], result) if "ResultSelector" in state else result
            return placed(state.get("ResultPath", "$"), value, selected), state.get("Next", "")

    def _task(self, state: State, value: Any) -> Any:
        sent = filled(state["Parameters"], value)
        return {"StatusCode": 200, "Payload": self.play(sent["FunctionName"], sent["Payload"])}

    def _map(self, state: State, value: Any) -> Any:
        self.events += 2
        filled(state["ItemReader"]["Parameters"], value)
        failed = 0
        for item in self.items:
            child = Walk(self.play, [])
            child.run(
                state["ItemProcessor"],
                filled(state["ItemSelector"], value, {"Map": {"Item": {"Value": item}}}),
            )
            self.children.append(child)
            failed += child.error is not None
        if failed > state["ToleratedFailureCount"]:
            raise TaskError("States.ExceedToleratedFailureThreshold")
        return [{}] * len(self.items)


def _again(state: State, failure: TaskError, spent: dict[int, int]) -> bool:
    for number, retrier in enumerate(state.get("Retry", ())):
        if matches(retrier["ErrorEquals"], failure.name):
            spent[number] = spent.get(number, 0) + 1
            return bool(spent[number] <= retrier["MaxAttempts"])
    return False


def matches(names: list[str], error: str) -> bool:
    """Whether a retrier or a catcher of these names is meant by the error."""
    return error in names or "States.ALL" in names


def at(path: str, value: Any, context: Any = None) -> Any:
    """What lies under a path such as `$.a.b`, or `$$.a.b` of the context."""
    root, steps = (context, path[2:]) if path.startswith("$$") else (value, path[1:])
    for step in filter(None, steps.split(".")):
        if not isinstance(root, Mapping) or step not in root:
            raise TaskError("States.Runtime", f"nothing under {path}")
        root = root[step]
    return root


def filled(template: Any, value: Any, context: Any = None) -> Any:
    """A template with each `name.$` filled from its path."""
    if not isinstance(template, Mapping):
        return template
    return {
        name.removesuffix(".$"): at(item, value, context)
        if name.endswith(".$")
        else filled(item, value, context)
        for name, item in template.items()
    }


def placed(path: str | None, value: Any, result: Any) -> Any:
    """The value with a result put under a path of one step; None drops the result, `$` the value."""
    if path is None:
        return value
    return result if path == "$" else {**value, path.removeprefix("$."): result}
