"""Cities are found by the side on which they were admitted, once the registry knows of it."""

from datetime import UTC, datetime

from services.registry.domain.changes import Author, started
from services.registry.domain.cities import City
from services.registry.domain.cities.facts import Facts
from services.registry.places import Places
from services.registry.reference import shipped_places
from services.registry.search.cities.contents import cities_subject
from services.registry.search.cities.criteria import Criteria
from services.registry.search.cities.documents import Seat, document_of
from services.registry.search.cities.finding import Wanted, find
from services.registry.search.keeper import SearchKeeper
from services.registry.search.searches import CityKeeper
from services.registry.store import PARTICIPATION_COPIES, Participation
from shared.contracts.matching import ApplicationAdmittedV1, ApplicationState
from shared.ids import CityId, new_id
from shared.mongo import Mongo
from shared.outbox import OUTBOX, Cause, outbox_row
from tests.services.registry.search.cities import city, index_of, names
from tests.services.registry.search.conftest import Searching
from tests.support.waiting import eventually, running

CANADA, JAPAN = "exc_" + "1" * 32, "exc_" + "2" * 32


def test_side_is_of_the_exchange_or_of_any() -> None:
    both = city("Both", seats=(Seat(CANADA, "partner"), Seat(JAPAN, "eu")))
    index = index_of(both, city("One", seats=(Seat(CANADA, "eu"),)), city("None"))

    assert names(index, Criteria(side="eu")) == ["Both", "One"]
    assert names(index, Criteria(side="partner")) == ["Both"]
    assert names(index, Criteria(exchange_id=CANADA)) == ["Both", "One"]
    assert names(index, Criteria(exchange_id=CANADA, side="eu")) == ["One"]
    assert names(index, Criteria(exchange_id=JAPAN, side="partner")) == []


def test_facet_counts_a_city_once_a_side() -> None:
    twice = city("Twice", seats=(Seat(CANADA, "eu"), Seat(JAPAN, "eu")))
    index = index_of(twice, city("None"))

    found = find(index, Wanted(Criteria(), facets=("side",)))

    assert (found.total, found.facets) == (2, {"side": {"eu": 1}})


async def test_city_has_its_side_when_the_consumer_has_come_to_the_admission(
    searching: Searching,
) -> None:
    made = await searching.callers.city("Latecomer", country="KR")
    await searching.await_found(["Latecomer"], country="KR")
    state = ApplicationState(
        id=new_id("app"), exchange_id=CANADA, city_id=made["id"], side="partner", status="admitted"
    )
    await _told(searching.mongo, state)
    await _heard(searching)
    assert await searching.found(country="KR", side="partner") == []

    copy = Participation(state.id, 3, state.city_id, CANADA, "partner", "admitted")
    await searching.mongo.transact(lambda tx: tx.put_newer(PARTICIPATION_COPIES, copy))

    await searching.await_found(["Latecomer"], country="KR", side="partner", exchange_id=CANADA)
    assert await searching.found(country="KR", side="eu") == []


async def test_process_that_starts_between_admission_and_copy_hears_of_it(
    searching: Searching, kafka: str
) -> None:
    made = await searching.callers.city("Restarter", country="TW")
    state = ApplicationState(
        id=new_id("app"), exchange_id=JAPAN, city_id=made["id"], side="eu", status="admitted"
    )
    await _told(searching.mongo, state)
    await _heard(searching)
    keeper = SearchKeeper(searching.mongo, kafka, cities_subject(shipped_places))

    async with running(keeper.run()):
        await eventually(lambda: _follows(keeper))
        copy = Participation(state.id, 3, state.city_id, JAPAN, "eu", "admitted")
        await searching.mongo.transact(lambda tx: tx.put_newer(PARTICIPATION_COPIES, copy))

        await eventually(lambda: _finds(keeper, "Restarter"))


async def _follows(keeper: CityKeeper) -> bool:
    return keeper.following and keeper.last_build is not None


async def _finds(keeper: CityKeeper, name: str) -> bool:
    return names(keeper.index, Criteria(country="TW", side="eu")) == [name]


async def _told(mongo: Mongo, state: ApplicationState) -> None:
    """Let matching say it: its event comes to the topic by the relay."""
    stamp = (mongo.event_ids.next(), 3, mongo.clock.now())
    row = outbox_row(ApplicationAdmittedV1(state=state), "matching", stamp, Cause())
    await mongo.database[OUTBOX].insert_one(row)


async def _heard(searching: Searching) -> None:
    """Wait until the index has heard of the admission and is waiting for the copy."""

    async def waiting() -> bool:
        return any(hint.copy for hint in searching.keeper._changed)

    await eventually(waiting)


def test_who_is_not_admitted_has_no_side() -> None:
    """Who else applied is not public."""
    author = Author("usr_1", datetime(2026, 1, 1, tzinfo=UTC))
    registered = City(CityId("cty_1"), Facts("Riga", "LV"), "riga", started(author))
    statuses = ("submitted", "rejected", "reserve", "withdrawn", "admitted")
    copies = [Participation(f"app_{s}", 1, "cty_1", f"exc_{s}", "eu", s) for s in statuses]

    document = document_of(registered, (), copies, Places(b"", {}, {}))

    assert document is not None
    assert document.seats == (Seat("exc_admitted", "eu"),)
