"""Names as people type them: what is the name in it, in Latin letters, and how alike two are.

Promises: pure and without a dictionary. Transliteration is that of `anyascii`: rough, the same for
every language, and good enough to compare; which names belong to one place only a list can say.
"""

import re
from dataclasses import dataclass
from typing import Final

from anyascii import anyascii
from rapidfuzz.distance import OSA

from services.registry.domain.duplicates.qualifiers import (
    AFTER,
    BEFORE,
    UNSPACED,
    UNSPACED_CORE_CHARS,
    Scope,
)
from services.registry.places import fold_name

MAX_NAMES: Final = 60
"""Names of one record that are compared: the most translated cities have some 50 that differ."""

_BRACKETS: Final = re.compile(r"[(\[（［]([^)\]）］]*)[)\]）］]?")  # noqa: RUF001 - the brackets of East Asia
_TAIL: Final = re.compile(r"[,;،、，]")  # noqa: RUF001 - the commas of other scripts
_SEVERAL: Final = re.compile(r"\s*[/|]\s*|\s+[-–—]\s+")  # noqa: RUF001 - the dash between two names
_NOT_LETTERS: Final = re.compile(r"[^a-z0-9]+")
_SOUNDS: Final = (
    ("sch", "s"),
    ("tch", "s"),
    ("sh", "s"),
    ("ch", "k"),
    ("kh", "k"),
    ("ck", "k"),
    ("gh", "g"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("x", "ks"),
    ("q", "k"),
    ("c", "k"),
    ("w", "v"),
    ("z", "s"),
    ("j", "i"),
    ("y", "i"),
)
"""Letters that transliterations and languages use for each other; longer ones first."""
_VOWELS: Final = re.compile(r"[aeiouh]")
_COARSE: Final = str.maketrans("bfdgrj", "pvtkli")
"""Consonants that scripts without them write as each other: Arabic has no p, Japanese no l."""
_ADJECTIVE: Final = re.compile("(?<=..)(ськ|ск)(а|ая|ий|и|о)$")  # noqa: RUF001 - Cyrillic
"""The ends by which a city gives its name to its region: Київська, Московская."""
_VOWEL_FIRST: Final = re.compile("([\u0e40-\u0e44\u0ec0-\u0ec4])(.)")
"""Vowels that Thai and Lao write before the consonant after which they are spoken."""
_HAN: Final = re.compile("[\u3400-\u9fff]")
_TWICE: Final = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was read.

    `whole` is all of it, folded; `core` is without words such as "City of"; `latin` and
    `whole_latin` are the same in letters a-z; `detail` is what stood in brackets or behind a comma,
    which tells places of one name apart; `scope` is what the words around it say.
    """

    whole: str
    core: str
    latin: str
    whole_latin: str
    detail: str
    scope: Scope | None

    @property
    def foreign(self) -> bool:
        """Whether it stands in another script than Latin."""
        return not self.core.isascii()


def read_names(texts: tuple[str, ...]) -> tuple[Name, ...]:
    """Read names, each once; "Bolzano / Bozen" is read as a whole and as its parts after it."""
    parts = [part for text in texts for part in _SEVERAL.split(text) if part != text]
    names = dict.fromkeys(read_name(text) for text in (*texts, *parts))
    return tuple(each for each in names if each.core)[:MAX_NAMES]


def read_name(text: str) -> Name:
    """Read one name."""
    head, tail = _detail_of(text)
    whole = fold_name(head)
    core, scope = _stripped(whole)
    detail, said = "", scope
    for each in tail:
        rest, of_tail = _stripped(f"{each} ")
        detail, said = (detail or rest.strip()), (said or of_tail)
    if not detail and not tail:
        return Name(whole, core, latin_of(core), latin_of(whole), "", said)
    whole = f"{whole} {' '.join(tail)}".strip()
    return Name(whole, core, latin_of(core), latin_of(whole), detail, said)


def latin_of(text: str) -> str:
    """Write folded text in the letters a-z, words apart by one space."""
    spoken = _VOWEL_FIRST.sub(r"\2\1", text)
    return _NOT_LETTERS.sub(" ", anyascii(spoken).lower()).strip()


def skeleton_of(latin: str) -> str:
    """Give the consonants as most languages would spell them, behind the first letter.

    "moskva", "moscow" and "moskwa" have one skeleton. Vowels are what transliterations and slips
    of the pen change most.
    """
    bare = latin.replace(" ", "")
    for letters, sound in _SOUNDS:
        bare = bare.replace(letters, sound)
    return _TWICE.sub(r"\1", bare[:1] + _VOWELS.sub("", bare[1:]))


def sound_of(latin: str) -> str:
    """Give the skeleton by which names from other scripts are compared, coarser and without y."""
    skeleton = skeleton_of(latin).translate(_COARSE)
    return _TWICE.sub(r"\1", skeleton[:1] + skeleton[1:].replace("i", ""))


def likeness(one: str, other: str, *, foreign: bool = False) -> float:
    """Say from 0 to 1 how alike two names in Latin letters are; `foreign`: one was transliterated.

    Counts typing slips (a letter more, less, another, two exchanged), and half as much those that
    change only vowels or the spelling of a sound.
    Source: optimal string alignment distance, L. Boytsov, "Indexing methods for approximate
    dictionary searching", ACM JEA 16 (2011), section 2.1.
    """
    plain = OSA.normalized_similarity(one.replace(" ", ""), other.replace(" ", ""))
    sound_by = sound_of if foreign else skeleton_of
    sound = OSA.normalized_similarity(sound_by(one), sound_by(other))
    return max(plain, (plain + sound) / 2)


def alike(one: Name, other: Name) -> float:
    """Say from 0 to 1 how alike two names are; two in Han characters by these, not their sounds."""
    if _HAN.search(one.core) and _HAN.search(other.core):
        return OSA.normalized_similarity(one.core, other.core)
    return likeness(one.latin, other.latin, foreign=one.foreign or other.foreign)


def same_letters(one: Name, other: Name, *, whole: bool) -> bool:
    """Tell whether two names are the same, the whole of them or what is in them."""
    if _HAN.search(one.core) and _HAN.search(other.core):
        return (one.whole == other.whole) if whole else (one.core == other.core)
    if whole:
        return one.whole_latin == other.whole_latin
    return one.latin == other.latin


def contains_words(one: str, other: str) -> bool:
    """Tell whether one name is the other's first words: "newcastle" and "newcastle upon tyne"."""
    short, long = sorted((one.split(), other.split()), key=len)
    return 0 < len(short) < len(long) and long[: len(short)] == short


def _detail_of(text: str) -> tuple[str, tuple[str, ...]]:
    head, *behind = _TAIL.split(_BRACKETS.sub(" ", text))
    tail = [*_BRACKETS.findall(text), *behind]
    folded = tuple(each for each in map(fold_name, tail) if each)
    return (head, folded) if head.strip() else (text, ())


def _stripped(whole: str) -> tuple[str, Scope | None]:
    """Take the words around a name away, outermost first; a tail may be such words only."""
    core, scope = whole, None
    while True:
        shorter, said = _without_one(core)
        if shorter == core:
            return core, scope
        core, scope = shorter, _narrower(scope, said)


def _without_one(core: str) -> tuple[str, Scope | None]:
    for phrase, scope in BEFORE:
        if core.startswith(f"{phrase} "):
            return core[len(phrase) + 1 :], scope
    for phrase, scope in AFTER:
        if core.endswith(f" {phrase}"):
            shorter = core[: -len(phrase) - 1]
            return (_ADJECTIVE.sub("", shorter) if scope == "region" else shorter), scope
    for end, scope in UNSPACED:
        if core.endswith(end) and len(core) >= len(end) + UNSPACED_CORE_CHARS:
            return core[: -len(end)], scope
    return core, None


def _narrower(before: Scope | None, now: Scope | None) -> Scope | None:
    """Any word that speaks of more or less than a city outweighs those that say city."""
    return now if before in {None, "city"} else before
