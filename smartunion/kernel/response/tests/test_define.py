"""A protocol is data: it can be told, hashed and read back, and its faults are named."""

from dataclasses import replace

from smartunion.kernel.response import drills
from smartunion.kernel.response.define import TIMEOUT, Outcome, of_told

from .conftest import CALL, LOCATE, RED


def test_a_protocol_read_back_is_the_same_protocol() -> None:
    again = of_told(RED.told())
    assert again == RED
    assert again.digest() == RED.digest()


def test_whoever_changes_a_protocol_changes_its_digest() -> None:
    other = replace(RED, steps=(replace(CALL, holds=True), *RED.steps[1:]))
    assert other.digest() != RED.digest()


def test_a_sound_protocol_has_no_faults() -> None:
    assert RED.faults() == []


def test_what_is_wrong_with_a_protocol_is_named() -> None:
    loose = replace(LOCATE, since="nowhere", within="locate", posts=())
    choosable = replace(CALL, outcomes=(Outcome(code=TIMEOUT, name="x", opens=("none",)),))
    wrong = replace(RED, steps=(loose, choosable, CALL))
    told = " ".join(wrong.faults())
    for fault in ("call twice", "no step none", "no step nowhere", "nobody is asked", "no unit"):
        assert fault in told


def test_shares_are_the_nearest_rank() -> None:
    assert drills.share([], 0.5) is None
    assert drills.share([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert drills.share([float(n) for n in range(1, 11)], 0.9) == 9.0
