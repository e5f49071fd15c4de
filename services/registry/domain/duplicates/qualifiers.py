"""Words that surround a city's name: some say nothing, others that the body is not the city.

Promises: tables only, in the form of `fold_name`; longer phrases stand before their own ends when
they are looked up. A word that is also the start or end of many cities' names ("Cape Town",
"Hangzhou" 杭州) is not in them.
"""

from typing import Final, Literal

from services.registry.places import fold_name

Scope = Literal["city", "metropolitan_area", "region", "district", "association"]
"""What a body covers: a city and its region share a name and are two bodies."""

_BEFORE: Final[dict[Scope, str]] = {
    "city": (
        "the city of|city of|town of|the municipality of|municipality of|local municipality of|"
        "metropolitan municipality of|ville de|commune de|mairie de|ciudad de|municipio de|"
        "ayuntamiento de|municipalidad de|cidade de|prefeitura de|câmara municipal de|"
        "município de|comune di|città di|stadt|landeshauptstadt|hansestadt|"
        "freie und hansestadt|universitätsstadt|gemeente|gemeinde|stad|miasto|"
        "miasto stołeczne|hlavní město|statutární město|město|mesto|grad|općina|orașul|"
        "municipiul|thành phố|tp|kota|kota administrasi|город|г|місто|м|град|δήμος|"  # noqa: RUF001 - Russian
        "مدينة|بلدية|שלטונות|עיריית|เทศบาลนคร|เทศบาลเมือง|शहर|नगर निगम"
    ),
    "metropolitan_area": (
        "greater|gran|grand|metropolitan|metropolitan area of|metropolitan region of|"
        "metropolitan city of|métropole de|métropole du|métropole|metropolregion|"
        "área metropolitana de|área metropolitana do|area metropolitana di|"
        "città metropolitana di|communauté urbaine de|agglomeration of|stadtregion"
    ),
    "region": (
        "region of|region|région de|región de|regione|province of|provincia de|provincia di|"
        "province de|provincie|county of|comté de|state of|estado de|land|landkreis|kreis|"
        "département de|department of|departamento de|prefecture of|governorate of|"
        "powiat|županija|область|kabupaten|canton de|canton of|kanton|cantone di"
    ),
    "district": (
        "district of|borough of|london borough of|royal borough of|bezirk|stadtbezirk|"
        "arrondissement de|quận|distrito de|ward of"
    ),
    "association": "association of|union of|league of|verband|zweckverband|mancomunidad de",
}
_AFTER: Final[dict[Scope, str]] = {
    "city": (
        "city|municipality|metropolitan municipality|local municipality|metropolitan city|stad|"
        "special city|city council|city municipality|kommune|kommun|stadt|landeshauptstadt|"
        "hansestadt|universitätsstadt|büyükşehir belediyesi|belediyesi|város|linn|kaupunki|"
        "miestas|miesto savivaldybė|pilsēta|si|shi|hl m|m st"
    ),
    "metropolitan_area": (
        "metropolitan area|metropolitan region|metro area|metro|metropolis|urban area|"
        "agglomeration|agglomération|métropole|metropolregion|umland"
    ),
    "region": (
        "region|province|county|state|district municipality|oblast|область|край|prefecture|"
        "department|governorate|canton|voivodeship|megye|län|fylke|maakunta"
    ),
    "district": "district|borough|arrondissement|район|mitte",
    "association": "association|union of municipalities|verband",
}
_UNSPACED: Final[dict[Scope, str]] = {
    "city": "市|광역시|특별시|특별자치시|시",
    "metropolitan_area": "都市圏|大都市圏|都市圈|수도권",
    "region": "県|府|省|都",
    "district": "区|區|县|縣",
}
"""Ends of names in scripts without spaces. 구, 도 and 州 end the names of too many cities."""

UNSPACED_CORE_CHARS: Final = 2
"""What must be left: 京都 and 甲府 are whole names."""


def _phrases(table: dict[Scope, str]) -> tuple[tuple[str, Scope], ...]:
    found = [
        (fold_name(word), scope) for scope, words in table.items() for word in words.split("|")
    ]
    return tuple(sorted(found, key=lambda each: -len(each[0])))


BEFORE: Final = _phrases(_BEFORE)
AFTER: Final = _phrases(_AFTER)
UNSPACED: Final = _phrases(_UNSPACED)
