"""The start of the work."""

from abc import ABC, abstractmethod

from aurastream.domain.keys import JobKey


class WorkflowStarter(ABC):
    """Sets off the work on a job that was already saved."""

    @abstractmethod
    def start(self, key: JobKey) -> None:
        """
        Starting the same job twice starts it once; what was started survives a restart.

        Raises:
            UnavailableError
        """
