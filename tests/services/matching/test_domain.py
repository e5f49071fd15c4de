"""The rules of applications and pairings: every sequence of steps, and each rule by itself."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain import applications, pairings, reserves
from services.matching.domain.applications import Application
from services.matching.domain.eligibility import CityFacts
from services.matching.domain.pairings import DeclineReason, DissolveReason, Pairing, Step
from services.matching.domain.programmes import Stamp
from services.matching.domain.rounds import Decision, Proposal, Round, propose, request_round
from services.matching.domain.terms import Threshold, ThresholdKind
from services.matching.errors import (
    ApplicationCityUnknown,
    ApplicationCityWithdrawn,
    ApplicationSideMismatch,
    ApplicationThresholdMissed,
    ApplicationWaiverMissing,
    CallClosed,
    RoundCityNotAdmitted,
    RoundPairsContradictory,
)
from services.matching.solver.problem import Pair
from services.matching.solver.solution import Part, Suggestion
from shared.contracts.matching import Side
from shared.errors import Conflict
from shared.ids import ApplicationId, CityId, ExchangeId, PairingId, ProposalId, RoundId
from tests.services.matching.test_deadlines import BEFORE, TERMS, opened

EXCHANGE = opened()
DRAFT = Application(
    ApplicationId("app_1"),
    EXCHANGE.id,
    CityId("cty_1"),
    "eu",
    "We want to learn.",
    False,  # noqa: FBT003 - nine fields, in their order
    BEFORE.by,
    BEFORE.at,
    BEFORE.by,
    BEFORE.at,
)
PORTO = CityFacts("PT", withdrawn=False, population=230_000)
PROPOSAL = Proposal(
    id=ProposalId("prp_1"),
    round_id=RoundId("rnd_1"),
    exchange_id=ExchangeId("exc_1"),
    eu_city_id=CityId("cty_1"),
    partner_city_id=CityId("cty_2"),
    score=1,
    parts=(Part("peer", 1),),
    topics=("water",),
    locked=False,
    lock_reason=None,
    chosen_freely=True,
    runner_up_city_id=None,
)
PAIRING, _ = pairings.propose(PROPOSAL, PairingId("pai_1"), None, BEFORE)
STEPS: dict[str, Callable[[Application], Application]] = {
    "submit": lambda state: applications.submit(state, EXCHANGE, BEFORE)[0],
    "admit": lambda state: applications.admit(state, EXCHANGE, PORTO, None, BEFORE)[0],
    "withdraw": lambda state: applications.withdraw(state, BEFORE)[0],
    "assess": lambda state: applications.assess(state, EXCHANGE, PORTO, None, BEFORE)[0],
    "reserve": lambda state: reserves.reserve(state, "Full.", 1, BEFORE)[0],
    "step in": lambda state: reserves.step_in(state, "Its turn.", BEFORE)[0],
    "reject": lambda state: applications.reject(state, "Because.", BEFORE)[0],
}
SIDES = st.sampled_from(["eu", "partner"])


def submitted() -> Application:
    return applications.submit(DRAFT, EXCHANGE, BEFORE)[0]


def test_application_follows_its_life_cycle() -> None:
    reserved, _ = reserves.reserve(submitted(), "Full.", 1, BEFORE)
    admitted, event = applications.admit(reserved, EXCHANGE, PORTO, None, BEFORE)

    assert (reserved.status, admitted.status) == ("reserve", "admitted")
    assert event.state.status == "admitted"
    assert not hasattr(event.state, "statement")


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=8))
def test_no_step_leads_out_of_rejected_and_none_is_undecided_without_a_submission(
    steps: list[str],
) -> None:
    state, was_rejected = DRAFT, False
    for step in steps:
        with suppress(Conflict):
            state = STEPS[step](state)
        was_rejected = was_rejected or state.status == "rejected"

        assert state.status == "rejected" or not was_rejected
        assert state.status in {"draft", "withdrawn"} or state.submitted_at is not None


def test_submission_after_the_deadline_is_refused() -> None:
    late = Stamp("usr_1", EXCHANGE.deadline_at + timedelta(minutes=1))

    with pytest.raises(CallClosed, match="23:59"):
        applications.submit(DRAFT, EXCHANGE, late)


def test_withdrawn_draft_leaves_no_event_and_can_still_be_submitted() -> None:
    withdrawn, events = applications.withdraw(DRAFT, BEFORE)

    assert events == ()
    assert withdrawn.version == DRAFT.version + 1
    assert applications.submit(withdrawn, EXCHANGE, BEFORE)[0].status == "submitted"


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        (None, ApplicationCityUnknown),
        (replace(PORTO, withdrawn=True), ApplicationCityWithdrawn),
        (replace(PORTO, country="CA"), ApplicationSideMismatch),
    ],
)
def test_city_that_can_not_take_part_is_not_admitted(
    facts: CityFacts | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        applications.admit(submitted(), EXCHANGE, facts, None, BEFORE)


def test_partner_side_is_for_the_partner_country_alone() -> None:
    with pytest.raises(ApplicationSideMismatch):
        applications.require_side("partner", "PT", EXCHANGE)

    applications.require_side("partner", TERMS.partner_country, EXCHANGE)


def test_soft_threshold_is_waived_with_a_reason_that_stays() -> None:
    exchange = opened(thresholds=(Threshold(250_000, ThresholdKind.SOFT),))

    with pytest.raises(ApplicationWaiverMissing):
        applications.admit(submitted(), exchange, PORTO, None, BEFORE)
    admitted, _ = applications.admit(submitted(), exchange, PORTO, "A port.", BEFORE)

    (waiver,) = admitted.waivers
    assert (waiver.min_population, waiver.reason, waiver.by) == (250_000, "A port.", BEFORE.by)


def test_hard_threshold_is_not_waived() -> None:
    exchange = opened(thresholds=(Threshold(250_000, ThresholdKind.HARD),))

    with pytest.raises(ApplicationThresholdMissed, match="230000"):
        applications.admit(submitted(), exchange, PORTO, "A port.", BEFORE)


@given(st.lists(st.tuples(st.sampled_from(["accept", "decline", "dissolve"]), SIDES), max_size=6))
def test_pairing_is_active_only_with_both_answers_and_ends_for_good(
    steps: list[tuple[str, Side]],
) -> None:
    state, ended = PAIRING, False
    for what, side in steps:
        with suppress(Conflict):
            state = _pairing_step(state, what, side)
        ended = ended or state.status == "dissolved"

        assert (state.status == "dissolved") == ended
        assert state.status != "active" or set(state.accepted_by) == {"eu", "partner"}
        assert (state.dissolved_reason is not None) == ended


def _pairing_step(state: Pairing, what: str, side: Side) -> Pairing:
    if what == "accept":
        return pairings.accept(state, side, BEFORE)[0]
    if what == "decline":
        return pairings.decline(state, side, (DeclineReason.NO_CAPACITY, None), BEFORE)[0]
    step = Step("dissolved", BEFORE.by, BEFORE.at, side)
    return pairings.dissolve(state, DissolveReason.NO_CONTACT, step)[0]


def test_second_yes_of_the_same_side_is_refused() -> None:
    once, event = pairings.accept(PAIRING, "eu", BEFORE)

    assert event.TYPE.endswith("pairing.accepted.v1")
    with pytest.raises(Conflict):
        pairings.accept(once, "eu", BEFORE)


def test_second_side_activates() -> None:
    once, _ = pairings.accept(PAIRING, "eu", BEFORE)

    _, event = pairings.accept(once, "partner", BEFORE)

    assert event.TYPE.endswith("pairing.activated.v1")


LOCK = Decision(CityId("e1"), CityId("p1"), "Twinned since 1987.", ("harbour",))
CITIES = ({"e1"}, {"p1"})
ROUND = Round(RoundId("rnd_1"), ExchangeId("exc_1"), (LOCK,), (), BEFORE.by, requested_at=BEFORE.at)


def test_lock_of_a_city_that_is_not_admitted_is_pointed_to() -> None:
    other = replace(LOCK, partner_city_id=CityId("p9"))

    with pytest.raises(RoundCityNotAdmitted) as caught:
        request_round(replace(ROUND, locks=(other,)), CITIES)

    assert [each.field for each in caught.value.errors] == ["/locks/0/partner_city_id"]


def test_pair_that_is_locked_and_vetoed_is_pointed_to() -> None:
    with pytest.raises(RoundPairsContradictory) as caught:
        request_round(replace(ROUND, vetoes=(LOCK,)), CITIES)

    assert [each.field for each in caught.value.errors] == ["/locks/0", "/vetoes/0"]


def test_topics_are_those_of_the_lock_else_the_four_best_of_the_score() -> None:
    parts = tuple(Part(f"topic:t{n}", n) for n in range(6))
    pair = Pair("e1", "p1")
    suggestion = Suggestion(pair, 15, parts, False, True, None)  # noqa: FBT003 - in their order

    free = propose(ROUND, suggestion, (ProposalId("prp_1"), 1), {})
    suggestion = replace(suggestion, locked=True)
    locked = propose(ROUND, suggestion, (ProposalId("prp_1"), 1), {LOCK.pair: LOCK})

    assert free.topics == ("t5", "t4", "t3", "t2")
    assert (locked.topics, locked.lock_reason) == (("harbour",), "Twinned since 1987.")
