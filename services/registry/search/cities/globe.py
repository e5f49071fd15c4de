"""Distances on the earth, and the box around a circle that an index can look into.

Source: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984); IUGG mean radius.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius R1 of GRS 80; the earth's flattening makes distances wrong by 0.5 % at most."""

_MARGIN_DEGREES: Final = 1e-6
"""A tenth of a metre: rounding must not leave a point of the circle outside its box."""

Point = tuple[float, float]
"""Latitude and longitude in degrees."""
Degrees = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Circle:
    """All points within `radius_km` of `centre`."""

    centre: Point
    radius_km: float


@dataclass(frozen=True, slots=True)
class Box:
    """Latitudes from south to north, and the stretches of longitude, each from west to east."""

    south: float
    north: float
    stretches: tuple[tuple[float, float], ...]


def distances_km(centre: Point, latitudes: Degrees, longitudes: Degrees) -> Degrees:
    """Give the great-circle distances from the centre to points."""
    phi, lambda_ = np.radians(centre[0]), np.radians(centre[1])
    phis, lambdas = np.radians(latitudes), np.radians(longitudes)
    half = (
        np.sin((phis - phi) / 2) ** 2
        + np.cos(phi) * np.cos(phis) * np.sin((lambdas - lambda_) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(half))))


def box_around(circle: Circle) -> Box:
    """Give a box that holds the whole circle; it may have two stretches across the 180th meridian.

    Source: J. P. Snyder, bounding coordinates of a cap: sin(half width) = sin(r) / cos(latitude).
    """
    latitude, longitude = circle.centre
    angle = circle.radius_km / EARTH_RADIUS_KM
    reach = math.degrees(angle) + _MARGIN_DEGREES
    south, north = latitude - reach, latitude + reach
    if south <= -90 or north >= 90:  # noqa: PLR2004 - a pole is inside: every longitude is near
        return Box(max(south, -90.0), min(north, 90.0), ((-180.0, 180.0),))
    ratio = math.sin(angle) / math.cos(math.radians(latitude))
    width = math.degrees(math.asin(min(1.0, ratio))) + _MARGIN_DEGREES
    return Box(south, north, _stretches(longitude - width, longitude + width))


def _stretches(west: float, east: float) -> tuple[tuple[float, float], ...]:
    if west < -180:  # noqa: PLR2004 - the meridian where longitudes begin again
        return ((west + 360, 180.0), (-180.0, east))
    if east > 180:  # noqa: PLR2004
        return ((west, 180.0), (-180.0, east - 360))
    return ((west, east),)
