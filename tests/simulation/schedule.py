"""One schedule: foul weather for a while, then fair weather until all is at rest."""

from dataclasses import dataclass

from tests.simulation.account import Account
from tests.simulation.clients import RETRIES, THEMES, Client
from tests.simulation.machine import Machine
from tests.simulation.probes import Probe
from tests.simulation.promises import HOUR
from tests.simulation.scheduler import FAIR, Event, Scheduler, ViolationError
from tests.simulation.world import World

FOUL_STEPS = 800
ROUNDS = 200
ROUNDS_A_JOB = 60
"""
Turns of everybody after which all must be at rest, once the weather is fair and no client asks any more:
those of one job, and some for each other that is open then, for they may wait for each other.
"""
TOLD = 60
"""Steps of a trace that a failure tells."""
LEAPS = (2.0, 35.0, 65.0, 130.0, 700.0, 1_500.0, 7 * HOUR, 25 * HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a schedule came to."""

    seed: int
    steps: int
    rounds: int
    jobs: int
    trace: list[Event]


def simulate(seed: int) -> Report:
    """
    Run the schedule of a seed.

    Raises:
        ViolationError: a promise was broken; it names the seed and tells the last steps.
    """
    sim = Scheduler(seed)
    try:
        return _simulated(sim)
    finally:
        sim.close()


def _simulated(sim: Scheduler) -> Report:
    chance = sim.chance
    world = World(sim, Account if chance.random() < 0.5 else Machine)
    theme = chance.choice(THEMES)
    if theme is RETRIES:
        world.brown_out(chance.choice((30.0, 100.0)))
    clients = [Client(world, name, theme) for name in "abc"[: chance.randint(1, 3)]]
    world.clients = [sim.spawn(f"client {client.name}", client.live) for client in clients]
    for _ in range(chance.randint(FOUL_STEPS // 4, FOUL_STEPS)):
        _strike(sim, world)
        if not sim.step() or world.at_rest():
            break
        _look(sim, world)
    sim.weather = FAIR
    world.heal()
    rounds = _come_to_rest(sim, world)
    world.clients = [sim.spawn("probe", Probe(world, "probe").live)]
    _come_to_rest(sim, world)
    world.promises.ended({job.key for job in world.notifier.told})
    _look(sim, world)
    return Report(seed=sim.seed, steps=sim.steps, rounds=rounds, jobs=len(world.store.jobs), trace=sim.trace)


def _come_to_rest(sim: Scheduler, world: World) -> int:
    """How many rounds it took after the last client had asked."""
    rounds = allowed = 0
    while not world.at_rest():
        if all(client.done for client in world.clients):
            rounds += 1
            allowed = allowed or ROUNDS + ROUNDS_A_JOB * world.open_jobs()
        if rounds > allowed or not sim.round():
            sim.violate(f"not at rest after {rounds} rounds of fair weather: {world.open_work()}")
        _look(sim, world)
    return rounds


def _strike(sim: Scheduler, world: World) -> None:
    """What happens between steps: a death, a leap of time, an engine that goes down."""
    weather = sim.weather
    if sim.likely(weather.dies):
        mortals = [actor for actor in sim.actors if actor.mortal]
        if mortals:
            sim.kill_process(sim.chance.choice(mortals))
    if sim.likely(weather.leaps):
        seconds = sim.chance.choices(LEAPS, (8, 8, 6, 6, 4, 3, 1, 1))[0]
        sim.now += seconds
        sim.note("leap", f"{seconds} s")
    if sim.likely(weather.brownouts):
        sim.note("brownout", "")
        world.brown_out(sim.chance.choice((1.0, 20.0, 100.0, 300.0, 1_500.0)))


def _look(sim: Scheduler, world: World) -> None:
    if sim.wrote:
        sim.wrote = False
        world.promises.hold()
    if sim.violation is not None:
        told = "\n".join(str(event) for event in sim.trace[-TOLD:])
        raise ViolationError(f"seed {sim.seed}, step {sim.steps}: {sim.violation}\n{told}")
