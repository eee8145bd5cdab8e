"""Workflows as executions of one state machine."""

from typing import TYPE_CHECKING

from aurastream.adapters.aws.errors import translated
from aurastream.adapters.aws.messages import message_of
from aurastream.domain.keys import JobKey
from aurastream.ports.workflow_starter import WorkflowStarter

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StepFunctionsWorkflowStarter(WorkflowStarter):
    """
    An execution bears its job's id as its name, which the state machine takes once.

    Names are kept for 90 days after the end, longer than any job is.
    """

    def __init__(self, client: "SFNClient", state_machine_arn: str) -> None:
        self._client, self._state_machine_arn = client, state_machine_arn

    def start(self, key: JobKey) -> None:
        with translated():
            try:
                self._client.start_execution(
                    stateMachineArn=self._state_machine_arn, name=key.job_id, input=message_of(key)
                )
            except self._client.exceptions.ExecutionAlreadyExists:
                return
