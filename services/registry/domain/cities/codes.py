"""The codes that Eurostat gives to regions (NUTS) and local administrative units (LAU).

Promises: the form is checked, not whether the code exists: both lists are revised every year, and
a list of ours would refuse the new ones. A body outside the EU has neither.

Source: Regulation (EC) 1059/2003, articles 2 to 4; Eurostat, "Local administrative units".
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.registry.errors import CityCodeMalformed

EU_COUNTRIES: Final = frozenset(
    (
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    )
)
"""ISO 3166-1 alpha-2."""

_NUTS: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{1,3}")
"""The country and one character per level, of which there are three. Source: article 4."""

_NUTS_COUNTRY: Final[Mapping[str, str]] = MappingProxyType({"GR": "EL"})
"""Eurostat writes Greece otherwise than ISO 3166."""

_LAU_FORMS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "AT": re.compile(r"\d{5}"),
        "BE": re.compile(r"\d{5}"),
        "DE": re.compile(r"\d{8}"),
        "ES": re.compile(r"\d{5}"),
        "FR": re.compile(r"(\d{2}|2[AB])\d{3}"),
        "IT": re.compile(r"\d{6}"),
        "NL": re.compile(r"(GM)?\d{4}"),
        "SE": re.compile(r"\d{4}"),
    }
)
"""Where the national form is one and the same for all units."""

_ANY_LAU: Final = re.compile(r"[0-9A-Z][0-9A-Z_.-]{0,15}")
"""No country's codes are longer."""


def require_codes(country: str, *, nuts: str | None, lau: str | None) -> None:
    """Let pass codes that a body of this country can have; None is no code.

    Raises:
        CityCodeMalformed: 422 `city_code_malformed`, with the field.
    """
    if nuts is None and lau is None:
        return
    if country not in EU_COUNTRIES:
        fields = {"nuts": nuts, "lau": lau}
        message = f"is for bodies in the EU, and {country} is not"
        raise CityCodeMalformed({name: message for name, code in fields.items() if code})
    prefix = _NUTS_COUNTRY.get(country, country)
    if nuts is not None and not (_NUTS.fullmatch(nuts) and nuts.startswith(prefix)):
        message = f"must be {prefix} and one to three digits or capitals"
        raise CityCodeMalformed({"nuts": message})
    if lau is not None and not _LAU_FORMS.get(country, _ANY_LAU).fullmatch(lau):
        raise CityCodeMalformed({"lau": f"has not the form of a code of {country}"})
