"""Navigation: what a person's mandate opens, in the order of the plan's six projects."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from .page import PUBLIC, SIGNED_IN


@dataclass(frozen=True)
class Group:
    """A heading of the navigation; items of a project fold under its icon."""

    title: str
    icon: str = ""
    label: str = ""
    short: str = ""


@dataclass(frozen=True)
class Item:
    """One address of the navigation, shown to whom `can` is granted."""

    group: Group
    icon: str
    label: str
    short: str
    url_name: str
    can: str
    count: Callable[[HttpRequest], int] | None = None
    """How many open items of mine it leads to."""


@dataclass(frozen=True)
class Tab:
    """One tab of the phone's bottom bar."""

    icon: str
    label: str
    url_name: str
    can: str
    primary: bool = False


def may_open(request: HttpRequest, can: str) -> bool:
    """Test if whoever asks may open what `can` guards."""
    if can == PUBLIC:
        return True
    mandate = getattr(request, "mandate", None)
    return mandate is not None and (can == SIGNED_IN or mandate.may(can))


def _open(request: HttpRequest, item: Item | Tab) -> dict[str, Any] | None:
    """Return the entry with its address, or None when it is not for this person."""
    if not may_open(request, item.can):
        return None
    try:
        url = reverse(item.url_name)
    except NoReverseMatch:
        return None
    told = {k: v for k, v in vars(item).items() if k not in {"group", "count"}}
    count = getattr(item, "count", None)
    return {**told, "url": url, "n": count(request) if count else 0}


def _mark(path: str, entries: Iterable[dict[str, Any]]) -> None:
    """Mark the entry whose address is the longest beginning of the path."""
    best = max(
        (e for e in entries if path == e["url"] or (e["url"] != "/" and path.startswith(e["url"]))),
        key=lambda e: len(e["url"]),
        default=None,
    )
    if best:
        best["here"] = True


def tree(menu: Sequence[Item], request: HttpRequest) -> list[dict[str, Any]]:
    """Return the navigation for this request: parts with a title, their nodes, their items."""
    open_items = [(item.group, entry) for item in menu if (entry := _open(request, item))]
    _mark(request.path, [entry for _, entry in open_items])
    parts: list[dict[str, Any]] = []
    for group, pairs in groupby(open_items, key=lambda pair: pair[0]):
        entries = [entry for _, entry in pairs]
        nodes = entries
        if group.label:
            here = any(e.get("here") for e in entries)
            nodes = [
                {
                    "icon": group.icon,
                    "label": group.label,
                    "short": group.short,
                    "inner": entries,
                    "here": here,
                }
            ]
        if parts and parts[-1]["title"] == group.title:
            parts[-1]["nodes"] += nodes
        else:
            parts.append({"title": group.title, "nodes": nodes})
    return parts


def open_entries(entries: Sequence[Item | Tab], request: HttpRequest) -> list[dict[str, Any]]:
    """Return the entries that exist and that this person may open, each with its `url`."""
    return [entry for item in entries if (entry := _open(request, item))]


def bottom_bar(tabs: Sequence[Tab], request: HttpRequest) -> list[dict[str, Any]]:
    """Return the phone's tabs that exist and that this person may open."""
    entries = open_entries(tabs, request)
    _mark(request.path, entries)
    return entries
