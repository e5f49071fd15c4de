"""Make the generated part of the labelled pairs by which duplicate detection is measured.

Run by `python -m benchmarks.duplicate_pairs`, never at run time. Promises: the same sources give
the same bytes.
No label comes from the scorer: a pair is `same` because one source lists both names for one thing,
`different` because GeoNames lists two places far apart, `related` because a region's word was put
before a city's name. How each pair was made stands in its `made`:

    cldr            one city in two languages: Unicode CLDR's names of the cities of time zones. The
                    one source here that the list of places does not come from.
    other-names     a place's own name and another of its names in GeoNames, in another script
    slip            a place's name and the same with a slip of the pen, a dropped accent or a word
                    around it, populations and positions as two sources give them
    other-country   two places of one name in two countries
    one-country     two places of one name in one country, with facts or with the name alone
    near-name       two places of one country whose names differ by one or two letters
    neighbours      two places of about one size within 12 km
    region          a city and a body with a region's or a metropolitan area's word in its name
"""

import hashlib
import json
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Any, Final

from babel import Locale
from babel.core import get_global
from rapidfuzz.distance import OSA

from services.registry.domain.duplicates.candidates import point_of
from services.registry.domain.geometry import distance_km
from services.registry.places import PLACES_FILE, Place, Places, fold_name, load_places

PAIRS_FILE: Final = PLACES_FILE.parent / "duplicates" / "generated.jsonl"

Row = dict[str, Any]

LOCALES: Final = tuple(
    each
    for line in (
        "el ru uk bg sr ka hy he ar fa ur hi bn ta te th km my lo ko ja zh zh_Hant am",
        "cs pl hu lt lv fi tr pt es fr de vi sk hr sl ro",
    )
    for each in line.split()
)
SCRIPTS: Final = tuple(
    each
    for line in (
        "CYRILLIC GREEK HAN HIRAGANA KATAKANA HANGUL ARABIC HEBREW DEVANAGARI BENGALI",
        "TAMIL TELUGU THAI GEORGIAN ARMENIAN ETHIOPIC",
    )
    for each in line.split()
)
REGION_WORDS: Final = (
    ("Greater {}", "metropolitan_area"),
    ("{} Metropolitan Area", "metropolitan_area"),
    ("Province of {}", "region"),
    ("{} Region", "region"),
    ("{} District", "region"),
    ("{} County", "region"),
)
AROUND: Final = ("City of {}", "Municipality of {}", "{} (city)", "{}, Stadt", "{} Municipality")
AWAY_KM: Final = 60
NEIGHBOUR_KM: Final = 12
BIG: Final = 50_000


def main() -> int:
    """Write the pairs and say how many of each making there are."""
    places = load_places()
    rows = [row for make in MAKERS for row in make(places)]
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    PAIRS_FILE.write_text(text, "utf-8")
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row["made"]] += 1
    sys.stdout.write(f"{len(rows)} pairs: {dict(counts)}\n")
    return 0


def chance(*of: object) -> float:
    """Give a number from 0 to 1 that depends on nothing but the arguments."""
    digest = hashlib.sha256("|".join(map(str, of)).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def cldr(places: Places) -> Iterator[Row]:
    """Pair the names of a zone's city in two languages."""
    names = {code: Locale.parse(code).time_zones for code in LOCALES}
    found = []
    for zone, country in sorted(get_global("zone_territories").items()):
        english = Locale.parse("en").time_zones.get(zone, {}).get("city") or _plain(zone)
        here = places.find(english, country)
        held = {code: zones.get(zone, {}).get("city") for code, zones in names.items()}
        told = sorted((chance(zone, code), text) for code, text in held.items() if text)
        if len(here) == 1 and len(told) > 1:
            found.append((here[0], told))
    for place, told in _chosen(found, 170, lambda each: each[0].geonames_id):
        (_, one), *others = told
        other = next((text for _, text in others if fold_name(text) != fold_name(one)), None)
        if other:
            yield _row("same", "cldr", place, (_said(place, one, 1), _said(place, other, 2)))


def other_names(places: Places) -> Iterator[Row]:
    """Pair a place's own name with one in another script, as many of each script."""
    found: dict[str, list[tuple[Place, str]]] = defaultdict(list)
    for place in places:
        if place.population >= BIG:
            for name in place.alternate_names:
                script = _script(name)
                if script in SCRIPTS and len(name) > 1:
                    found[script].append((place, name))
    for script in SCRIPTS:
        for place, name in _chosen(found[script], 6, lambda each: (each[0].geonames_id, each[1])):
            pair = (_said(place, place.name, 1), _said(place, name, 2))
            yield _row("same", "other-names", place, pair)


def slips(places: Places) -> Iterator[Row]:
    """Pair a place's name with itself as somebody in a hurry types it."""
    wanted = [each for each in places if each.population >= BIG and len(each.name) >= 6]
    for place in _chosen(wanted, 80, lambda each: each.geonames_id):
        typed = _typed(place)
        if fold_name(typed):
            pair = (_said(place, place.name, 1), _said(place, typed, 2))
            yield _row("same", "slip", place, pair)


def other_country(places: Places) -> Iterator[Row]:
    """Pair places of one name in two countries."""
    found = [
        pair
        for group in _by_name(places).values()
        for pair in combinations(group, 2)
        if pair[0].country != pair[1].country and _away(*pair) > AWAY_KM
    ]
    yield from _pairs("different", "other-country", found, 110)


def one_country(places: Places) -> Iterator[Row]:
    """Pair places of one name in one country, far apart."""
    found = [
        pair
        for group in _by_name(places).values()
        for pair in combinations(group, 2)
        if pair[0].country == pair[1].country and _away(*pair) > AWAY_KM
    ]
    yield from _pairs("different", "one-country", found, 100)


def near_names(places: Places) -> Iterator[Row]:
    """Pair places of one country whose names differ by one or two letters."""
    by_country: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        if place.population >= BIG and len(place.name) >= 5 and chance("near", place.name) < 0.4:
            by_country[place.country].append(place)
    found = [
        pair
        for group in by_country.values()
        for pair in combinations(group, 2)
        if 0 < OSA.distance(*(fold_name(each.name) for each in pair), score_cutoff=2) <= 2
        and _away(*pair) > AWAY_KM
    ]
    yield from _pairs("different", "near-name", found, 70)


def neighbours(places: Places) -> Iterator[Row]:
    """Pair towns side by side; they give all their facts."""
    wanted = sorted(
        (each for each in places if each.population >= BIG and chance("side", each.name) < 0.3),
        key=lambda place: place.latitude,
    )
    found = []
    for at, place in enumerate(wanted):
        for other in wanted[at + 1 : at + 60]:
            ratio = max(place.population, other.population) / min(
                place.population, other.population
            )
            names = {fold_name(place.name), fold_name(other.name)}
            if _away(place, other) <= NEIGHBOUR_KM and ratio < 1.5 and len(names) == 2:
                found.append((place, other))
    yield from _pairs("different", "neighbours", found, 40)


def regions(places: Places) -> Iterator[Row]:
    """Pair a city with the body around it."""
    wanted = [each for each in places if each.population >= 200_000]
    for place in _chosen(wanted, 50, lambda each: ("region", each.geonames_id)):
        form, kind = REGION_WORDS[int(chance("form", place.geonames_id) * len(REGION_WORDS))]
        city = _said(place, place.name, 1)
        around: Row = {"names": [form.format(place.name)], "country": place.country}
        if chance("kind", place.geonames_id) < 0.5:
            around["kind"] = kind
        if chance("people", place.geonames_id) < 0.5:
            around["population"] = int(place.population * (1.2 + 2 * chance("x", place.name)))
        yield _row("related", "region", place, (city, around))


def _pairs(label: str, made: str, found: list[tuple[Place, Place]], limit: int) -> Iterator[Row]:
    used: dict[str, int] = defaultdict(int)
    for one, other in _chosen(found, len(found), lambda pair: [each.geonames_id for each in pair]):
        key = fold_name(one.name)
        if used[made] == limit:
            return
        if used[key] < 2:
            used[key] += 1
            used[made] += 1
            whole = made == "neighbours"
            pair = (_said(one, one.name, 1, whole=whole), _said(other, other.name, 2, whole=whole))
            yield _row(label, made, one, pair)


def _said(place: Place, name: str, side: int, *, whole: bool = False) -> Row:
    """Say of a place what one source says: its position and population a little off, or not."""
    row: Row = {"names": [name], "country": place.country}
    draw = chance("facts", place.geonames_id, name, side)
    if whole or draw < 0.5:
        off = [
            (chance(axis, place.geonames_id, name, side) - 0.5) / 10 for axis in ("north", "east")
        ]
        row["position"] = [round(place.latitude + off[0], 2), round(place.longitude + off[1], 2)]
    if place.population and (whole or 0.3 < draw < 0.8):
        factor = 0.85 + 0.3 * chance("people", place.geonames_id, name, side)
        row["population"] = int(place.population * factor)
    return row


def _typed(place: Place) -> str:
    name, draw = place.name, chance("typed", place.geonames_id)
    at = 1 + int(chance("at", place.geonames_id) * (len(name) - 3))
    if draw < 0.2:
        return name[:at] + name[at + 1 :]
    if draw < 0.4:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if draw < 0.55:
        return name[:at] + name[at] + name[at:]
    if draw < 0.7:
        return place.ascii_name.upper()
    return AROUND[int(chance("around", place.geonames_id) * len(AROUND))].format(name)


def _row(label: str, made: str, place: Place, pair: tuple[Row, Row]) -> Row:
    one, other = pair
    digest = hashlib.sha256(json.dumps([made, one, other]).encode()).hexdigest()[:10]
    group = fold_name(place.ascii_name)
    head = {"id": f"{made}-{digest}", "group": group, "label": label, "made": made}
    return {**head, "a": one, "b": other}


def _chosen(items: Iterable[Any], limit: int, key: Callable[[Any], object]) -> list[Any]:
    return sorted(items, key=lambda each: chance("chosen", key(each)))[:limit]


def _by_name(places: Places) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        found[fold_name(place.name)].append(place)
    return found


def _away(one: Place, other: Place) -> float:
    return distance_km(point_of(one), point_of(other))


def _plain(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _script(name: str) -> str:
    word = unicodedata.name(name[0], "").split(" ")[0]
    return "HAN" if word == "CJK" else word


MAKERS: Final = (
    cldr,
    other_names,
    slips,
    other_country,
    one_country,
    near_names,
    neighbours,
    regions,
)

if __name__ == "__main__":
    raise SystemExit(main())
