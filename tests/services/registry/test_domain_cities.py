"""What is new about cities, without a database: codes, years, origins, standing."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import cities
from services.registry.domain.cities import City, StatedFacts, Statement
from services.registry.domain.cities.codes import EU_COUNTRIES
from services.registry.errors import (
    CityCodeMalformed,
    CityNotWithdrawn,
    CityPopulationSummed,
    CitySuspended,
    CityWithdrawn,
    CityYearAlone,
)
from shared.ids import CityId
from tests.services.registry.test_domain import ANNA, BEN


def registered(country: str = "LV", **facts: Any) -> City:  # noqa: ANN401 - any fact
    stated = cast("StatedFacts", {"name": "Riga", "country": country, **facts})
    return cities.register(CityId("cty_1"), Statement(stated), (), ANNA)[0]


@pytest.mark.parametrize(
    ("country", "nuts", "lau"),
    [
        ("LV", "LV006", "0001000"),
        ("GR", "EL303", "45010101"),
        ("DE", "DE1", "08111000"),
        ("FR", "FRM01", "2A004"),
        ("NL", "NL329", "GM0363"),
    ],
)
def test_codes_of_the_country_are_taken(country: str, nuts: str, lau: str) -> None:
    city = registered(country, nuts=nuts, lau=lau)

    assert (cities.public(city).nuts, cities.public(city).lau) == (nuts, lau)


@pytest.mark.parametrize(
    ("country", "codes", "field"),
    [
        ("LV", {"nuts": "LT006"}, "/nuts"),
        ("GR", {"nuts": "GR303"}, "/nuts"),
        ("LV", {"nuts": "LV"}, "/nuts"),
        ("LV", {"nuts": "LV0061"}, "/nuts"),
        ("DE", {"lau": "8111000"}, "/lau"),
        ("CA", {"nuts": "CA001"}, "/nuts"),
        ("JP", {"lau": "131016"}, "/lau"),
    ],
)
def test_codes_that_a_country_can_not_have_are_named(
    country: str, codes: dict[str, str], field: str
) -> None:
    with pytest.raises(CityCodeMalformed) as raised:
        registered(country, **codes)

    assert [error.field for error in raised.value.errors] == [field]


def test_the_union_has_27_members() -> None:
    assert len(EU_COUNTRIES) == 27


def test_year_needs_a_population() -> None:
    with pytest.raises(CityYearAlone):
        registered(population_year=2024)


def test_new_population_without_its_year_has_an_unknown_one() -> None:
    city = registered(population=600_000, population_year=2021)

    same, _ = cities.update(city, Statement({"population": 600_000}), (), BEN)
    after, events = cities.update(city, Statement({"population": 605_000}), (), BEN)

    assert same == city
    assert (after.facts.population, after.facts.population_year) == (605_000, None)
    assert events[0].changed == ("population", "population_year")


def test_group_takes_no_year_beside_its_members() -> None:
    member = registered(population=3)
    facts = StatedFacts(name="G", country="LV", members=(member.id,), population_year=2024)

    with pytest.raises(CityPopulationSummed) as raised:
        cities.register(CityId("cty_g"), Statement(facts), [member], ANNA)

    assert raised.value.errors[0].field == "/population_year"


def test_each_fact_says_who_set_it_and_when() -> None:
    city = registered(population=5, names={"lv": "Rīga"})
    statement = Statement({"population": 6}, {"population": "census"})

    after, _ = cities.update(city, statement, (), BEN)

    origins = cities.origins(after)
    assert (origins["population"].source, origins["population"].author) == ("census", BEN)
    assert (origins["names"].source, origins["names"].author) == ("stated", ANNA)
    assert origins.keys() == after.sources.keys()


def test_new_source_of_the_same_figure_is_set_anew() -> None:
    city = registered(population=5)

    after, events = cities.update(city, Statement({}, {"population": "census"}), (), BEN)

    assert cities.origins(after)["population"].author == BEN
    assert [event.changed for event in events] == [()]


@given(st.lists(st.sampled_from(["suspend", "withdraw", "reinstate"]), max_size=8))
def test_standing_and_its_reason_go_together(steps: list[str]) -> None:
    moves: dict[str, Callable[[City], tuple[City, Any]]] = {
        "suspend": lambda city: cities.suspend(city, "why", BEN),
        "withdraw": lambda city: cities.withdraw(city, "why", BEN),
        "reinstate": lambda city: cities.reinstate(city, BEN),
    }
    allowed = {
        "registered": {"suspend": "suspended", "withdraw": "withdrawn"},
        "suspended": {"withdraw": "withdrawn", "reinstate": "registered"},
        "withdrawn": {"reinstate": "registered"},
    }
    city = registered()

    for step in steps:
        wanted = allowed[city.status].get(step)
        if wanted is None:
            with pytest.raises((CityWithdrawn, CitySuspended, CityNotWithdrawn)):
                moves[step](city)
            continue
        city, event = moves[step](city)
        assert city.status == event.state.standing == wanted
        assert event.state.status == ("registered" if wanted == "registered" else "withdrawn")


def test_suspended_city_takes_no_change() -> None:
    paused, _ = cities.suspend(registered(), "a scandal", ANNA)

    with pytest.raises(CitySuspended):
        cities.update(paused, Statement({"name": "R"}), (), BEN)
