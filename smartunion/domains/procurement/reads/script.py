"""The script with which anybody computes a clearing again."""

from pathlib import Path


def path() -> Path:
    """Return where the script lies."""
    return Path(__file__).parents[1] / "rules" / "recompute.py"
