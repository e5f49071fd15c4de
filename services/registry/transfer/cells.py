"""What a cell of a spreadsheet holds: text that no program takes for a formula, lists, pairs.

Promises: `bare(guarded(text)) == text` for any text; `parted(joined(texts)) == texts` for texts
that are not empty.

Source: OWASP, "CSV Injection".
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

COLUMNS: Final = (
    "id",
    "status",
    "name",
    "country",
    "kind",
    "population",
    "population_year",
    "latitude",
    "longitude",
    "time_zone",
    "languages",
    "geonames_id",
    "wikidata_id",
    "nuts",
    "lau",
    "members",
    "names",
    "aliases",
    "illustrative",
    "sources",
)
"""Of a CSV file, in the order in which we write them; a file may have fewer, in any order."""

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - wide forms count as well
"""What a spreadsheet may take for a formula, and what a guard of ours makes of that."""

_SPECIAL: Final = re.compile(r"[\\|]")


def guarded(text: str) -> str:
    """Give the text with an apostrophe before it if it could be taken for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def bare(cell: str) -> str:
    """Take exactly that apostrophe away."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def joined(texts: Iterable[str]) -> str:
    r"""Give texts as one, with `|` between them; a `|` or `\` in them gets a `\` before it."""
    return "|".join(_SPECIAL.sub(r"\\\g<0>", text) for text in texts)


def parted(cell: str) -> tuple[str, ...]:
    """Give the texts again, without space around them; empty ones are left out."""
    return tuple(part for each in _parts(cell) if (part := each.strip()))


def paired(texts: Mapping[str, str]) -> str:
    """Give texts with their names, as `name=text`; a name has no `=` in it."""
    return joined(f"{name}={text}" for name, text in texts.items())


def unpaired(cell: str) -> dict[str, str]:
    """Give texts with their names again; what has no `=` is a name without a text."""
    pairs = (part.partition("=") for part in parted(cell))
    return {name.strip(): text.strip() for name, _, text in pairs}


def _parts(cell: str) -> list[str]:
    if "\\" not in cell:
        return cell.split("|")
    parts, escaped = [""], False
    for letter in cell:
        if letter == "|" and not escaped:
            parts.append("")
        elif letter != "\\" or escaped:
            parts[-1] += letter
        escaped = letter == "\\" and not escaped
    return parts
