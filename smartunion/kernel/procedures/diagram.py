"""The picture of a procedure: its steps from top to bottom, forks side by side, ways back dashed.

Steps stand in layers (the longest way from the start); a way that passes over a layer goes through
a gap between its neighbors; ways back run up along the right-hand side. Pure: text comes out. The
same drawing stands on pages, in manuals and beside a case, where `states` marks what is done.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from .define import END, Kind, Procedure, Step, Way

WIDE, HIGH = 176, 46
"""A step's box, in pixels."""
LANE = 34
"""The width that a passing way takes."""
GAP_X, GAP_Y = 30, 40
EDGE, TRACK = 16, 16
TITLE, SMALL = 13, 11
LABEL_CHARS = 12
FIRST_WIDE = 0x2E80
"""Chinese characters and their punctuation begin here."""
DONE_HIGH = 26

FAMILY = "Noto Sans S Chinese, system-ui, sans-serif"
STYLE = {
    "box": "fill:#fff;stroke:#4a505c;stroke-width:1",
    "auto": "fill:#fff;stroke:#4a505c;stroke-width:1;stroke-dasharray:4 3",
    "done": "fill:#f1efea;stroke:#4a505c;stroke-width:1",
    "now": "fill:#fdf1ef;stroke:#c8372d;stroke-width:2",
    "way": "fill:none;stroke:#5a616e;stroke-width:1.2",
    "back": "fill:none;stroke:#5a616e;stroke-width:1.2;stroke-dasharray:5 3",
    "tip": "fill:#5a616e",
    "title": f"font-size:{TITLE}px;font-weight:600;fill:#1f242d",
    "small": f"font-size:{SMALL}px;fill:#5a616e",
    "ground": "fill:#fff",
    "end": "fill:#1f242d",
    "endword": f"font-size:{TITLE}px;fill:#fff",
}
"""As attributes and not as a sheet: a strict page and a paper show them alike."""

TIMES = "至多"

SIDES = {
    Kind.VOTE: "票决", Kind.PUBLICITY: "公示", Kind.AUTO: "自动", Kind.OUTSIDE: "外部",
}  # fmt: skip


@dataclass
class Node:
    """One place of the drawing: a step, the end, or the gap that a passing way goes through."""

    layer: int
    step: Step | None = None
    number: int = 0
    end: bool = False
    x: float = 0

    @property
    def width(self) -> int:
        """Return how much room it takes in its layer."""
        return WIDE if self.step or self.end else LANE


@dataclass
class Edge:
    """One way between two steps, through the gaps of the layers between them."""

    source: str
    target: str
    note: str
    path: list[Node] = field(default_factory=list)


@dataclass
class Plan:
    """Where everything stands."""

    nodes: dict[str, Node]
    layers: list[list[Node]]
    forward: list[Edge]
    back: list[Edge]


def drawing(
    sheet: Procedure,
    *,
    names: Mapping[str, str],
    states: Mapping[str, str] | None = None,
) -> str:
    """Return the procedure as SVG: `names` are offices' titles, `states` "done" or "now"."""
    plan = _plan(sheet)
    width = _place(plan)
    tracks = _tracks(plan)
    lanes = max(tracks, default=-1) + 1
    whole = width + (lanes * TRACK + 12 if plan.back else 0)
    rights = max((len(edge.note) for edge in plan.back), default=0)
    whole += min(rights, LABEL_CHARS) * SMALL if plan.back else 0
    high = _y(len(plan.layers) - 1) + DONE_HIGH + EDGE
    parts = [
        *(_way(edge, plan) for edge in plan.forward),
        *(
            _back(edge, plan, width + 12 + t * TRACK)
            for edge, t in zip(plan.back, tracks, strict=True)
        ),
        *(_node(node, names, states or {}) for layer in plan.layers for node in layer),
        *(_label(edge, plan) for edge in plan.forward if edge.note),
        *(_back_label(edge, plan, width + 12 + lanes * TRACK) for edge in plan.back if edge.note),
    ]
    title = escape(f"{sheet.matter}流程图：{describe(sheet)}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="su-flow" role="img" aria-label="{title}" '
        f'viewBox="0 0 {whole:.0f} {high:.0f}" width="{whole:.0f}" height="{high:.0f}" '
        f'font-family="{FAMILY}">{"".join(parts)}</svg>'
    )


def describe(sheet: Procedure) -> str:
    """Return the drawing in words: every way, its condition, where it leads."""
    names = {step.code: step.name for step in sheet.steps} | {END: "办结"}
    told = []
    for step in sheet.steps:
        ways = [
            (f"{way.note}时" if way.note else "") + "、".join(names[to] for to in way.targets)
            for way in step.ways
        ]
        told.append(f"{step.name}之后到{'，或'.join(ways)}")
    return "；".join(told)


def _plan(sheet: Procedure) -> Plan:
    """Return layers and ways: whatever leads to an earlier step, or to itself, leads back."""
    place = {step.code: number for number, step in enumerate(sheet.steps)} | {END: len(sheet.steps)}
    ways = [
        Edge(step.code, target, _note(way))
        for step in sheet.steps
        for way in step.ways
        for target in way.targets
    ]
    forward = [edge for edge in ways if place[edge.target] > place[edge.source]]
    layer = dict.fromkeys(place, 0)
    for code in sorted(place, key=lambda one: place[one]):
        for edge in forward:
            if edge.source == code:
                layer[edge.target] = max(layer[edge.target], layer[code] + 1)
    layer[END] = max(layer.values()) if layer[END] else max(layer.values()) + 1
    nodes = {
        step.code: Node(layer[step.code], step, number)
        for number, step in enumerate(sheet.steps, 1)
    } | {END: Node(layer[END], end=True)}
    layers: list[list[Node]] = [[] for _ in range(layer[END] + 1)]
    for code in place:
        layers[nodes[code].layer].append(nodes[code])
    for edge in forward:
        source, target = nodes[edge.source], nodes[edge.target]
        gaps = [Node(level) for level in range(source.layer + 1, target.layer)]
        for gap in gaps:
            layers[gap.layer].append(gap)
        edge.path = [source, *gaps, target]
    back = [edge for edge in ways if place[edge.target] <= place[edge.source]]
    return Plan(nodes, layers, forward, back)


def _note(way: Way) -> str:
    return way.note + (f"{TIMES}{way.times}次" if way.times is not None else "")


def _place(plan: Plan) -> float:
    """Give every node its x, near the middle of what it hangs on; return the drawing's width."""
    above: dict[int, list[Node]] = defaultdict(list)
    below: dict[int, list[Node]] = defaultdict(list)
    for edge in plan.forward:
        for one, next_one in zip(edge.path, edge.path[1:], strict=False):
            below[id(one)].append(next_one)
            above[id(next_one)].append(one)
    for layer in plan.layers:
        _row(layer, [sum(n.width for n in layer[:i]) for i in range(len(layer))])
    for near in (above, below, above, below, above):
        for layer in plan.layers if near is above else reversed(plan.layers):
            wished = [
                sum(n.x for n in near[id(node)]) / len(near[id(node)]) if near[id(node)] else node.x
                for node in layer
            ]
            order = sorted(range(len(layer)), key=lambda i: (wished[i], layer[i].step is None))
            layer[:] = [layer[i] for i in order]
            _row(layer, [wished[i] for i in order])
    left = min(node.x - node.width / 2 for layer in plan.layers for node in layer)
    for layer in plan.layers:
        for node in layer:
            node.x += EDGE - left
    return max(node.x + node.width / 2 for layer in plan.layers for node in layer) + EDGE


def _row(layer: Sequence[Node], wished: Sequence[float]) -> None:
    """Place one layer as near to what is wished as the widths allow, its middle kept."""
    if not layer:
        return
    placed: list[float] = []
    for i, node in enumerate(layer):
        least = (
            placed[-1] + layer[i - 1].width / 2 + GAP_X + node.width / 2 if placed else wished[0]
        )
        placed.append(max(wished[i], least))
    shift = (sum(wished) - sum(placed)) / len(layer)
    for node, x in zip(layer, placed, strict=True):
        node.x = x + shift


def _tracks(plan: Plan) -> list[int]:
    """Return the track of every way back, so that no two share a line where they would overlap."""
    taken: list[list[tuple[int, int]]] = []
    chosen = []
    for edge in plan.back:
        top, low = plan.nodes[edge.target].layer, plan.nodes[edge.source].layer
        free = next(
            (t for t, spans in enumerate(taken) if all(low < a or b < top for a, b in spans)),
            len(taken),
        )
        if free == len(taken):
            taken.append([])
        taken[free].append((top, low))
        chosen.append(free)
    return chosen


def _y(layer: int) -> float:
    return EDGE + layer * (HIGH + GAP_Y)


def _high(node: Node) -> int:
    return DONE_HIGH if node.end else HIGH


def _way(edge: Edge, plan: Plan) -> str:
    """Draw a way downwards, bent softly between layers, with its tip."""
    first, last = edge.path[0], edge.path[-1]
    x, y = first.x, _y(first.layer) + _high(first)
    path = [f"M{x:.1f} {y:.1f}"]
    for node in edge.path[1:]:
        top = _y(node.layer) - (6 if node is last else 0)
        middle = (y + top) / 2
        path.append(f"C{x:.1f} {middle:.1f} {node.x:.1f} {middle:.1f} {node.x:.1f} {top:.1f}")
        x, y = node.x, top
        if node is not last:
            y = _y(node.layer) + HIGH
            path.append(f"V{y:.1f}")
    end = _y(last.layer)
    tip = f"M{last.x - 4:.1f} {end - 7:.1f}h8l-4 7z"
    return _path("".join(path), "way") + _path(tip, "tip")


def _back(edge: Edge, plan: Plan, track: float) -> str:
    """Draw a way back: out to the right, up its track, in again from the right.

    Where a neighbor stands to the right it goes round: out below its step, in from above.
    """
    source, target = plan.nodes[edge.source], plan.nodes[edge.target]
    r, beside = 6, WIDE * 0.3
    if _hidden(source, plan):
        out = _y(source.layer) + HIGH + GAP_Y * 0.22
        path = f"M{source.x + beside:.1f} {out - GAP_Y * 0.22:.1f}V{out:.1f}"
    else:
        out = _y(source.layer) + HIGH * 0.68
        path = f"M{source.x + source.width / 2:.1f} {out:.1f}"
    above = _hidden(target, plan)
    into = _y(target.layer) - GAP_Y * 0.3 if above else _y(target.layer) + HIGH * 0.32
    path += (
        f"H{track - r:.1f}Q{track:.1f} {out:.1f} {track:.1f} {out - r:.1f}"
        f"V{into + r:.1f}Q{track:.1f} {into:.1f} {track - r:.1f} {into:.1f}"
    )
    if above:
        x, end = target.x + beside, _y(target.layer)
        path += f"H{x:.1f}V{end - 6:.1f}"
        tip = f"M{x - 4:.1f} {end - 7:.1f}h8l-4 7z"
    else:
        x = target.x + target.width / 2
        path += f"H{x + 6:.1f}"
        tip = f"M{x + 7:.1f} {into - 4:.1f}v8l-7 -4z"
    return _path(path, "back") + _path(tip, "tip")


def _hidden(node: Node, plan: Plan) -> bool:
    """Test if another step stands to the right of it in its layer."""
    return any(other.x > node.x and other.step for other in plan.layers[node.layer])


def _node(node: Node, names: Mapping[str, str], states: Mapping[str, str]) -> str:
    top = _y(node.layer)
    if node.end:
        left = node.x - 34
        return (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="68" height="{DONE_HIGH}" rx="13" '
            f'style="{STYLE["end"]}"/>{_text(node.x, top + 17.5, "办结", "endword")}'
        )
    if node.step is None:
        return ""
    step = node.step
    left = node.x - WIDE / 2
    look = states.get(step.code) or ("auto" if step.kind in (Kind.AUTO, Kind.OUTSIDE) else "box")
    office = names.get(step.duty.lead, step.duty.lead)
    shape = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{WIDE}" height="{HIGH}" rx="6" '
        f'style="{STYLE[look]}"/>'
    )
    if step.kind == Kind.VOTE:  # a second line, as around a ballot box
        shape += (
            f'<rect x="{left + 3:.1f}" y="{top + 3:.1f}" width="{WIDE - 6}" height="{HIGH - 6}" '
            f'rx="4" style="fill:none;stroke:#4a505c;stroke-width:.6"/>'
        )
    side = SIDES.get(step.kind, "")
    small = " · ".join(word for word in (side, limit_words(step), office) if word)
    return (
        shape
        + _text(node.x, top + 20, _cut(f"{node.number} {step.name}", TITLE), "title")
        + _text(node.x, top + 36, _cut(small, SMALL), "small")
    )


def limit_words(step: Step) -> str:
    """Return a step's 时限 in the fewest words: a window's days, the limit, or nothing."""
    if step.publicity:
        return f"{step.publicity.working_days}个工作日"
    return step.within.words if step.within else ""


def _label(edge: Edge, plan: Plan) -> str:
    """Write a way's condition where it leaves its step, on a ground of its own."""
    source, after = edge.path[0], edge.path[1]
    lines = list(_lines(edge.note))
    y = _y(source.layer) + HIGH + GAP_Y * 0.52
    x = source.x + (after.x - source.x) * 0.62
    return _words(x, y - (len(lines) - 1) * 6, lines)


def _back_label(edge: Edge, plan: Plan, x: float) -> str:
    source = plan.nodes[edge.source]
    lines = list(_lines(edge.note))
    top = _y(source.layer) + HIGH * 0.68 - 14 - (len(lines) - 1) * 13
    return "".join(
        _text(x - 8, top + i * 13, line, "small", anchor="start") for i, line in enumerate(lines)
    )


def _words(x: float, y: float, lines: Sequence[str]) -> str:
    wide = max(map(_long, lines)) * SMALL + 6
    ground = (
        f'<rect x="{x - wide / 2:.1f}" y="{y - 10:.1f}" width="{wide:.1f}" '
        f'height="{13 * len(lines) + 1}" style="{STYLE["ground"]}"/>'
    )
    return ground + "".join(_text(x, y + i * 13, line, "small") for i, line in enumerate(lines))


def _lines(note: str) -> Iterator[str]:
    """Break a condition into lines; how often it may be taken stands on its own."""
    condition, comma, times = note.partition(TIMES)
    for start in range(0, len(condition), LABEL_CHARS):
        yield condition[start : start + LABEL_CHARS]
    if comma:
        yield f"{TIMES}{times}"


def _long(words: str) -> float:
    """Return about how long a text is, in widths of a Chinese character."""
    return sum(1 if ord(one) >= FIRST_WIDE else 0.58 for one in words)


def _cut(words: str, size: int) -> str:
    """Return the text as far as the box holds it, the rest told by an ellipsis."""
    most = (WIDE - 12) / size
    if _long(words) <= most:
        return words
    while _long(words) > most - 1:
        words = words[:-1]
    return f"{words}…"


def _path(points: str, look: str) -> str:
    return f'<path d="{points}" style="{STYLE[look]}"/>'


def _text(x: float, y: float, words: str, look: str, *, anchor: str = "middle") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" style="{STYLE[look]}">'
        f"{escape(words)}</text>"
    )
