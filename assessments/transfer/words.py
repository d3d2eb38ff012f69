"""Words of a file against the words that we know: the same but for case, spaces and marks, or only alike. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache

# Below this likeness a proposal would be a guess.
LEAST_LIKENESS = 0.6


@lru_cache(4096)
def key_of(text: str) -> str:
    """What is left of a text for comparing: small letters and digits, no accents. "PHQ 9" and "phq-9" are one."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "", "".join(letter for letter in plain if not unicodedata.combining(letter)))


@lru_cache(4096)
def plain(text: str) -> str:
    """A whole number without the ".0" that a program wrote behind it; any other text as it is."""
    return re.sub(r"^([+-]?\d+)\.0*$", r"\1", text)


def known_as(word: str, named: Mapping[str, Iterable[str]]) -> str | None:
    """The code of which one name is this word, but for case and marks; None where there is none or more than one."""
    wanted = key_of(word)
    found = [code for code, names in named.items() if wanted and any(key_of(name) == wanted for name in names)]
    return found[0] if len(found) == 1 else None


def most_like(word: str, named: Mapping[str, Iterable[str]]) -> str:
    """The code whose name is most like this word, to be proposed and looked at; nothing where none is alike."""
    likeness = {code: max((_likeness(word, name) for name in names), default=0.0) for code, names in named.items()}
    best = max(likeness, key=lambda code: likeness[code], default="")
    return best if best and likeness[best] >= LEAST_LIKENESS else ""


def _likeness(one: str, other: str) -> float:
    """How many of their words two texts share or letters they have in common, whichever is more, from 0 to 1."""
    words, others = set(_words(one)), set(_words(other))
    shared = len(words & others) / max(1, min(len(words), len(others))) if len(words & others) > 1 else 0.0
    return max(shared, SequenceMatcher(None, " ".join(_words(one)), " ".join(_words(other))).ratio())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
