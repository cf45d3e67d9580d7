"""What the play asks of the bank beside itself: a process of its own, one errand after another.

The play waits only where it needs the end of an errand; what the errands do has nothing to do with
what it does meanwhile. Ends when the play ends, however it does.
"""

import multiprocessing
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from django.db import connection

from .tills import start_afresh

Errand = tuple[str, tuple[object, ...]]


class Errands:
    """The errands that are under way; what is asked for is a method of whoever runs them."""

    def __init__(self, line: Connection) -> None:
        self._line, self._under_way = line, 0

    def begin(self, name: str, *given: object) -> None:
        """Let an errand be run when those before it are over."""
        self._line.send((name, given))
        self._under_way += 1

    def wait(self) -> None:
        """Wait until all are over; what went wrong in one goes wrong here."""
        while self._under_way:
            trouble = self._line.recv()
            self._under_way -= 1
            if trouble:
                raise RuntimeError(f"an errand beside the play failed:\n{trouble}")


def _run(line: Connection, messenger: Callable[[], object]) -> None:
    start_afresh()
    by = messenger()
    while True:
        name, given = line.recv()
        try:
            getattr(by, name)(*given)
            line.send("")
        except Exception:
            line.send(traceback.format_exc())


@contextmanager
def beside(messenger: Callable[[], object]) -> Iterator[Errands]:
    """Open a process in which a messenger, made there, runs errands."""
    connection.close()  # a forked process must not inherit a live one
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()
    process = fork.Process(target=_run, args=(theirs, messenger), daemon=True)
    process.start()
    theirs.close()  # who has only our end hears when theirs is gone
    try:
        yield Errands(ours)
    finally:
        process.terminate()
        process.join()
