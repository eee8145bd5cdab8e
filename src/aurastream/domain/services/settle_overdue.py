"""Every job ends, also those that nobody works on."""

from dataclasses import dataclass

from aurastream.domain.errors import kind_of
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.keys import JobKey
from aurastream.domain.services.changing import change_job
from aurastream.domain.services.delete import DeleteJob
from aurastream.domain.services.finish import FinishJob
from aurastream.domain.services.resisting import TellResisted, untold
from aurastream.ports.clock import Clock
from aurastream.ports.job_repository import JobRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleOverdue:
    """
    End the jobs whose deadline has passed, tell of ends that nobody told of, complete interrupted deletions,
    and erase what is past its time.

    A job that resists, whatever its error, is told of and left for the next round; it keeps nobody else
    waiting, nor do many of them.
    """

    jobs: JobRepository
    finish: FinishJob
    delete: DeleteJob
    clock: Clock
    at_a_time: int = 100
    on_resisted: TellResisted = untold

    def __call__(self) -> int:
        """
        How many jobs were settled.

        Raises:
            UnavailableError: the repository does not answer.
        """
        now, settled, tried = self.clock.now(), 0, set[JobKey]()
        while True:
            # Those that resist stay the most overdue: whoever is behind them is seen only by asking for more.
            wanted = self.at_a_time + len(tried)
            found = self.jobs.overdue(now, wanted)
            for key in found:
                if key in tried:
                    continue
                tried.add(key)
                settled += self._settle_or_tell(key)
                if settled == self.at_a_time:
                    return settled
            if len(found) < wanted:
                return settled

    def _settle_or_tell(self, key: JobKey) -> bool:
        """True once it is settled; one that resists is told of."""
        try:
            self._settle(key)
        except Exception as error:  # also what nobody foresaw must not stop those behind it
            self.on_resisted(key, kind_of(error))
            return False
        return True

    def _settle(self, key: JobKey) -> None:
        before = self.jobs.get(key)
        job = change_job(self.jobs, key, self._ended)
        if job.is_final and not before.is_final:
            self.finish(key)
        elif not self._is_overdue(job):
            return
        elif not job.is_final or self._is_to_be_told(job):
            self.finish(key, stalled=True)
        else:
            self.delete.erase(key)

    def _is_overdue(self, job: Job) -> bool:
        return job.deadline_at is not None and job.deadline_at <= self.clock.now()

    def _is_to_be_told(self, job: Job) -> bool:
        return not job.deleted and job.expires_at > self.clock.now()

    def _ended(self, job: Job) -> Job:
        if not self._is_overdue(job):
            return job
        if job.status is JobStatus.AWAITING_UPLOAD:
            return job.expire(now=self.clock.now())
        if job.status is JobStatus.QUEUED:
            return job.fail(_NEVER_BEGUN, now=self.clock.now())
        return job


_NEVER_BEGUN = JobError(
    code=JobErrorCode.STALLED, detail="nobody began the work in time; submit the file again"
)
