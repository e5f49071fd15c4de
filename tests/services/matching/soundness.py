"""What must hold of an exchange at any time, whatever was done to it."""

from collections import Counter
from collections.abc import Iterator, Mapping

from services.matching.domain import actions, applications, pairings
from services.matching.domain.pairings import LAPSED, LIVE, SUPERSEDED, Pairing
from services.matching.store import ACTIONS, APPLICATIONS, PAIRINGS, VACANCIES
from shared.contracts.matching import ActionEvent, ApplicationEvent, PairingEvent
from tests.services.registry.memory import Register

BOTH = {"eu", "partner"}
ANSWERS = {
    "proposed": (0,),
    "accepted_by_one_side": (1,),
    "active": (2,),
    "suspended": (2,),
    "concluded": (2,),
    "dissolved": (0, 1, 2),
}
"""How many sides have said yes, by status."""

Pairings = Mapping[str, Pairing]


def faults(register: Register) -> Iterator[str]:
    """Name everything about the exchange that must not be."""
    known: Pairings = {each.id: each for each in register.all(PAIRINGS)}
    for pairing in known.values():
        yield from _faults_of_answers(pairing)
        yield from _faults_of_replacement(pairing, known)
    yield from _faults_of_partners(register, known)
    yield from _faults_of_plans(register, known)
    yield from _faults_of_reserves(register)
    for vacancy in register.all(VACANCIES):
        if known[vacancy.id].status != "dissolved":
            yield f"{vacancy.id} leaves a vacancy and is {known[vacancy.id].status}"
    yield from _faults_of_events(register)


def _faults_of_answers(pairing: Pairing) -> Iterator[str]:
    yes = [step.side for step in pairing.history if step.what == "accepted"]
    if len(yes) not in ANSWERS[pairing.status] or tuple(yes) != pairing.accepted_by:
        yield f"{pairing.id} is {pairing.status} with the answers {yes}"
    if (pairing.status == "dissolved") != (pairing.dissolved_reason is not None):
        yield f"{pairing.id} is {pairing.status} for {pairing.dissolved_reason}"
    if pairing.dissolved_reason in {LAPSED, SUPERSEDED} and len(yes) == len(BOTH):
        yield f"{pairing.id} lapsed although both had said yes"
    if (pairing.status == "concluded") != (pairing.conclusion is not None):
        yield f"{pairing.id} is {pairing.status} with {pairing.conclusion}"
    if pairing.next_at is not None and not pairing.unanswered():
        yield f"{pairing.id} waits for a date although nothing is awaited"


def _faults_of_replacement(pairing: Pairing, known: Pairings) -> Iterator[str]:
    if pairing.replaced_by is not None:
        later = known[pairing.replaced_by]
        if later.replaces != pairing.id or pairing.status != "dissolved":
            yield f"{pairing.id} is not replaced by {later.id}"
    if pairing.replaces is not None and len(known[pairing.replaces].accepted_by) != len(BOTH):
        yield f"{pairing.id} replaces what never was a cooperation"


def _faults_of_partners(register: Register, known: Pairings) -> Iterator[str]:
    live = [each for each in known.values() if each.status in LIVE]
    for city_id, times in Counter(city for each in live for city in each.city_ids).items():
        if times > 1:
            yield f"{city_id} has {times} partners"
    status = {each.city_id: each.status for each in register.all(APPLICATIONS)}
    for pairing in live:
        out = [each for each in pairing.city_ids if status[each] != "admitted"]
        if out:
            yield f"{pairing.id} goes on though {out} are not admitted"


def _faults_of_plans(register: Register, known: Pairings) -> Iterator[str]:
    for action in register.all(ACTIONS):
        pairing = known[action.pairing_id]
        if action.going != (action.status in {"open", "in_progress"}):
            yield f"{action.id} is {action.status}"
        if action.content.owner_city_id not in pairing.city_ids:
            yield f"{action.id} is owned by a city that has nothing to do with it"
        later = known[pairing.replaced_by] if pairing.replaced_by else None
        if action.going and later is not None and later.status == "active":
            yield f"{action.id} was left behind in {pairing.id}"


def _faults_of_reserves(register: Register) -> Iterator[str]:
    every = register.all(APPLICATIONS)
    for each in every:
        if (each.status == "reserve") != (each.rank is not None):
            yield f"{each.id} is {each.status} at place {each.rank}"
    places = Counter((each.side, each.rank) for each in every if each.rank is not None)
    yield from (
        f"place {place} is taken {times} times" for place, times in places.items() if times > 1
    )


def _faults_of_events(register: Register) -> Iterator[str]:
    kinds = PairingEvent | ApplicationEvent | ActionEvent
    told = {each.state.id: each.state for each in register.events if isinstance(each, kinds)}
    for pairing in register.all(PAIRINGS):
        if told[pairing.id] != pairings.public(pairing):
            yield f"the last event of {pairing.id} tells something else"
    for action in register.all(ACTIONS):
        if told[action.id] != actions.public(action):
            yield f"the last event of {action.id} tells something else"
    for application in register.all(APPLICATIONS):
        if application.id in told and told[application.id] != applications.public(application):
            yield f"the last event of {application.id} tells something else"
