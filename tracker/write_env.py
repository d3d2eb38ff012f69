"""Writes .env, which docker-compose.yml reads. Run by `make env`; needs nothing but Python.

What can be made up is made up: the secret key, the key of the tablets and two passwords. What only the clinic knows is
taken from the environment (make env SEXTANT_SITE_URL=https://clinic.example) or left empty; docker compose refuses until
it is filled in.
"""

import os
import secrets
import sys
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / ".env"


def lines() -> list[str]:
    """The lines of a new .env. The passwords are hexadecimal: nothing in them means anything to a shell or in an address."""
    return [
        "# Read by docker-compose.yml. Each line is explained in docs/settings.md. Keep a copy apart from the backups.",
        f"SEXTANT_SECRET_KEY={secrets.token_urlsafe(50)}",
        "# Opens what tablets kept while the server was away. Without it those rows are lost",
        f"SEXTANT_TABLET_KEY={secrets.token_hex(32)}",
        f"SEXTANT_POSTGRES_PASSWORD={secrets.token_hex(32)}",
        f"SEXTANT_REDIS_PASSWORD={secrets.token_hex(32)}",
        "# The address people type, https://clinic.example",
        f"SEXTANT_SITE_URL={os.environ.get('SEXTANT_SITE_URL', '')}",
        "# How many proxies stand before the web process",
        f"SEXTANT_TRUSTED_PROXIES={os.environ.get('SEXTANT_TRUSTED_PROXIES', '1')}",
        "# The numbers on the page of a failure, which knows no clinic: a crisis line, and the emergency number",
        f"SEXTANT_CRISIS_CALL={os.environ.get('SEXTANT_CRISIS_CALL', '988')}",
        f"SEXTANT_EMERGENCY_CALL={os.environ.get('SEXTANT_EMERGENCY_CALL', '911')}",
        "# The mail server, smtp+tls://user:password@host:587, and the sender of e-mails",
        f"SEXTANT_EMAIL_URL={os.environ.get('SEXTANT_EMAIL_URL', '')}",
        f"SEXTANT_EMAIL_FROM={os.environ.get('SEXTANT_EMAIL_FROM', '')}",
    ]


def write(file: Path) -> str:
    """Make `file`, readable by its owner only; gives the sentence to say. A file that is there is never touched."""
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return f"{file.name} is there already and was not changed."
    written = lines()
    with os.fdopen(opened, "w", encoding="utf-8") as out:
        out.write("\n".join(written) + "\n")
    empty = [line.removesuffix("=") for line in written if line.endswith("=")]
    fill_in = f"Fill in {', '.join(empty)}, then: " if empty else "Next: "
    return f"{file.name} is written. {fill_in}docker compose up --detach"


if __name__ == "__main__":
    sys.stdout.write(write(FILE) + "\n")
