"""What goes wrong on a channel, switched on by a person or a test."""

from dataclasses import dataclass


@dataclass
class Faults:
    """What goes wrong on one channel; a count goes down as it happens."""

    delay_ms: int = 0
    errors: int = 0
    lose: int = 0
    busy: int = 0
    twice: int = 0
    shuffle: int = 0

    def spend(self, name: str) -> bool:
        """Test if the fault happens now, and count it down."""
        left = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return bool(left)
