"""The house's tables, migrated once: each server of a test run is a copy of them.

Migrating takes the better part of a minute, copying a second; a run needs four or more servers.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from smartunion.site import embedded

NAME = "postgres-migrated"
"""The stopped server in `var/` whose database `postgres` has every table and nothing in it."""
DECIDES = ("*/migrations/*.py", "*/sql/*.sql", "*/models.py", "*/models/*.py", "*/apps.py")
ROOT = Path(__file__).resolve().parents[1]


def data() -> Path:
    """Return the directory to copy, migrated now unless it is up to date."""
    embedded.VAR.mkdir(parents=True, exist_ok=True)
    with (embedded.VAR / f".{NAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _stamp(NAME) != digest():
            forget(NAME)
            url = embedded.start(NAME, "fsync=off")
            _migrate(url)
            embedded.stop(NAME)
            _stamp_file(NAME).write_text(digest())
    return (embedded.VAR / NAME).resolve()


def server(name: str, *options: str) -> str:
    """Start a server of this name with the house's tables in it; return its database's URL.

    It is made anew where the tables have changed since; otherwise it keeps what it has.
    """
    like = data()
    if _stamp(name) != digest():
        forget(name)
    url = embedded.start(name, *options, like=like)
    _stamp_file(name).write_text(digest())
    return url


def forget(name: str) -> None:
    """Stop the server and remove what it has."""
    _stamp_file(name).unlink(missing_ok=True)
    embedded.stop(name)
    place = embedded.VAR / name
    shutil.rmtree(place.resolve(), ignore_errors=True)
    if place.is_symlink():
        place.unlink()


def digest() -> str:
    """Return a number of all that decides how the tables look."""
    files = sorted(path for each in DECIDES for path in (ROOT / "smartunion").rglob(each[2:]))
    total = hashlib.sha256((ROOT / "requirements/run.lock").read_bytes())
    for path in files:
        total.update(os.fsencode(path.relative_to(ROOT)) + path.read_bytes())
    return total.hexdigest()


def _migrate(url: str) -> None:
    command = ["-m", "smartunion.site.cli", "migrate", "--verbosity", "0", "--skip-checks"]
    subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}, cwd=ROOT, check=True,
    )  # fmt: skip


def _stamp_file(name: str) -> Path:
    return embedded.VAR / f".{name}.tables"


def _stamp(name: str) -> str:
    file = _stamp_file(name)
    return file.read_text() if file.exists() and (embedded.VAR / name).exists() else ""
