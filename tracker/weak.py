"""What Sextant is not started with: a key that can be guessed, or a server that lets anybody in. Pure."""

import re
from urllib.parse import urlsplit

SHORTEST_KEY = 50
# A key of a few letters over and over is long, and guessed at once.
FEWEST_LETTERS = 10
THIS_MACHINE = {None, "localhost", "127.0.0.1", "::1"}


def is_tablet_key(key: str) -> bool:
    """Whether it is 64 hexadecimal digits that do not say one thing over and over."""
    return re.fullmatch(r"[0-9a-f]{64}", key) is not None and len(set(key)) >= FEWEST_LETTERS - 1


def weaknesses(secret_key: str, servers: dict[str, str]) -> list[str]:
    """What is wrong with the key and with the addresses of `servers`, by the name of their setting; [] when nothing is."""
    found = []
    if len(secret_key) < SHORTEST_KEY or len(set(secret_key)) < FEWEST_LETTERS:
        found.append(f"SEXTANT_SECRET_KEY can be guessed. Take {SHORTEST_KEY} or more random characters; make env writes some.")
    for name, address in servers.items():
        parts = urlsplit(address)
        if parts.hostname not in THIS_MACHINE and not parts.password:
            found.append(f"{name} names a server on another machine without a password.")
    return found
