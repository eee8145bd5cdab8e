"""The bulk workflow: sound as a definition, and walked through with every error at every task."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.infra import workflow_rules
from tests.infra.environments import STATE_MACHINE
from tests.infra.resolving import resolved
from tests.infra.rules import functions, of_type
from tests.infra.workflow import TaskError, Walk
from tests.infra.workflow_rules import WORKFLOW_RULES, WorkflowRule, states

JOB = {"v": 1, "tenant": "acme", "job_id": "job_01ARZ3NDEKTSV4RRFFQ69G5FAV"}
PREPARE, PROCESS, FINISH = (
    f"${{{name}Function.Arn}}" for name in ("PrepareJob", "ProcessChunk", "FinishJob")
)
ERRORS = (
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.Unknown",
    "States.Timeout",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "UnavailableError",
    "EngineUnavailableError",
    "ChunkUnfinishedError",
    "StorageFullError",
    "DeadlineError",
    "JobNotFoundError",
    "Exception",
)


@pytest.fixture(scope="module")
def substitutions(translated: dict[str, Any]) -> dict[str, str]:
    [(_, machine)] = of_type(resolved(translated), "AWS::StepFunctions::StateMachine")
    return {name: str(value) for name, value in machine["DefinitionSubstitutions"].items()}


@pytest.fixture(scope="module")
def machine(substitutions: dict[str, str]) -> dict[str, Any]:
    definition: dict[str, Any] = json.loads(
        re.sub(r"\$\{(\w+)\}", lambda match: substitutions[match[1]], STATE_MACHINE.read_text())
    )
    return definition


def test_every_substitution_is_used(substitutions: dict[str, str]) -> None:
    assert set(re.findall(r"\$\{(\w+)\}", STATE_MACHINE.read_text())) == set(substitutions)


@pytest.mark.parametrize("rule", WORKFLOW_RULES, ids=lambda rule: rule.__name__)
def test_the_machine_keeps_the_rule(rule: WorkflowRule, machine: dict[str, Any]) -> None:
    assert list(rule(machine)) == []


def _dangling(machine: dict[str, Any]) -> None:
    machine["States"]["Prepare"]["Next"] = "Nowhere"


def _dangling_catch(machine: dict[str, Any]) -> None:
    child = machine["States"]["ProcessChunks"]["ItemProcessor"]["States"]
    child["ProcessChunk"]["Catch"][0]["Next"] = "Finish"


def _orphan(machine: dict[str, Any]) -> None:
    machine["States"]["Lost"] = {"Type": "Pass", "End": True}


def _drop(field: str) -> Callable[[dict[str, Any]], None]:
    def plant(machine: dict[str, Any]) -> None:
        del machine["States"]["ProcessChunks"]["ItemProcessor"]["States"]["ProcessChunk"][field]

    return plant


def _no_jitter(machine: dict[str, Any]) -> None:
    del machine["States"]["Finish"]["Retry"][1]["JitterStrategy"]


def _forgetful(machine: dict[str, Any]) -> None:
    del machine["States"]["Prepare"]["Catch"][0]["ResultPath"]


def _batches(machine: dict[str, Any]) -> None:
    machine["States"]["ProcessChunks"]["ItemBatcher"] = {"MaxItemsPerBatch": 10}


def _capped(machine: dict[str, Any]) -> None:
    machine["States"]["Prepare"]["Retry"][0]["MaxDelaySeconds"] = 60


def _machine_timeout(machine: dict[str, Any]) -> None:
    machine["TimeoutSeconds"] = 3600


DEFECTS: dict[str, tuple[WorkflowRule, Callable[[dict[str, Any]], None]]] = {
    "D15 dangling Next": (workflow_rules.every_way_leads_somewhere, _dangling),
    "D15 dangling Catch": (workflow_rules.every_way_leads_somewhere, _dangling_catch),
    "an orphan": (workflow_rules.every_way_leads_somewhere, _orphan),
    "D16 no Retry": (workflow_rules.every_task_may_fail, _drop("Retry")),
    "D16 no timeout": (workflow_rules.every_task_may_fail, _drop("TimeoutSeconds")),
    "D16 no Catch": (workflow_rules.every_task_may_fail, _drop("Catch")),
    "no jitter": (workflow_rules.every_task_may_fail, _no_jitter),
    "a forgetful Catch": (workflow_rules.errors_keep_what_is_known, _forgetful),
    "ItemBatcher": (workflow_rules.nothing_that_the_stand_in_ignores, _batches),
    "MaxDelaySeconds": (workflow_rules.nothing_that_the_stand_in_ignores, _capped),
    "machine timeout": (workflow_rules.nothing_that_the_stand_in_ignores, _machine_timeout),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_defect_is_refused(defect: str, machine: dict[str, Any]) -> None:
    rule, plant = DEFECTS[defect]
    broken = copy.deepcopy(machine)
    plant(broken)

    assert list(rule(broken)) != []


def test_every_rule_has_a_defect_that_it_refuses() -> None:
    assert {rule for rule, _ in DEFECTS.values()} == set(WORKFLOW_RULES)


class Cast:
    """Plays the functions, and fails as it is told: `fails[function]` at most so many times."""

    def __init__(self, chunks: int, fails: dict[str, tuple[str, float]] | None = None) -> None:
        self.chunks, self.fails = chunks, dict(fails or {})
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, function: str, payload: dict[str, Any]) -> Any:
        self.calls.append((function, payload))
        error, times = self.fails.get(function, ("", 0))
        if times > 0:
            self.fails[function] = (error, times - 1)
            raise TaskError(error, cause="a stack trace with the customer's text " * 400)
        if function == PREPARE:
            plan = f"work/{payload['tenant']}/{payload['job_id']}/chunks.json"
            return {**payload, "chunks": self.chunks, "bucket": "b" * 63, "plan_key": plan}
        return None

    def told(self, function: str) -> list[dict[str, Any]]:
        return [payload for called, payload in self.calls if called == function]


def walk(machine: dict[str, Any], cast: Cast) -> Walk:
    way = Walk(cast, list(range(cast.chunks)))
    way.run(machine, JOB)
    return way


def test_each_chunk_is_processed_once_and_the_job_finished(machine: dict[str, Any]) -> None:
    cast = Cast(chunks=3)

    way = walk(machine, cast)

    assert way.error is None
    assert cast.told(PREPARE) == [JOB]
    assert cast.told(PROCESS) == [{**JOB, "chunk": number, "final": False} for number in range(3)]
    assert cast.told(FINISH) == [JOB]


def test_a_job_without_chunks_is_finished_at_once(machine: dict[str, Any]) -> None:
    cast = Cast(chunks=0)

    way = walk(machine, cast)

    assert "ProcessChunks" not in way.visited
    assert cast.told(FINISH) == [JOB]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("function", [PREPARE, PROCESS])
def test_whatever_fails_the_job_is_finished(machine: dict[str, Any], function: str, error: str) -> None:
    cast = Cast(chunks=2, fails={function: (error, float("inf"))})

    way = walk(machine, cast)

    assert way.error is None
    [told] = cast.told(FINISH)
    assert told == ({**JOB, "error": error} if function == PREPARE else JOB)


@pytest.mark.parametrize("error", ERRORS)
def test_a_finish_that_never_succeeds_is_left_to_the_schedule(machine: dict[str, Any], error: str) -> None:
    way = walk(machine, Cast(chunks=1, fails={FINISH: (error, float("inf"))}))

    assert way.error == "FinishFailed"


def test_when_its_tries_are_spent_a_chunk_commits_what_there_is(machine: dict[str, Any]) -> None:
    cast = Cast(chunks=1, fails={PROCESS: ("ChunkUnfinishedError", 8)})

    way = walk(machine, cast)

    *tries, last = cast.told(PROCESS)
    assert len(tries) == 8
    assert all(not payload["final"] for payload in tries)
    assert last == {**JOB, "chunk": 0, "final": True}
    assert way.children[0].error is None


def test_what_no_try_can_mend_is_not_tried_again(machine: dict[str, Any]) -> None:
    cast = Cast(chunks=1, fails={PROCESS: ("JobNotFoundError", 1)})

    walk(machine, cast)

    assert [payload["final"] for payload in cast.told(PROCESS)] == [False, True]


def test_children_say_nothing(machine: dict[str, Any]) -> None:
    processor = machine["States"]["ProcessChunks"]["ItemProcessor"]

    assert Walk(Cast(chunks=1), []).run(processor, {**JOB, "chunk": 0, "final": False}) == {}


def test_little_passes_between_states(machine: dict[str, Any]) -> None:
    assert walk(machine, Cast(chunks=100)).largest() <= 2_048


def test_no_cause_of_an_error_gets_as_far_as_a_function(machine: dict[str, Any]) -> None:
    for function in (PREPARE, PROCESS):
        cast = Cast(chunks=2, fails={function: ("UnavailableError", float("inf"))})
        walk(machine, cast)
        assert all("customer" not in json.dumps(payload) for _, payload in cast.calls)


@pytest.mark.parametrize("chunks", [0, 1, 1_000])
def test_the_history_stays_short_whatever_the_size(machine: dict[str, Any], chunks: int) -> None:
    assert walk(machine, Cast(chunks=chunks)).events <= 50


def test_the_history_stays_short_with_every_try_spent(machine: dict[str, Any]) -> None:
    cast = Cast(chunks=1, fails={PREPARE: ("UnavailableError", 3), FINISH: ("UnavailableError", 9)})

    way = walk(machine, cast)

    assert way.events <= 50
    assert max(child.events for child in walk(machine, _throttled()).children) < 25_000


def _throttled() -> Cast:
    return Cast(chunks=1, fails={PROCESS: ("Lambda.TooManyRequestsException", float("inf"))})


def test_a_task_waits_longer_than_its_function_works(
    machine: dict[str, Any], translated: dict[str, Any]
) -> None:
    found = functions(resolved(translated))
    for name, state in states(machine):
        if state["Type"] == "Task":
            function = state["Parameters"]["FunctionName"].removeprefix("${").removesuffix(".Arn}")
            assert state["TimeoutSeconds"] > found[function]["Timeout"], name


def test_one_number_caps_the_work_on_chunks(translated: dict[str, Any], machine: dict[str, Any]) -> None:
    function = functions(resolved(translated))["ProcessChunkFunction"]

    assert machine["States"]["ProcessChunks"]["MaxConcurrency"] == 5
    assert int(function["ReservedConcurrentExecutions"]) == 5
    assert function["Environment"]["Variables"]["AURASTREAM_BULK_WORKERS"] == "5"


def test_an_account_with_nothing_to_reserve_can_be_served(translated: dict[str, Any]) -> None:
    function = functions(resolved(translated, {"ReserveBulkWorkers": "false"}))["ProcessChunkFunction"]

    assert "ReservedConcurrentExecutions" not in function
