"""No sequence of commands, dates and rounds leads an exchange into a state that must not be."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.matching.domain.actions import Content
from services.matching.domain.pairings import DeclineReason, DissolveReason, Outcome, Pairing
from services.matching.domain.terms import MaxPartners, RematchMode, Terms
from services.matching.jobs import work_out
from services.matching.solver.problem import Weights
from services.matching.store import (
    ACTIONS,
    APPLICATIONS,
    CITY_COPIES,
    INTEREST_COPIES,
    PAIRINGS,
    PROPOSALS,
    ROUNDS,
    VACANCIES,
    CityCopy,
    InterestCopies,
    InterestCopy,
)
from services.matching.usecases import (
    actions,
    applications,
    dates,
    exchanges,
    pairings,
    publishing,
    rematches,
    rounds,
    solving,
)
from services.matching.usecases.targets import Target
from shared.auth import Principal, Role
from shared.contracts.matching import Side
from shared.errors import ProblemError
from shared.ids import CityId, InterestId, TopicCode
from shared.unit_of_work import Tx
from tests.services.matching.soundness import faults
from tests.services.registry.memory import Register

OFFICER = Principal("usr_officer", "user", frozenset({Role.OFFICER}))
SIDES: tuple[Side, ...] = ("eu", "partner")
CITIES_PER_SIDE = 4
WATER = TopicCode("water")

some = st.integers(0, 5)
"""Which of those that there are, the latest first; taken modulo their number."""
sides = st.sampled_from(SIDES)


class Exchange(RuleBasedStateMachine):
    """An officer does what comes to mind for everybody, in any order, while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.register = Register(inserted=(PROPOSALS,))

    @initialize(mode=st.sampled_from(list(RematchMode)))
    def begin(self, mode: RematchMode) -> None:
        period = exchanges.CreateProgramme("P", date(2026, 1, 1), date(2027, 1, 1))
        programme = self.register.run(lambda tx: exchanges.create(tx, OFFICER, period))
        terms = Terms(
            programme.id,
            "E",
            "CA",
            "Europe/Lisbon",
            date(2027, 1, 1),
            MaxPartners(),
            Weights(),
            rematch=mode,
        )
        self.exchange = self.register.run(lambda tx: exchanges.open_(tx, OFFICER, terms))
        for side in SIDES:
            for number in range(CITIES_PER_SIDE):
                self._apply(CityId(f"cty_{side}{number}"), side)
            last = self.register.all(APPLICATIONS)[-1]
            self._step(APPLICATIONS, last.id, applications.reserve, "All places are taken.")
        self.hold_a_round()
        self.solve_and_publish()
        self.accept_for_both(0)
        self.accept_for_both(1)

    def _apply(self, city_id: CityId, side: Side) -> None:
        country = "PT" if side == "eu" else "CA"
        copy = CityCopy(city_id, 1, city_id, country, "registered", 300_000, None, ())
        interest = InterestCopy(InterestId(f"int_{city_id}"), 1, WATER, 3, 3)
        draft = applications.Draft(self.exchange.id, city_id, side, "Yes.")

        async def known(tx: Tx) -> None:
            tx.put(CITY_COPIES, copy)
            tx.put(INTEREST_COPIES, InterestCopies(city_id, (interest,)))

        self.register.run(known)
        made = self.register.run(lambda tx: applications.draft(tx, OFFICER, draft))
        for step in (applications.submit, partial(applications.admit, waiver=None)):
            self._step(APPLICATIONS, made.id, step)

    @rule(which=some, step=st.sampled_from(["reserve", "admit", "withdraw", "submit", "reject"]))
    def decide(self, which: int, step: str) -> None:
        more = {"reserve": ("Full.",), "reject": ("No.",), "admit": (None,)}.get(step, ())
        self._step_of(APPLICATIONS, which, getattr(applications, step), *more)

    @rule()
    def hold_a_round(self) -> None:
        command = rounds.RequestRound(self.exchange.id)
        self._do(lambda tx: rounds.request(tx, OFFICER, command))

    @rule(lock=st.booleans())
    def rematch(self, lock: bool) -> None:  # noqa: FBT001 - drawn by name
        self._do(lambda tx: rematches.rematch(tx, OFFICER, self.exchange.id, lock_unanswered=lock))

    @rule()
    def solve_and_publish(self) -> None:
        self.solve()
        self.publish()

    @rule()
    def solve(self) -> None:
        for round_ in self.register.all(ROUNDS)[-1:]:
            if round_.status == "requested":
                taken = self.register.run(partial(solving.begin, round_id=round_.id))
                assert taken is not None
                outcome = work_out(taken.job, lambda _: None)
                self.register.run(partial(solving.finish, round_id=round_.id, outcome=outcome))

    @rule()
    def publish(self) -> None:
        for round_ in self.register.all(ROUNDS)[-1:]:
            self._step(ROUNDS, round_.id, publishing.publish)

    @rule(which=some, side=sides)
    def accept(self, which: int, side: Side) -> None:
        self._step_of(PAIRINGS, which, pairings.accept, side)

    @rule(which=some)
    def accept_for_both(self, which: int) -> None:
        for side in SIDES:
            self.accept(which, side)

    @rule(which=some, side=sides)
    def decline(self, which: int, side: Side) -> None:
        command = pairings.Decline(DeclineReason.OTHER, side=side)
        self._step_of(PAIRINGS, which, pairings.decline, command)

    @rule(which=some, step=st.sampled_from(["suspend", "resume", "conclude", "dissolve"]))
    def cooperate(self, which: int, step: str) -> None:
        more: dict[str, tuple[Any, ...]] = {
            "suspend": ("Why.",),
            "conclude": (Outcome("Done."),),
            "dissolve": (pairings.Dissolve(DissolveReason.OTHER),),
        }
        self._step_of(PAIRINGS, which, getattr(pairings, step), *more.get(step, ()))

    @rule(which=some, side=sides, number=st.integers(0, CITIES_PER_SIDE - 1), yes=st.booleans())
    def replace(self, which: int, side: Side, number: int, yes: bool) -> None:  # noqa: FBT001
        command = pairings.Replace(side, CityId(f"cty_{side}{number}"), "Why.")
        self._step_of(PAIRINGS, which, pairings.replace, command)
        if yes:
            self.accept_for_both(0)

    @rule(which=some, side=sides)
    def agree(self, which: int, side: Side) -> None:
        pairing: Pairing | None = self._some(PAIRINGS, which)
        if pairing is not None:
            content = Content("Do it", pairing.city(side), due_on=date(2026, 3, 1))
            self._do(lambda tx: actions.agree(tx, OFFICER, pairing.id, content))

    @rule(which=some, status=st.sampled_from(["open", "in_progress", "done", "dropped"]))
    def move(self, which: int, status: Any) -> None:  # noqa: ANN401 - a status
        self._step_of(ACTIONS, which, actions.move, actions.Move(status, "So it was."))

    @rule(days=st.integers(1, 15))
    def let_time_pass(self, days: int) -> None:
        self.register.skipped += timedelta(days=days)

    @rule()
    def look_at_dates(self) -> None:
        every = [each.id for each in self.register.all(PAIRINGS)]
        self._do(lambda tx: dates.let_dates_pass(tx, every))

    @precondition(lambda self: self.register.all(VACANCIES))
    @rule()
    def fill(self) -> None:
        self._do(lambda tx: rematches.fill(tx, self.exchange.id))

    @invariant()
    def states_are_valid(self) -> None:
        assert list(faults(self.register)) == []

    def _some(self, collection: Any, which: int) -> Any:  # noqa: ANN401 - any state
        every = self.register.all(collection)
        return every[-1 - which % len(every)] if every else None

    def _step_of(self, collection: Any, which: int, step: Any, *more: Any) -> None:  # noqa: ANN401
        chosen = self._some(collection, which)
        if chosen is not None:
            self._step(collection, chosen.id, step, *more)

    def _step(self, collection: Any, id_: str, step: Any, *more: Any) -> None:  # noqa: ANN401
        version = next(each for each in self.register.all(collection) if each.id == id_).version
        self._do(lambda tx: step(tx, OFFICER, Target(id_, version), *more))

    def _do(self, work: Callable[[Tx], Awaitable[object]]) -> None:
        """Run a command; one that is refused must not change anything, which `Register` sees to."""
        with suppress(ProblemError):
            self.register.run(work)


TestExchange = Exchange.TestCase
TestExchange.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
