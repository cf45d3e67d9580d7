"""The processes of `work`: forked from one that has imported everything and keeps no connection.

A child that dies is replaced at once, which takes milliseconds and not the seconds of an import.
The parent does nothing else, so that nothing can happen to it; if it is killed all the same, its
children finish what they do and end, and whoever started it starts it again.
"""

import gc
import logging
import mmap
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import connections

log = logging.getLogger(__name__)

STOP_SECONDS = 6.0
QUICK_SECONDS = 1.0
"""A child that ends by itself sooner than this is not started again sooner than this."""

LOOK_SECONDS = 0.5
HAND = 8
"""Bytes in which a child notes what it has in hand."""

DEADLY = 8
"""So many children must have died with the same thing in hand before it is blamed for it: fewer
may die of something else while they try to bring it through. The others' turn comes meanwhile."""

FORGET_SECONDS = 60.0
"""When nobody has died with it for so long, it begins anew: what kills its worker does so soon."""

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the others of its process waiting: a ticker asks the database twenty
times for one firing, and would wait each time behind whoever is computing."""

ASKED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HEARD = (*ASKED, signal.SIGCHLD)


@dataclass(frozen=True)
class Loop:
    """Something that runs in a thread of its own until it is asked to stop."""

    name: str
    run: Callable[[threading.Event], object]


def keep(loop: Loop, stop: threading.Event) -> None:
    """Run a loop; one that fails begins anew after a second."""
    while not stop.is_set():
        try:
            loop.run(stop)
        except Exception:
            log.exception("%s failed and begins anew", loop.name)
            stop.wait(1.0)
        finally:
            connections.close_all()


def work(loops: Sequence[Loop], stop: threading.Event) -> None:
    """Run every loop at once until asked to stop; what is being done is finished first."""
    sys.setswitchinterval(SWITCH_SECONDS)
    threads = [
        threading.Thread(target=keep, args=(loop, stop), name=loop.name, daemon=True)
        for loop in loops
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    until = time.monotonic() + STOP_SECONDS
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))


@dataclass(frozen=True)
class Place:
    """One child's place, and what is known of those who had it before."""

    number: int
    hand: memoryview
    """Eight bytes that the parent reads after the child's death: what it had in hand."""

    blamed: int
    """What several children died of, one after the other; 0 for nothing."""


@dataclass
class Pool:
    """So many children, each doing `work` (its place, when to stop) until SIGTERM."""

    size: int
    work: Callable[[Place, threading.Event], None]
    say: Callable[[str], None]
    children: dict[int, tuple[int, float]] = field(default_factory=dict, init=False)
    """Process number -> (place, when it started)."""

    deaths: dict[int, tuple[int, float]] = field(default_factory=dict, init=False)
    """What was in hand -> how many children died with it one after the other, and when the last."""

    blamed: dict[int, int] = field(default_factory=dict, init=False)
    """Place -> what its next child shall know about."""

    def __post_init__(self) -> None:
        self.hands = memoryview(mmap.mmap(-1, HAND * self.size))  # shared with the children

    def run(self) -> None:
        """Keep all places taken until SIGINT, SIGTERM or SIGHUP; then stop the children."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        gc.freeze()  # what is here now stays shared between the children
        due = dict.fromkeys(range(self.size), 0.0)
        try:
            while True:
                now = time.monotonic()
                for place in [place for place, moment in due.items() if moment <= now]:
                    del due[place]
                    self._fork(place, before)
                pause = min(due.values(), default=now + 60.0) - now
                heard = signal.sigtimedwait(HEARD, max(0.0, pause))
                if heard and heard.si_signo in ASKED:
                    return
                due |= self._buried()
        finally:
            self._stop()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _fork(self, place: int, mask: set[int]) -> None:
        """Start a child in a place."""
        connections.close_all()  # a connection has one owner; there should be none
        parent = os.getpid()
        pid = os.fork()
        if pid:
            self.children[pid] = (place, time.monotonic())
            self.blamed.pop(place, None)
            return
        code = 1
        try:
            stop = threading.Event()
            for number in ASKED:
                signal.signal(number, lambda *_: stop.set())
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            threading.Thread(target=_orphaned, args=(parent, stop), daemon=True).start()
            self.work(Place(place, self._hand(place), self.blamed.pop(place, 0)), stop)
            code = 0
        except BaseException:
            log.exception("the worker in place %s failed", place)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _buried(self) -> dict[int, float]:
        """Take note of the children that ended; return the free places and when to fill them."""
        free = {}
        for pid, (place, started) in list(self.children.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            del self.children[pid]
            code = os.waitstatus_to_exitcode(status)
            self.say(f"后台进程 {pid} 已退出（{code}），正在重新启动")
            self._blame(place)
            quick = code >= 0 and time.monotonic() - started < QUICK_SECONDS
            free[place] = time.monotonic() + (QUICK_SECONDS if quick else 0.0)
        return free

    def _hand(self, place: int) -> memoryview:
        return self.hands[HAND * place : HAND * (place + 1)]

    def _blame(self, place: int) -> None:
        """Take note of what a child had in hand when it died."""
        held = int.from_bytes(self._hand(place), "little")
        self._hand(place)[:] = bytes(HAND)
        if not held:
            return
        now = time.monotonic()
        since = now - FORGET_SECONDS
        self.deaths = {number: died for number, died in self.deaths.items() if died[1] > since}
        count = self.deaths.pop(held, (0, now))[0] + 1
        if count >= DEADLY:
            self.blamed[place] = held  # put off, it begins anew
        else:
            self.deaths[held] = (count, now)

    def _stop(self) -> None:
        """Ask the children to end, and make them."""
        for pid in self.children:
            os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS + 1.0
        while self.children and time.monotonic() < until:
            for pid in list(self.children):
                if os.waitpid(pid, os.WNOHANG)[0]:
                    del self.children[pid]
            time.sleep(0.02)
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _orphaned(parent: int, stop: threading.Event) -> None:
    """Ask to stop when the parent has died: whoever restarts it will have new children."""
    while not stop.wait(LOOK_SECONDS):
        if os.getppid() != parent:
            stop.set()
