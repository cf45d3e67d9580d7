"""The campus as a drawing: our own GeoJSON, projected to metres, no tiles from outside.

A university replaces static/command/campus.geojson by its own; what is drawn is told by `kind`:
road, building, hospital, security, gate, lake, field.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

GEOJSON = Path(__file__).parents[1] / "static/command/campus.geojson"
METRES_OF_A_DEGREE = 110_574.0
METRES_OF_A_DEGREE_AT_THE_EQUATOR = 111_320.0
MARGIN = 24
"""Metres around the campus that are drawn; whoever is farther off stands at the edge."""


@dataclass(frozen=True)
class Shape:
    """Something on the map: an SVG path, and where its name stands."""

    kind: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Spot:
    """A point on the map, in metres from its corner; `is_outside` if it was drawn to the edge."""

    x: float
    y: float
    is_outside: bool = False


@dataclass(frozen=True)
class Campus:
    """The map: its size in metres, its shapes, and how a position falls on it."""

    west: float
    north: float
    east_metres: float
    north_metres: float
    width: int
    height: int
    shapes: tuple[Shape, ...]

    def spot(self, latitude: float, longitude: float) -> Spot:
        """Return where a position is drawn: outside the campus it is kept at the edge."""
        x = (longitude - self.west) * self.east_metres + MARGIN
        y = (self.north - latitude) * self.north_metres + MARGIN
        inside = 0 <= x <= self.width and 0 <= y <= self.height
        return Spot(_within(x, self.width), _within(y, self.height), not inside)

    def named(self, words: str) -> Spot | None:
        """Return the middle of the place that is named in some words."""
        place = self._shape(words)
        return Spot(place.x, place.y) if place else None

    def building(self, words: str) -> str:
        """Return the name of the place that is named in some words, and nothing else of them."""
        place = self._shape(words)
        return place.name if place else ""

    def _shape(self, words: str) -> Shape | None:
        places = [s for s in self.shapes if s.name and s.kind not in ("road", "gate")]
        longest = sorted(places, key=lambda shape: -len(shape.name))
        return next((place for place in longest if place.name in words), None)


def _within(value: float, length: int) -> float:
    return round(min(max(value, MARGIN / 2), length - MARGIN / 2), 1)


@cache
def campus() -> Campus:
    """Return the map, read once for the process."""
    features = json.loads(GEOJSON.read_text("utf-8"))["features"]
    every = [point for each in features for point in _points(each["geometry"])]
    west, east = min(p[0] for p in every), max(p[0] for p in every)
    south, north = min(p[1] for p in every), max(p[1] for p in every)
    across = METRES_OF_A_DEGREE_AT_THE_EQUATOR * math.cos(math.radians((south + north) / 2))
    bare = Campus(
        west, north, across, METRES_OF_A_DEGREE,
        width=round((east - west) * across) + 2 * MARGIN,
        height=round((north - south) * METRES_OF_A_DEGREE) + 2 * MARGIN,
        shapes=(),
    )  # fmt: skip
    shapes = tuple(_shape(each, bare) for each in features)
    return Campus(**{**vars(bare), "shapes": shapes})


def _points(geometry: dict[str, Any]) -> Sequence[Sequence[float]]:
    found: Any = geometry["coordinates"]
    if geometry["type"] == "Point":
        found = [found]
    elif geometry["type"] == "Polygon":
        found = found[0]
    points: Sequence[Sequence[float]] = found
    return points


def _shape(feature: dict[str, Any], of: Campus) -> Shape:
    geometry, told = feature["geometry"], feature["properties"]
    drawn = [
        (
            (longitude - of.west) * of.east_metres + MARGIN,
            (of.north - latitude) * of.north_metres + MARGIN,
        )
        for longitude, latitude in _points(geometry)
    ]
    corners = drawn[:-1] if geometry["type"] == "Polygon" else drawn
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in drawn)
    if geometry["type"] == "Polygon":
        path += "Z"
    return Shape(told["kind"], told["name"], path, *_middle(corners))


def _middle(points: Iterable[tuple[float, float]]) -> tuple[float, float]:
    given = list(points)
    return (
        round(sum(x for x, _ in given) / len(given), 1),
        round(sum(y for _, y in given) / len(given), 1),
    )
