"""
Actors, one clock and one seed: who goes on next, which call fails, who stalls, who dies.

An actor is a greenlet. Each of its port calls parks it before the effect, so that any other may come first;
whoever is chosen next does the effect of its call and goes on to the next one. One such turn is a step.
Nothing but the seed decides, so the same seed gives the same steps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from math import inf
from random import Random
from typing import NamedTuple, NoReturn, Protocol, TypeVar

from greenlet import getcurrent, greenlet

from aurastream.domain.errors import AuraStreamError
from aurastream.domain.keys import JobKey

T = TypeVar("T")

Error = Callable[[], Exception]


class DeadError(BaseException):
    """A killed actor is to do nothing any more; no code of the service catches it."""


class ViolationError(AssertionError):
    """A promise was broken."""


class Gate(Protocol):
    """What every call of a port passes."""

    def call(
        self,
        what: str,
        of: object,
        effect: Callable[[], T],
        *,
        writes: bool = False,
        errors: Sequence[Error] = (),
    ) -> T:
        """Do the effect, or not, or do it and raise one of the errors all the same."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How likely trouble is, for each call or each step; 0 throughout is fair weather."""

    fails_before: float = 0.0
    fails_after: float = 0.0
    stalls: float = 0.0
    dies: float = 0.0
    doubles: float = 0.0
    leaps: float = 0.0
    brownouts: float = 0.0
    stumbles: float = 0.0
    sloth: float = 0.0
    """The share of mortals that stall often."""
    stops: float = 0.0
    """How likely it is that a process is asked to end some day."""
    goes_on: float = 0.3

    @staticmethod
    def drawn(chance: Random) -> "Weather":
        """Each kind of trouble is absent now and then, so that the others are seen clearly."""

        def up_to(most: float) -> float:
            return 0.0 if chance.random() < 0.35 else chance.uniform(0.1, 1.0) * most

        return Weather(
            fails_before=up_to(0.06),
            fails_after=up_to(0.06),
            stalls=up_to(0.04),
            dies=up_to(0.03),
            doubles=up_to(0.5),
            leaps=up_to(0.02),
            brownouts=up_to(0.08),
            stumbles=up_to(0.1),
            sloth=up_to(0.3),
            stops=up_to(0.8),
            goes_on=chance.choice((0.0, 0.3, 0.7)),
        )


FAIR = Weather()
SLOTH = 0.08
"""How likely it is that a slow one stalls, before and after each of its effects."""


@dataclass(eq=False, slots=True)
class Actor:
    """One line of work; those of a `group` are one process and die together."""

    name: str
    born: int
    group: object
    mortal: bool
    dies_at: float
    tag: object
    slow: bool = False
    greenlet: "greenlet | None" = None
    dead: bool = False
    done: bool = False
    result: object = None
    error: BaseException | None = None
    naps: int = 0
    """Counts what it waited for, so that an old alarm wakes nobody."""
    rests: bool = False
    """Whether it sleeps lightly."""
    waiters: "list[Actor]" = field(default_factory=list)


class Event(NamedTuple):
    """What an actor did in a step."""

    step: int
    at: float
    actor: str
    what: str
    of: object
    how: str

    def __str__(self) -> str:
        of = f"{self.of.job_id[-4:]}" if isinstance(self.of, JobKey) else self.of
        return f"{self.step:5} {self.at:10.2f}s  {self.actor:16} {self.what} {of} {self.how}".rstrip()


class Scheduler:
    """Runs actors a step at a time."""

    def __init__(self, seed: int, weather: Weather | None = None) -> None:
        self.seed = seed
        self.chance = Random(seed)
        self.weather = weather if weather is not None else Weather.drawn(self.chance)
        self.now = 0.0
        self.steps = 0
        self.trace: list[Event] = []
        self.wrote = False
        self.violation: str | None = None
        self.ready: list[Actor] = []
        self.actors: list[Actor] = []
        self._alarms: list[tuple[float, int, Actor, int]] = []
        self._numbers = count()
        self._main = getcurrent()
        self._running: Actor | None = None
        self._last: Actor | None = None

    @property
    def running(self) -> Actor:
        """Whose turn it is."""
        assert self._running is not None, "only an actor calls a port"
        return self._running

    def call(
        self,
        what: str,
        of: object,
        effect: Callable[[], T],
        *,
        writes: bool = False,
        errors: Sequence[Error] = (),
    ) -> T:
        """Park; then fail, or do the effect and fail all the same, or answer, late perhaps."""
        actor = self._park()
        weather, roll = self.weather, self.chance.random()
        if errors and roll < weather.fails_before:
            self._fail(what, of, errors, "failed")
        stalls = SLOTH if actor.slow and weather.sloth else weather.stalls / 2
        self._maybe_stall(stalls)
        result = effect()
        self.wrote = self.wrote or writes
        if errors and roll < weather.fails_before + weather.fails_after:
            self._fail(what, of, errors, "done, answer lost")
        self.note(what, of)
        self._maybe_stall(stalls)
        return result

    def sleep(self, seconds: float) -> None:
        """Let others have so many seconds."""
        actor = self._alive()
        self._alarm(actor, seconds)
        self._main.switch()
        self._alive()

    def rest(self, seconds: float = inf) -> None:
        """Sleep, and let oneself be rests before the time."""
        self._alive().rests = True
        self.sleep(seconds)

    def rouse(self, actor: Actor) -> None:
        """End the rest of another, if it rests."""
        if actor.rests:
            self._wake(actor)

    def wait(self, other: Actor, seconds: float = inf) -> bool:
        """Whether another came to its end, however that was, in so many seconds."""
        actor = self._alive()
        if not other.done:
            other.waiters.append(actor)
            self._alarm(actor, seconds)
            self._main.switch()
            self._alive()
        return other.done

    def note(self, what: str, of: object, how: str = "") -> None:
        """Add to the trace."""
        name = self._running.name if self._running else "-"
        self.trace.append(Event(self.steps, self.now, name, what, of, how))

    def violate(self, promise: str) -> None:
        """A promise was broken; the first one is told."""
        if self.violation is None:
            self.violation = promise

    def likely(self, probability: float) -> bool:
        """Toss a coin of this seed."""
        return self.chance.random() < probability

    def spawn(
        self,
        name: str,
        body: Callable[[], object],
        *,
        mortal: bool = False,
        group: object = None,
        lives: float = inf,
        tag: object = None,
    ) -> Actor:
        """A new actor; a mortal one may die at any step, and none outlives `lives` seconds."""
        own_tag = tag if tag is not None or self._running is None else self._running.tag
        actor = Actor(name, self.steps, group, mortal, self.now + lives, own_tag)
        actor.slow = mortal and self.likely(self.weather.sloth)
        actor.group = group if group is not None else actor
        actor.greenlet = greenlet(lambda: self._live(actor, body), parent=self._main)
        self.actors.append(actor)
        self.ready.append(actor)
        return actor

    def kill_process(self, actor: Actor) -> None:
        """It ends, with all that share its process."""
        for other in [other for other in self.actors if other.group is actor.group]:
            self.kill(other)

    def kill(self, actor: Actor) -> None:
        """It ends here and now; `finally` blocks run, but reach nothing any more."""
        if actor.done:
            return
        actor.dead = True
        self.note("dies", actor.name)
        if actor in self.ready:
            self.ready.remove(actor)
        before, self._running = self._running, actor
        assert actor.greenlet is not None
        if actor.greenlet:  # begun and not ended
            actor.greenlet.throw(DeadError())
        self._running = before
        self._ended(actor, DeadError())

    def step(self) -> bool:
        """One turn of one actor; False if there is none left to have one."""
        self.steps += 1
        self.now += self.chance.random() * 0.02
        self._wake_due()
        while True:
            if not self.ready and not self.leap_to_next():
                return False
            actor = self._chosen()
            if actor.dies_at > self.now:
                break
            self.kill(actor)
        self._resume(actor)
        return True

    def round(self) -> bool:
        """A step for everybody who can take one; False if there is nobody left at all."""
        if not self.ready and not self.leap_to_next():
            return False
        for actor in tuple(self.ready):
            if actor.dies_at <= self.now:
                self.kill(actor)
            elif actor in self.ready:
                self.steps += 1
                self.now += 0.001
                self.ready.remove(actor)
                self._resume(actor)
        self._wake_due()
        return True

    def leap_to_next(self) -> bool:
        """Let time pass until somebody wakes."""
        while self._alarms:
            at, _, actor, nap = self._alarms[0]
            if at == inf:
                return False
            if not actor.done and actor.naps == nap:
                self.now = max(self.now, at)
                self._wake_due()
                return True
            heappop(self._alarms)
        return False

    def close(self) -> None:
        """Nobody goes on."""
        for actor in tuple(self.actors):
            self.kill(actor)

    def _live(self, actor: Actor, body: Callable[[], object]) -> None:
        error: BaseException | None = None
        try:
            actor.result = body()
        except (AuraStreamError, DeadError) as ended:
            error = ended
        except Exception as ended:  # a mistake of the service; the test is to tell of it
            error = ended
            where = ended.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else ""
            self.violate(f"{actor.name} raised {type(ended).__name__}: {ended} at {place}")
        self._ended(actor, error)

    def _ended(self, actor: Actor, error: BaseException | None) -> None:
        if actor.done:
            return
        actor.done, actor.error = True, error
        self.actors.remove(actor)
        for waiter in actor.waiters:
            self._wake(waiter)

    def _park(self) -> Actor:
        actor = self._alive()
        self.ready.append(actor)
        self._main.switch()
        return self._alive()

    def _alive(self) -> Actor:
        actor = self.running
        if actor.dead:
            raise DeadError
        return actor

    def _fail(self, what: str, of: object, errors: Sequence[Error], how: str) -> NoReturn:
        self.note(what, of, how)
        error = self.chance.choice(errors)
        raise error()

    def _maybe_stall(self, probability: float) -> None:
        if probability and self.likely(probability):
            seconds = self.chance.choice((0.1, 0.5, 2.0, 20.0, 40.0, 100.0))
            self.note("stalls", f"{seconds} s")
            self.sleep(seconds)

    def _alarm(self, actor: Actor, seconds: float) -> None:
        actor.naps += 1
        heappush(self._alarms, (self.now + max(0.0, seconds), next(self._numbers), actor, actor.naps))

    def _wake(self, actor: Actor) -> None:
        if not actor.done and actor not in self.ready:
            actor.naps += 1
            actor.rests = False
            self.ready.append(actor)

    def _wake_due(self) -> None:
        while self._alarms and self._alarms[0][0] <= self.now:
            _, _, actor, nap = heappop(self._alarms)
            if actor.naps == nap:
                self._wake(actor)

    def _chosen(self) -> Actor:
        ready = self.ready
        if self._last is not None and self._last in ready and self.likely(self.weather.goes_on):
            ready.remove(self._last)
            return self._last
        at = int(self.chance.random() * len(ready))
        ready[at], ready[-1] = ready[-1], ready[at]
        return ready.pop()

    def _resume(self, actor: Actor) -> None:
        self._running = self._last = actor
        assert actor.greenlet is not None
        actor.greenlet.switch()
        self._running = None
