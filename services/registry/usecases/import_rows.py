"""Taking rows of a file into the register, by the same rules as one by one over HTTP.

A row is of the record that its id names; without one, of the record of its place or Wikidata item;
without those, of the registered body of its kind, name and country. Promises: a row is taken whole
or not at all; one that says what is known changes nothing; rows of one batch see each other.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from services.registry.domain import cities as rules
from services.registry.domain.cities import City, Facts, Statement
from services.registry.domain.duplicates.index import RULES, CandidateIndex, keys_of
from services.registry.domain.imports import AnyRow, Fault, Row, Unread
from services.registry.domain.remedies import remedy_for
from services.registry.errors import (
    CityAmbiguous,
    CityExists,
    CityFactFixed,
    CityNotFound,
    CityStatusDiffers,
)
from services.registry.places import fold_name
from services.registry.store import CITIES, NAME_KEYS, NameKeys
from services.registry.store.cities import named_query, places_query, wikidata_query
from services.registry.usecases.cities import update_city
from services.registry.usecases.duplicates import register_unless_known
from services.registry.usecases.groups import registered_of
from services.registry.usecases.name_keys import known_of
from services.registry.usecases.turns import CITY_GROUPS, author_of, take_turn
from shared.auth.principal import Principal
from shared.errors import ProblemError
from shared.ids import CityId, new_id
from shared.unit_of_work import Tx

_OUR_FAULT: Final = 500
"""From this status on a problem is not the row's."""

_FIXED: Final = ("country", "kind", "illustrative")
"""Facts that no change of a record may alter."""

_Name = tuple[str, str, str]
"""Country, kind and folded name."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row."""

    what: Literal["created", "updated", "unchanged", "rejected"]
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Known:
    """Which records the rows of a batch may be of; rows that were taken are added."""

    places: dict[int, CityId] = field(default_factory=dict)
    items: dict[str, CityId] = field(default_factory=dict)
    names: dict[_Name, list[CityId]] = field(default_factory=lambda: defaultdict(list))
    new: dict[CityId, NameKeys] = field(default_factory=dict)
    """Keys of records that this batch has made."""
    index: CandidateIndex = field(default_factory=CandidateIndex)
    """The records that this batch has made by name only."""

    def add(self, city: City) -> None:
        facts = city.facts
        if facts.geonames_id is not None:
            self.places[facts.geonames_id] = city.id
        if facts.wikidata_id is not None:
            self.items[facts.wikidata_id] = city.id
        bearers = self.names[facts.country, facts.kind, city.folded_name]
        if city.status == "registered" and city.id not in bearers:
            bearers.append(city.id)


async def take_rows(
    tx: Tx, who: Principal, rows: Sequence[AnyRow], *, dry_run: bool = False
) -> list[Outcome]:
    """Take the rows in their order; a row that can't be taken leaves nothing behind.

    Rows with members of a group must come one at a time.
    """
    bold = tx.attempt == 1 and not dry_run
    known = await _look_up(tx, [row for row in rows if isinstance(row, Row)], bold=bold)
    outcomes = [await _taken(tx, who, row, known) for row in rows]
    for keys in known.new.values():
        tx.insert_row(NAME_KEYS.name, NAME_KEYS.document(keys))
    return outcomes


async def _taken(tx: Tx, who: Principal, row: AnyRow, known: _Known) -> Outcome:
    if isinstance(row, Unread):
        return Outcome("rejected", row.faults)
    try:
        city = await _record_of(tx, row, known)
        if city is None:
            return await _created(tx, who, row, known)
        return await _changed(tx, who, (city, row), known)
    except ProblemError as problem:
        if problem.status >= _OUR_FAULT:
            raise
        return Outcome("rejected", tuple(_faults(row, problem)))


async def _look_up(tx: Tx, rows: Sequence[Row], *, bold: bool) -> _Known:
    """Read the records that the rows may be of, all at once.

    `bold` does not look for places of rows that came with keys, which are thought to be new: where
    one is not, the unique index of places refuses it, and the batch runs again with every look.
    """
    known = _Known()
    await tx.prefetch(CITIES, [row.id for row in rows if row.id])
    unnamed = [row for row in rows if not row.id]
    stated = [row.statement.facts for row in rows]
    sought = [row.statement.facts for row in rows if row.keys is None or not bold]
    if places := {place for each in sought if (place := each.get("geonames_id"))}:
        for city in await tx.find(CITIES, places_query(places)):
            known.add(city)
    for item in {item for each in stated if (item := each.get("wikidata_id"))}:
        for city in await tx.find(CITIES, wikidata_query(item), limit=1):
            known.add(city)
    names: dict[str, set[str]] = defaultdict(set)
    for row in unnamed:
        if row.statement.facts.get("geonames_id") not in known.places:
            country, _kind, name = _name_of(row)
            names[country].add(name)
    for country, folded in names.items():
        for city in await tx.find(CITIES, named_query(country, folded)):
            known.add(city)
    return known


async def _record_of(tx: Tx, row: Row, known: _Known) -> City | None:
    """Give the record that a row is of, None for a new one.

    Raises:
        CityNotFound: no record has the id. CityAmbiguous: several have the name.
        CityExists: the item is that of a record of another place.
    """
    if row.id is not None:
        city = await tx.get(CITIES, row.id)
        if city is None:
            raise CityNotFound(f"No record has the id {row.id}.")
        return city
    place, item = row.statement.facts.get("geonames_id"), row.statement.facts.get("wikidata_id")
    if (id_ := known.places.get(place or 0)) is not None:
        return await tx.get(CITIES, id_)
    if (id_ := known.items.get(item or "")) is not None:
        city = await tx.get(CITIES, id_)
        if city is not None and place is not None and city.facts.geonames_id not in {None, place}:
            raise CityExists(city.id)
        return city
    bearers = [await tx.get(CITIES, id_) for id_ in known.names.get(_name_of(row), ())]
    fitting = [
        city
        for city in bearers
        if city is not None
        and (place is None or city.facts.geonames_id is None)
        and (item is None or city.facts.wikidata_id is None)
    ]
    if len(fitting) > 1:
        raise CityAmbiguous(city.id for city in fitting)
    return fitting[0] if fitting else None


async def _created(tx: Tx, who: Principal, row: Row, known: _Known) -> Outcome:
    if row.status not in {None, "registered"}:
        raise CityStatusDiffers(f"A new city is registered, not {row.status}.")
    whole = _whole(row)
    if row.statement.facts.get("geonames_id") is None:
        city = await _created_by_name(tx, who, row, known)
    else:
        members = await _members(tx, whole)
        city_id = CityId(new_id("cty"))
        city, event = rules.register(city_id, whole, members, author_of(tx, who))
        tx.save(CITIES, city, event)
        keys = row.keys or tuple(sorted(keys_of(known_of(city.id, city.facts))))
        known.new[city.id] = NameKeys(city.id, keys, RULES)
    known.add(city)
    return Outcome("created")


async def _created_by_name(tx: Tx, who: Principal, row: Row, known: _Known) -> City:
    """Register what has no place of its own, unless it certainly is in the register or the batch.

    Raises:
        CityExists: 409 `city_exists`, with the record.
    """
    for found in known.index.matches(known_of("", facts_of(row))):
        if found.match.verdict == "certain":
            raise CityExists(CityId(found.candidate.record.id))
    city = (await register_unless_known(tx, who, _whole(row), row.place, ())).city
    known.index.add(known_of(city.id, city.facts))
    return city


def facts_of(row: Row) -> Facts:
    """Give the facts of the record that a row makes if it makes one.

    Raises:
        CityFactsMissing: 422 `city_facts_missing`.
    """
    facts = _whole(row).facts
    return replace(Facts(facts["name"], facts["country"]), **facts)


def _whole(row: Row) -> Statement:
    """Give what a new record says; what the row says to be unknown is left out."""
    facts = {name: value for name, value in row.statement.facts.items() if value is not None}
    return rules.completed(Statement(facts, row.statement.sources), row.place)  # type: ignore[arg-type]


async def _members(tx: Tx, whole: Statement) -> list[City]:
    member_ids = whole.facts.get("members", ())
    if member_ids:
        await take_turn(tx, CITY_GROUPS)
    return await registered_of(tx, member_ids)


async def _changed(tx: Tx, who: Principal, said: tuple[City, Row], known: _Known) -> Outcome:
    city, row = said
    if row.status not in {None, city.status}:
        raise CityStatusDiffers(f"{city.id} is {city.status}, and the row says {row.status}.")
    news = _news(city, row.statement)
    if not news.facts and not news.sources:
        return Outcome("unchanged")
    for name in _FIXED:
        if name in news.facts:
            raise CityFactFixed(name)
    _require_own(city, news, known)
    known.new.pop(city.id, None)
    known.add(await update_city(tx, who, city.id, city.version, news))
    return Outcome("updated")


def _news(city: City, statement: Statement) -> Statement:
    """Give what a row says that its record does not; a sum that it repeats is no news."""
    facts = {
        name: value for name, value in statement.facts.items() if getattr(city.facts, name) != value
    }
    sources = {
        name: source
        for name, source in statement.sources.items()
        if city.sources.get(name) != source
        and (name in facts or getattr(city.facts, name) not in (None, (), {}))
    }
    kept = {
        name: statement.sources[name]
        for name in facts.keys() & statement.sources.keys()
        if statement.facts[name] not in (None, (), {})  # type: ignore[literal-required]
    }
    return Statement(facts, sources | kept)  # type: ignore[arg-type]


def _require_own(city: City, news: Statement, known: _Known) -> None:
    """Let pass ids that no other record has, also none of this batch."""
    place, item = news.facts.get("geonames_id"), news.facts.get("wikidata_id")
    for id_ in (known.places.get(place or 0), known.items.get(item or "")):
        if id_ is not None and id_ != city.id:
            raise CityExists(id_)


def _name_of(row: Row) -> _Name:
    facts, place = row.statement.facts, row.place
    name = facts.get("name") or (place.name if place else "")
    country = facts.get("country") or (place.country if place else "")
    return country, facts.get("kind", "city"), fold_name(name)


def _faults(row: Row, problem: ProblemError) -> list[Fault]:
    remedy = remedy_for(problem.code)
    if not problem.errors:
        column = "id" if row.id and problem.code == "city_not_found" else None
        return [Fault(row.number, column, problem.code, problem.detail, remedy)]
    return [
        Fault(row.number, each.field.strip("/").split("/")[0], each.code, each.message, remedy)
        for each in problem.errors
    ]
