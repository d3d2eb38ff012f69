"""A Chromium for the browser tests and the pictures: of this machine, else from its packages, else Playwright's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# The headless shell is the same Chromium without the windows of a desktop: a page costs half the processor time.
DEBIANS = ("chromium-headless-shell", "chromium")
NAMES = (*DEBIANS, "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path() -> str:
    """A Chromium that Playwright can start. Installs one if there is none; fails in one line if that fails."""
    if found := on_the_path() or playwrights_own():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        attempt("apt-get", "update")
        for name in DEBIANS:
            attempt("apt-get", "install", "--yes", "--no-install-recommends", name)
            if found := on_the_path():
                return found
    attempt(sys.executable, "-m", "playwright", "install", "chromium")
    if found := playwrights_own():
        return found
    raise SystemExit("No Chromium: put chromium on the PATH, or run: .venv/bin/playwright install chromium")


def on_the_path() -> str:
    """The first browser of this family on the PATH."""
    return next(filter(None, map(shutil.which, NAMES)), "")


def playwrights_own() -> str:
    """The browser that an earlier `playwright install` left."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else ""


def attempt(*command: str) -> None:
    """Run it quietly: whether it worked is seen by what it left."""
    subprocess.run(command, capture_output=True, check=False)
