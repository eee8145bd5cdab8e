"""Clients with wishes, one after the other, and rather those that get in each other's way."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aurastream.domain.job import Job
from aurastream.domain.keys import JobKey, parse_job_id
from aurastream.domain.routing import Mode
from tests.simulation.calling import Caller
from tests.simulation.payloads import drawn_table, drawn_text, with_one_more
from tests.simulation.service import ACME, said
from tests.simulation.world import World

EVERYTHING = (2, 2, 3, 3, 1, 1, 3, 3, 3, 2)
"""How often which wish is had: submit, upload, ask; read, show, list; cancel, retry, delete, abandon."""
RETRIES = (3, 0, 1, 1, 0, 0, 0, 6, 1, 0)
ERASURES = (2, 4, 2, 1, 0, 0, 1, 0, 4, 4)
LIVE = (0, 0, 8, 2, 1, 0, 1, 0, 1, 0)
UPLOADS = (0, 6, 0, 1, 1, 0, 1, 0, 1, 0)
THEMES = (EVERYTHING, EVERYTHING, EVERYTHING, RETRIES, ERASURES, LIVE, UPLOADS)


class Client(Caller):
    """One caller and its wishes."""

    def __init__(self, world: World, name: str, theme: Sequence[int] = EVERYTHING) -> None:
        super().__init__(world, name)
        self._theme = theme

    def live(self) -> None:
        """A few wishes, one after the other."""
        chance = self.sim.chance
        self._submit() if chance.random() < 0.7 else self._answer_or_promise()
        for _ in range(chance.randint(2, 7)):
            self.sim.sleep(chance.choice((0.0, 0.2, 1.0, 5.0, 30.0)))
            wish = chance.choices(
                (
                    *(self._submit, self._upload, self._answer_or_promise),
                    *(self._read, self._show, self._list),
                    *(self._cancel, self._retry, self._delete, self._abandon),
                ),
                self._theme,
            )
            wish[0]()
        self._mend()

    def _submit(self) -> None:
        self.submit(drawn_table(self.sim.chance))

    def _answer_or_promise(self) -> None:
        texts = [drawn_text(self.sim.chance) for _ in range(self.sim.chance.randint(1, 3))]
        self.analyze(texts, self.sim.chance.choice((Mode.SYNC, Mode.SYNC, Mode.AUTO, Mode.AUTO, Mode.ASYNC)))

    def _upload(self) -> None:
        payload = drawn_table(self.sim.chance)
        response = self.create(payload)
        if response is None or response.status_code != 201 or self.sim.likely(0.1):
            return
        answer = said(response)
        key = JobKey(ACME, parse_job_id(answer["job_id"]))
        self.sim.sleep(self.sim.chance.choice((0.0, 0.0, 2.0, 100.0)))
        if self.sim.likely(0.1):
            self._abandon(key)
        expires_at = datetime.fromisoformat(answer["upload"]["expires_at"])
        arrived = self.send_file(key, payload, expires_at)
        if arrived and self.world.home.uploads_start_jobs and self.sim.likely(0.6):
            self.sim.sleep(self.sim.chance.choice((0.0, 0.1, 0.3, 1.0, 10.0)))
            self.post_file(key, with_one_more(payload), expires_at)

    def _read(self) -> None:
        key = self._some_job()
        cursor: str | None = None
        for _ in range(4):
            response = self.read(key, cursor)
            if response is None or response.status_code != 200:
                return
            cursor = said(response)["next_cursor"]
            if cursor is None:
                return

    def _show(self) -> None:
        self.show(self._some_job())

    def _list(self) -> None:
        self.list()

    def _cancel(self) -> None:
        self.cancel(self._some_job())

    def _retry(self) -> None:
        """Rather a job of which something may be mended; now and then the parent is not wanted any more."""
        parent = self._some_job(self.world.may_be_mended)
        response = self.retry(parent)
        if response is not None and response.status_code == 202 and self.sim.likely(0.5):
            self.sim.sleep(self.sim.chance.choice((0.0, 0.5, 5.0, 30.0)))
            self.delete(parent)

    def _mend(self) -> None:
        """In the end nobody likes to be left with what may be mended."""
        for _ in range(3):
            if any(self.world.may_be_mended(self.world.store.jobs[key]) for key in self.world.known):
                self._retry()
            self.sim.sleep(self.sim.chance.choice((0.0, 10.0, 60.0)))

    def _delete(self) -> None:
        self.delete(self._some_job(lambda job: job.is_final and not job.deleted))

    def _abandon(self, key: JobKey | None = None) -> None:
        """Stop a job and be rid of it."""
        key = key or self._some_job(lambda job: not job.deleted)
        self.cancel(key)
        self.delete(key)

    def _some_job(self, rather: Callable[[Job], bool] = lambda _job: True) -> JobKey:
        """One of the newest that are known, and rather one of a kind."""
        known = self.world.known
        if not known:
            return JobKey(ACME, parse_job_id("job_" + "0" * 26))
        wanted = [key for key in known if rather(self.world.store.jobs[key])]
        return self.sim.chance.choice((wanted if self.sim.likely(0.8) and wanted else known)[-4:])
