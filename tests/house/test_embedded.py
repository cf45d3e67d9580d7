"""The embedded PostgreSQL starts wherever the house is cloned, and after whatever ended it."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from smartunion.site import embedded


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An own var/ that the server's user may enter; its server is stopped at the end."""
    for step in (tmp_path, *tmp_path.parents):  # pytest closes its directories to others
        if step.stat().st_uid == os.geteuid() and step != Path("/"):
            step.chmod(step.stat().st_mode | 0o011)
    monkeypatch.setattr(embedded, "VAR", tmp_path)
    yield tmp_path
    embedded.stop()


def answer(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT 42").fetchone()
        assert row
        return int(row[0])


def main_process(var: Path) -> int:
    return int((var / "postgres/postmaster.pid").read_text().split()[0])


def test_it_starts_once_and_again_after_it_was_killed(var: Path) -> None:
    url = embedded.start()
    first = main_process(var)
    assert embedded.start() == url
    assert main_process(var) == first, "a server that answers is left alone"
    os.kill(first, signal.SIGKILL)
    time.sleep(0.2)
    assert answer(embedded.start()) == 42


def test_a_process_number_that_now_belongs_to_another_program_is_not_believed(var: Path) -> None:
    embedded.start()
    lock = var / "postgres/postmaster.pid"
    told = lock.read_text().split("\n")
    embedded.stop()
    lock.write_text("\n".join([str(os.getpid()), *told[1:]]))  # as after a reboot
    assert answer(embedded.start()) == 42


def test_a_path_too_long_or_too_strange_for_a_socket_gets_a_short_one(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = var / "工会 的 目录" / ("x" * 90)
    long.mkdir(parents=True)
    monkeypatch.setattr(embedded, "VAR", long)
    url = embedded.start()
    assert "/tmp/smartunion-" in url  # noqa: S108 - where the socket must be
    assert answer(url) == 42
    embedded.stop()


def test_a_directory_closed_to_others_is_seen_as_closed(tmp_path: Path) -> None:
    closed = tmp_path / "home" / "var"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    assert not embedded._open_to_all(closed)
