"""What Sextant needs in its environment while it is tested. Loaded first by pytest (see pyproject.toml).

What stands in the environment already wins: tests.run names the servers that it started.
"""

import os

DEFAULTS = {
    "SEXTANT_SECRET_KEY": "for-tests-only-" * 4,
    "SEXTANT_TABLET_KEY": "0123456789abcdef" * 4,
    "SEXTANT_DATABASE_URL": "sqlite:///:memory:",
    "SEXTANT_BROKER_URL": "memory://",
    "SEXTANT_SITE_URL": "http://localhost:8000",
    "SEXTANT_EMAIL_URL": "memorymail://",
    "SEXTANT_EMAIL_FROM": "sextant@example.org",
}

for name, value in DEFAULTS.items():
    os.environ.setdefault(name, value)
