"""What StepFunctionsWorkflowStarter does beyond any starter's promise."""

import json

from aurastream.adapters.aws.step_functions_workflow_starter import StepFunctionsWorkflowStarter
from tests import simulated_aws as aws
from tests.contracts.cases import OTHER, key


def test_an_execution_bears_the_jobs_id_and_is_told_its_name_alone() -> None:
    with aws.simulated_aws():
        machine = aws.make_state_machine()
        StepFunctionsWorkflowStarter(aws.step_functions(), machine).start(key(1, OTHER))
        [execution] = aws.step_functions().list_executions(stateMachineArn=machine)["executions"]
        assert execution["name"] == key(1, OTHER).job_id
        [told] = aws.inputs_of(machine)
        assert json.loads(told) == {"v": 1, "tenant": OTHER, "job_id": key(1, OTHER).job_id}
