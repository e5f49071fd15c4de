"""Distances: every city in the circle and none outside, also at the poles and the date line."""

import math
import random
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.search.cities.criteria import Criteria
from services.registry.search.cities.finding import CityIndex, Sort, Wanted, find
from services.registry.search.cities.globe import EARTH_RADIUS_KM, Circle, Point, box_around
from tests.services.registry.search.cities import all_ids, city, index_of

RIGA, TALLINN = (56.946, 24.10589), (59.43696, 24.75353)


@pytest.fixture(scope="module")
def everywhere() -> CityIndex:
    chance = random.Random(4)
    points = [(chance.uniform(-90, 90), chance.uniform(-180, 180)) for _ in range(3000)]
    poles = [(y, float(x)) for y in (89.9, -89.9) for x in range(-180, 180, 20)]
    return index_of(*(city(f"C{n}", position=at) for n, at in enumerate(points + poles)))


def angle_km(one: Point, other: Point) -> float:
    """Another formula than the one under test: the angle between two vectors."""
    (x, y, z), (u, v, w) = (_vector(each) for each in (one, other))
    cross = math.hypot(y * w - z * v, z * u - x * w, x * v - y * u)
    return EARTH_RADIUS_KM * math.atan2(cross, x * u + y * v + z * w)


def _vector(point: Point) -> tuple[float, float, float]:
    phi, lam = math.radians(point[0]), math.radians(point[1])
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)


@pytest.mark.parametrize(
    "centre",
    [RIGA, (0.0, 179.9), (-17.0, -179.9), (89.5, 10.0), (-88.0, 0.0), (90.0, 0.0), (60.0, 180.0)],
)
@pytest.mark.parametrize("radius", [300.0, 1000.0])
def test_circle_holds_what_is_near_and_nothing_else(
    everywhere: CityIndex, centre: Point, radius: float
) -> None:
    wanted = Wanted(Criteria(near=Circle(centre, radius)), "distance", 10_000)

    found = {hit.city.id for hit in find(everywhere, wanted).hits}

    near = {
        each.id
        for each in everywhere.view().shown.values()
        if each.position and angle_km(centre, each.position) <= radius
    }
    assert found == near


def test_distances_come_with_the_cities_nearest_first() -> None:
    index = index_of(city("Tallinn", position=TALLINN), city("Riga", position=RIGA), city("None"))

    hits = find(index, Wanted(Criteria(near=Circle(RIGA, 1000)), "distance")).hits

    assert [hit.city.name for hit in hits] == ["Riga", "Tallinn"]
    assert hits[0].metres == 0
    assert hits[1].metres == pytest.approx(279_600, rel=0.005)


@pytest.mark.parametrize("sort", get_args(Sort))
def test_pages_of_a_circle_give_each_city_once(everywhere: CityIndex, sort: Sort) -> None:
    wanted = Wanted(Criteria("c", near=Circle((89.0, 0.0), 1000)), sort, 4)

    paged = all_ids(everywhere, wanted)

    assert paged == all_ids(everywhere, replace(wanted, limit=10_000))
    assert len(paged) == len(set(paged)) > 18


def test_facets_count_the_circle_not_its_box() -> None:
    corner = city("Corner", position=(10.9, 10.9))
    index = index_of(city("Centre", position=(10.0, 10.0)), corner)
    circle = Circle((10.0, 10.0), 110.0)

    found = find(index, Wanted(Criteria(near=circle), "name", facets=("country",)))

    assert (found.total, found.facets) == (1, {"country": {"DK": 1}})


@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    bearing=st.floats(0, 2 * math.pi),
    radius=st.floats(0.001, 1000),
)
def test_box_holds_the_edge_of_its_circle(
    latitude: float, longitude: float, bearing: float, radius: float
) -> None:
    north, east = _at((latitude, longitude), bearing, radius)

    box = box_around(Circle((latitude, longitude), radius))

    assert box.south <= north <= box.north
    assert any(west <= each <= far for west, far in box.stretches for each in (east,))


def _at(start: Point, bearing: float, km: float) -> Point:
    """Go so far in this direction. Source: Ed Williams, Aviation Formulary, (lat, lon) at."""
    phi, angle = math.radians(start[0]), km / EARTH_RADIUS_KM
    north = math.asin(
        math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing)
    )
    turn = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(phi),
        math.cos(angle) - math.sin(phi) * math.sin(north),
    )
    return math.degrees(north), (start[1] + math.degrees(turn) + 540) % 360 - 180
