"""The worker: solves in its own process, once, whatever dies, and lets go when told to stop."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from functools import partial
from multiprocessing.process import BaseProcess

import psutil
import pytest

from services.matching import workers
from services.matching.domain.rounds import Round
from services.matching.jobs import Outcome, work_out
from services.matching.settings import SolverSettings
from services.matching.store import PROPOSALS, ROUND_PROGRESS, ROUNDS
from services.matching.usecases.solving import begin, finish
from services.matching.workers import MAX_TRIES, RoundWorker
from shared.ids import RoundId
from shared.lease import Lease
from shared.mongo import Mongo
from shared.unit_of_work import Tx
from tests.services.matching.desk import Desk, Json, done
from tests.support.waiting import eventually

SETTINGS = SolverSettings(poll_seconds=0.05)
SOLVERS = {f"solver of {name}/0" for name in ("test", "one", "two")}


@asynccontextmanager
async def working(
    mongo: Mongo, settings: SolverSettings = SETTINGS, name: str = "test"
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(RoundWorker(mongo, settings, name).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


def ended(desk: Desk, round_id: str) -> Callable[[], Awaitable[str | None]]:
    async def look() -> str | None:
        round_ = await desk.mongo.get(ROUNDS, round_id)
        return round_.status if round_ and round_.status != "requested" else None

    return look


@pytest.fixture
def only_the_test_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests neither stop a solver nor set it going again."""
    monkeypatch.setattr("services.matching.beside.stands_still", lambda _: nullcontext())


async def stopped_solver(desk: Desk) -> psutil.Process:
    """Give the worker's solver, which has solved a round and is now stopped in its tracks."""
    first = await ask(desk)
    await eventually(ended(desk, first["id"]))
    (child,) = own_solvers()
    solver = psutil.Process(child.pid)
    solver.suspend()
    return solver


def taken(desk: Desk, round_id: str) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        progress = await desk.mongo.get(ROUND_PROGRESS, round_id)
        return progress is not None and progress.stage != "waiting"

    return look


def gone(process: psutil.Process) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return not process.is_running()

    return look


def own_solvers() -> list[BaseProcess]:
    """The solvers of this module's workers; other tests of this process keep theirs running."""
    return [each for each in multiprocessing.active_children() if each.name in SOLVERS]


async def no_solver_left() -> bool:
    """Tell whether the killed process is reaped, for which a busy machine takes its time."""
    return not own_solvers()


async def ask(desk: Desk) -> Json:
    exchange, _, _ = await desk.two_and_two()
    return done(await desk.officer.create("/v1/rounds", {"exchange_id": exchange["id"]}), 202)


async def test_requested_round_is_solved_in_another_process(desk: Desk) -> None:
    asked = await ask(desk)

    async with working(desk.mongo):
        status = await eventually(ended(desk, asked["id"]))

    assert status == "solved"
    assert await desk.told(asked["id"]) == ["round.requested.v1", "round.solved.v1"]
    await eventually(no_solver_left)


async def test_round_asked_for_while_the_worker_waits_is_solved(desk: Desk) -> None:
    async with working(desk.mongo):
        asked = await ask(desk)

        assert await eventually(ended(desk, asked["id"])) == "solved"


@pytest.mark.parametrize(("short", "noted"), [(0, True), (workers.SHORT_SAVE, False)])
async def test_long_save_is_noted_before_it_begins(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, short: int, *, noted: bool
) -> None:
    stages: list[str] = []

    async def seen(tx: Tx, id_: RoundId, outcome: Outcome) -> Round | None:
        progress = await tx.get(ROUND_PROGRESS, id_)
        stages.append(progress.stage if progress else "")
        return await finish(tx, id_, outcome)

    monkeypatch.setattr(workers, "SHORT_SAVE", short)
    monkeypatch.setattr(workers, "finish", seen)
    asked = await ask(desk)
    async with working(desk.mongo):
        await eventually(ended(desk, asked["id"]))

    assert (stages[-1] == "saving") is noted


async def test_round_whose_worker_died_is_taken_again(desk: Desk) -> None:
    asked = await ask(desk)
    dead = Lease(desk.mongo, f"round:{asked['id']}", "dead", 15)
    assert await dead.hold()
    await desk.mongo.transact(partial(begin, round_id=RoundId(asked["id"])))

    async with working(desk.mongo):
        desk.issuer.clock.advance(timedelta(seconds=16))
        status = await eventually(ended(desk, asked["id"]))

    assert status == "solved"


async def test_killed_solver_is_replaced(desk: Desk) -> None:
    async with working(desk.mongo):
        first = await ask(desk)
        await eventually(ended(desk, first["id"]))
        (solver,) = own_solvers()
        solver.kill()
        second = await ask(desk)

        assert await eventually(ended(desk, second["id"])) == "solved"


async def test_round_that_kills_its_workers_is_given_up_in_words(desk: Desk) -> None:
    asked = await ask(desk)
    for _ in range(MAX_TRIES):
        await desk.mongo.transact(partial(begin, round_id=RoundId(asked["id"])))

    async with working(desk.mongo):
        status = await eventually(ended(desk, asked["id"]))

    assert status == "failed"
    assert await desk.told(asked["id"]) == ["round.requested.v1", "round.failed.v1"]


async def test_round_that_another_worker_has_is_left_alone(desk: Desk) -> None:
    asked = await ask(desk)
    assert await Lease(desk.mongo, f"round:{asked['id']}", "other", 15).hold()
    later = await ask(desk)

    async with working(desk.mongo):
        await eventually(ended(desk, later["id"]))

    assert await ended(desk, asked["id"])() is None


async def test_second_result_of_a_round_has_no_effect(desk: Desk) -> None:
    asked = await ask(desk)
    id_ = RoundId(asked["id"])
    taken = await desk.mongo.transact(partial(begin, round_id=id_))
    assert taken is not None
    save = partial(finish, round_id=id_, outcome=work_out(taken.job, lambda _: None))

    both = await asyncio.gather(desk.mongo.transact(save), desk.mongo.transact(save))

    assert [each is None for each in both].count(True) == 1
    assert await desk.mongo.count(PROPOSALS, {"round_id": id_}) == 2
    assert await desk.told(id_) == ["round.requested.v1", "round.solved.v1"]


async def test_two_rounds_published_at_once_leave_one_pairing_per_pair(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    rounds = [await desk.round(exchange["id"]) for _ in range(2)]

    answers = await asyncio.gather(
        *(
            desk.officer.change(f"/v1/rounds/{each['id']}/publish", each["version"])
            for each in rounds
        )
    )

    assert {each.status_code for each in answers} <= {200, 409}
    assert len(await desk.pairings(exchange["id"], status="proposed")) == 2


@pytest.mark.usefixtures("only_the_test_stops_it")
async def test_round_that_is_being_solved_is_cancelled_and_its_solver_stopped(desk: Desk) -> None:
    async with working(desk.mongo):
        solver = await stopped_solver(desk)
        asked = await ask(desk)
        await eventually(taken(desk, asked["id"]))
        cancelled = await desk.officer.change(f"/v1/rounds/{asked['id']}/cancel", 1)
        await eventually(gone(solver))
        later = await ask(desk)

        assert await eventually(ended(desk, later["id"])) == "solved"
    assert done(cancelled)["status"] == "cancelled"
    assert await desk.told(asked["id"]) == ["round.requested.v1", "round.cancelled.v1"]
    assert await desk.mongo.count(PROPOSALS, {"round_id": asked["id"]}) == 0


@pytest.mark.usefixtures("only_the_test_stops_it")
async def test_round_whose_solver_is_killed_while_solving_is_solved_by_the_next(desk: Desk) -> None:
    async with working(desk.mongo):
        solver = await stopped_solver(desk)
        asked = await ask(desk)
        await eventually(taken(desk, asked["id"]))
        solver.kill()
        status = await eventually(ended(desk, asked["id"]))

    assert status == "solved"
    assert await desk.told(asked["id"]) == ["round.requested.v1", "round.solved.v1"]
    assert await desk.mongo.count(PROPOSALS, {"round_id": asked["id"]}) == 2


async def test_cancel_and_result_at_once_leave_one_of_the_two(desk: Desk) -> None:
    asked = await ask(desk)
    id_ = RoundId(asked["id"])
    taken = await desk.mongo.transact(partial(begin, round_id=id_))
    assert taken is not None
    save = partial(finish, round_id=id_, outcome=work_out(taken.job, lambda _: None))

    cancelled, finished = await asyncio.gather(
        desk.officer.change(f"/v1/rounds/{id_}/cancel", 1), desk.mongo.transact(save)
    )

    assert (cancelled.status_code == 200) == (finished is None)
    assert cancelled.status_code in {200, 409, 412}
    assert len(await desk.told(id_)) == 2
    left = await desk.mongo.count(PROPOSALS, {"round_id": id_})
    assert left == (0 if finished is None else 2)


async def test_two_workers_solve_many_rounds_once_each(desk: Desk) -> None:
    asked = [await ask(desk) for _ in range(4)]

    async with working(desk.mongo, name="one"), working(desk.mongo, name="two"):
        for each in asked:
            assert await eventually(ended(desk, each["id"])) == "solved"

    for each in asked:
        assert await desk.told(each["id"]) == ["round.requested.v1", "round.solved.v1"]
        assert await desk.mongo.count(PROPOSALS, {"round_id": each["id"]}) == 2


async def test_round_that_takes_too_long_fails_in_words(desk: Desk) -> None:
    asked = await ask(desk)

    async with working(desk.mongo, SolverSettings(poll_seconds=0.05, timeout_seconds=0.0001)):
        status = await eventually(ended(desk, asked["id"]))

    round_ = await desk.mongo.get(ROUNDS, asked["id"])
    assert status == "failed"
    assert round_ is not None
    assert "took longer" in (round_.problem or "")
