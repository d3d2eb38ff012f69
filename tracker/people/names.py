"""How names are compared and ordered, the same on every database."""

import unicodedata


def fold(text: str) -> str:
    """`text` without accents, case or double spaces: "José  PÉREZ" and "jose perez" are one key."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())
