"""YAML files of the house, parsed by libyaml and once: Python's parser takes a quarter second."""

from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


def read(path: Path) -> Any:
    """Return what the file says, the caller's own copy; a file that was changed is read again."""
    return deepcopy(_parsed(path, path.stat().st_mtime_ns))


def parse(text: str) -> Any:
    """Return what the text says. Raises yaml.YAMLError."""
    return yaml.load(text, yaml.CSafeLoader)


@lru_cache(maxsize=64)
def _parsed(path: Path, _changed: int) -> Any:
    return parse(path.read_text(encoding="utf-8"))
