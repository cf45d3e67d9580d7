"""What safety keeps sealed: what happened to whom."""

from smartunion.kernel.private.define import BY_CASE, Purpose, RecordKind, Sort

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
RECORDS = (REPORT, CHILD)
