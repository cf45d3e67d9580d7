"""What safety keeps sealed: where responders were, and what happened to whom."""

from smartunion.kernel.private.define import BY_CASE, Purpose, RecordKind, Sort

POSITION = RecordKind(
    code="safety.position",
    words="处置突发事件时的位置",
    sort=Sort.LOCATION,
    keeps="location",
    purposes={"command": Purpose("指挥处置", can=BY_CASE)},
)
REPORT = RecordKind(
    code="safety.incident",
    words="突发事件经过",
    sort=Sort.HEALTH,
    keeps="reports",
    purposes={"handle": Purpose("处置与复盘", can=BY_CASE)},
)
CHILD = RecordKind(
    code="safety.child",
    words="托育意外经过",
    sort=Sort.CHILD,
    keeps="child",
    purposes={"handle": Purpose("处置与复盘", can="safety.child")},
)
RECORDS = (POSITION, REPORT, CHILD)
