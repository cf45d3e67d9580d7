"""The processes of an installation: web servers, and several processes run as one."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.core.management.base import CommandError
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

RESTART_PAUSE_SECONDS = 1.0
STOP_SECONDS = 8.0


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
    """One process that should always run."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0


@dataclass
class Company:
    """Several processes that start, live and stop together."""

    children: list[Child]
    say: Callable[[str], None]
    look_after: Callable[[], None] = lambda: None
    """Called on every round, for what must live but is no child (the embedded database)."""
    stopping: bool = field(default=False, init=False)

    def run(self) -> None:
        """Keep every child running until SIGINT or SIGTERM; then stop them all, and wait."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            while not self.stopping:
                self.look_after()
                for child in self.children:
                    self._keep(child)
                time.sleep(0.2)
        finally:
            self._stop()

    def start(self) -> None:
        """Start every child now, before `run` looks after them."""
        for child in self.children:
            self._keep(child)

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _keep(self, child: Child) -> None:
        if child.process is not None and child.process.poll() is None:
            return
        if child.process is not None:
            _signal_group(child.process, signal.SIGKILL)  # workers that outlived their parent
            if time.monotonic() - child.started < RESTART_PAUSE_SECONDS:
                return
            self.say(f"{child.name} ended ({child.process.returncode}); starting it again")
        child.started = time.monotonic()
        child.process = subprocess.Popen(child.command, start_new_session=True)  # noqa: S603

    def _stop(self) -> None:
        running = [c.process for c in reversed(self.children) if c.process is not None]
        for process in running:
            _signal_group(process, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, until - time.monotonic()))
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
