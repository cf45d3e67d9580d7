"""The registers of postings and of objections: declared, not coded."""

from smartunion.kernel.base import clock
from smartunion.kernel.publicity import reads
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.registers import Register, register_urls

POSTINGS = Register(
    model="publicity.Posting",
    code="postings",
    title="公示台账",
    noun="公示",
    count="条",
    lead=lambda: reads.said_of_all(at=clock.now()),
    group="公开",
    columns=(
        Column("number", "编号"),
        Column("title", "事项", sub="first"),
        Column("basis", "依据"),
        Column("section", "栏目"),
        Column("posted_at", "发布", "moment"),
        Column("last_on", "期满（24:00）", "day"),
        Column("restarts", "重新起算", "number"),
        Column("objected", "异议", "number"),
        Column(
            "state", "状态",
            states={
                "open": "run", "waiting": "wait", "closed": "ok", "upheld": "hold",
                "withdrawn": "off",
            },
        ),
    ),
    can=reads.DESK,
    search="number title basis body",
    order="-number",
    seg="state",
    filters="section",
    rows=reads.counted,
    link="publicity:desk_posting",
    off=lambda row: row.taken_down_at is not None,
    empty=("还没有公示", "办事流程走到公示一步时自动发布到公开栏，并列在这里。"),
)  # fmt: skip

OBJECTIONS = Register(
    model="publicity.Objection",
    code="objections",
    title="异议登记",
    noun="异议",
    count="条",
    group="公开",
    columns=(
        Column("posting__number", "公示", sub="posting__title"),
        Column("seq", "第几条", "number"),
        Column("received_at", "收到", "moment"),
        Column("reply_on", "答复期限（24:00）", "day"),
        Column("replied_at", "答复", "moment"),
        Column(
            "state", "状态",
            states={"received": "wait", "replied": "run", "upheld": "hold", "dismissed": "ok"},
        ),
    ),
    can=reads.DESK,
    search="posting__number posting__title",
    order="-received_at",
    seg="state",
    rows=reads.registered,
    link="publicity:objection",
    empty=("还没有异议", "公示期内有人提出异议时列在这里，并写明最晚何时答复。"),
)  # fmt: skip

POSTINGS_PAGES = register_urls(POSTINGS)
OBJECTIONS_PAGES = register_urls(OBJECTIONS)
