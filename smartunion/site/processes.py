"""The processes of an installation: web servers, and several processes run as one."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.management.base import CommandError
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from smartunion.site.parent import PARENT

RESTART_PAUSE_SECONDS = 1.0
STOP_SECONDS = 8.0
ROUND_SECONDS = 0.2


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Test if a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(wanted: int, *, tries: int = 20) -> int:
    """Return the wanted port, or the next free one above it."""
    for port in range(wanted, wanted + tries):
        if is_free(port):
            return port
    raise CommandError(f"ports {wanted} to {wanted + tries - 1} are all taken: give --port")


def serve(
    target: str,
    *,
    port: int,
    host: str = "127.0.0.1",
    factory: bool = False,
    workers: int = 1,
    interface: Interfaces = Interfaces.ASGI,
    blocking_threads: int | None = None,
) -> None:
    """Serve an application until SIGINT or SIGTERM; a worker that dies is started again."""
    if not is_free(port, host):
        raise CommandError(f"port {port} is taken: give another with --port")
    Granian(
        target,
        address=host,
        port=port,
        interface=interface,
        factory=factory,
        workers=workers,
        blocking_threads=blocking_threads,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()


@dataclass
class Child:
    """One process that should always run, in a process group of its own."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def keep(self, say: Callable[[str], None]) -> None:
        """Start the process, or start it again when it has ended."""
        if self.process is not None:
            if self.process.poll() is None:
                return
            signal_group(self.process, signal.SIGKILL)  # workers that outlived their parent
            if time.monotonic() - self.started < RESTART_PAUSE_SECONDS:
                return
            say(f"{self.name} 已退出（{self.process.returncode}），正在重新启动")
        self.started = time.monotonic()
        environment = {**os.environ, **self.environment, PARENT: str(os.getpid())}
        self.process = subprocess.Popen(  # noqa: S603
            self.command, start_new_session=True, env=environment
        )

    def ask_to_stop(self) -> None:
        """Ask the process and its workers to end."""
        if self.process is not None:
            signal_group(self.process, signal.SIGTERM)

    def wait(self, seconds: float) -> None:
        """Wait for the end, and make it come when the time is up."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, seconds))
        signal_group(self.process, signal.SIGKILL)
        self.process.wait()


def command(*words: str, **environment: str) -> Child:
    """Return `smartunion WORDS…` as a child of this process, with these variables besides."""
    called = [sys.executable, "-m", "smartunion.site.cli", *words]
    return Child(words[0], called, environment=environment)


@contextlib.contextmanager
def running(child: Child) -> Iterator[Child]:
    """Keep one child running for a while."""
    child.keep(lambda _: None)
    try:
        yield child
    finally:
        child.ask_to_stop()
        child.wait(STOP_SECONDS)


@dataclass
class Company:
    """Several processes that start, live and stop together."""

    children: list[Child]
    say: Callable[[str], None]
    look_after: Callable[[], None] = lambda: None
    """Called on every round, for what must live but is no child: the embedded database."""
    stopping: bool = field(default=False, init=False)

    def run(self, *, greet: Callable[[], bool]) -> None:
        """Keep every child running until SIGINT or SIGTERM; then stop them all, and wait.

        `greet` is called on every round until it returns true.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        greeted = False
        try:
            while not self.stopping:
                self.look_after()
                for child in self.children:
                    child.keep(self.say)
                greeted = greeted or greet()
                time.sleep(ROUND_SECONDS)
        finally:
            for child in reversed(self.children):
                child.ask_to_stop()
            until = time.monotonic() + STOP_SECONDS
            for child in reversed(self.children):
                child.wait(until - time.monotonic())

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Signal a process with everything that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
