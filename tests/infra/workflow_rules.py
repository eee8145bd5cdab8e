"""What every state machine of ours keeps to, each rule a function from its definition to what it finds."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Machine = Mapping[str, Any]
WorkflowRule = Callable[[Machine], Iterator[str]]

IGNORED_BY_THE_STAND_IN = frozenset(
    {"ItemBatcher", "ResultWriter", "WriterConfig", "MaxDelaySeconds", "Assign", "TolerancePath", "MaxItems"}
)
"""
MiniStack takes these without a word and does nothing: a machine that leans on them is not tested.

It ignores JitterStrategy as well, which moves a pause and changes no outcome; that one we want.
"""
READERS_IGNORED = frozenset({"MANIFEST", "PARQUET"})


def machines(machine: Machine, path: str = "") -> Iterator[tuple[str, Machine]]:
    """The machine and those within its maps and branches."""
    yield path or "the machine", machine
    for name, state in machine["States"].items():
        inner = [state[key] for key in ("ItemProcessor", "Iterator") if key in state]
        for part in [*inner, *state.get("Branches", ())]:
            yield from machines(part, f"{path}{name}/")


def states(machine: Machine) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every state, at any depth."""
    for path, part in machines(machine):
        for name, state in part["States"].items():
            yield (name if path == "the machine" else path + name), state


def ways_on(state: Mapping[str, Any]) -> Iterator[str]:
    """Where a state may lead."""
    for choice in [state, *state.get("Choices", ()), *state.get("Catch", ())]:
        if "Next" in choice:
            yield choice["Next"]
    if "Default" in state:
        yield state["Default"]


def every_way_leads_somewhere(machine: Machine) -> Iterator[str]:
    """D15: a name that no state has, a state that nothing leads to, a state that leads nowhere."""
    for path, part in machines(machine):
        reached, waiting = set(), [part["StartAt"]]
        while waiting:
            name = waiting.pop()
            if name in reached:
                continue
            reached.add(name)
            if name not in part["States"]:
                yield f"{path}: there is no {name}"
                continue
            state = part["States"][name]
            waiting += ways_on(state)
            if (
                not state.get("End")
                and "Next" not in state
                and state["Type"] not in ("Choice", "Fail", "Succeed")
            ):
                yield f"{path}: {name} leads nowhere"
        for name in sorted(set(part["States"]) - reached):
            yield f"{path}: nothing leads to {name}"


def every_task_may_fail(machine: Machine) -> Iterator[str]:
    """D16: a try again with growing pauses, a limit of time, and a way on for whatever is left."""
    for name, state in states(machine):
        if state["Type"] != "Task":
            continue
        if not state.get("TimeoutSeconds"):
            yield f"{name} may last for ever"
        if not any(catcher["ErrorEquals"] == ["States.ALL"] for catcher in state.get("Catch", ())):
            yield f"{name} does not catch what is left"
        yield from _retries(name, state)


def _retries(name: str, state: Mapping[str, Any]) -> Iterator[str]:
    retriers = state.get("Retry", ())
    if not retriers:
        yield f"{name} is tried once"
    elif retriers[0]["ErrorEquals"] != ["Lambda.TooManyRequestsException"]:
        yield f"{name} does not wait for room apart from errors"
    for retrier in retriers:
        if not {"IntervalSeconds", "BackoffRate", "MaxAttempts"} <= set(retrier):
            yield f"{name} leaves its pauses to chance"
        if retrier.get("JitterStrategy") != "FULL":
            yield f"{name} comes back all at once"


def errors_keep_what_is_known(machine: Machine) -> Iterator[str]:
    """Who catches an error must not lose whose job it was."""
    for name, state in states(machine):
        for catcher in state.get("Catch", ()):
            if catcher.get("ResultPath", "$") == "$":
                yield f"{name} forgets its job when it fails"


def nothing_that_the_stand_in_ignores(machine: Machine) -> Iterator[str]:
    """A green run must mean something."""
    if "TimeoutSeconds" in machine:
        yield "the machine's own TimeoutSeconds"
    for name, state in states(machine):
        for field in sorted(_fields(state) & IGNORED_BY_THE_STAND_IN):
            yield f"{name}: {field}"
        if state.get("ItemReader", {}).get("ReaderConfig", {}).get("InputType") in READERS_IGNORED:
            yield f"{name}: its reader"


def _fields(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return set(value).union(*map(_fields, value.values())) if value else set()
    return set().union(*map(_fields, value)) if isinstance(value, list) and value else set()


WORKFLOW_RULES: tuple[WorkflowRule, ...] = (
    every_way_leads_somewhere,
    every_task_may_fail,
    errors_keep_what_is_known,
    nothing_that_the_stand_in_ignores,
)
