"""Distances on the earth. Pure."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

_EARTH_KM: Final = 6371.0088
"""Mean radius. Source: IUGG, GRS 80, R1 (H. Moritz, "Geodetic Reference System 1980")."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the earth in degrees, WGS 84."""

    latitude: float
    longitude: float


def distance_km(one: Point, other: Point) -> float:
    """Give the length of the great circle between two points, to 0.5 %.

    Source: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984), 159.
    """
    north = radians(other.latitude - one.latitude)
    east = radians(other.longitude - one.longitude)
    across = cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(sin(north / 2) ** 2 + across)))
