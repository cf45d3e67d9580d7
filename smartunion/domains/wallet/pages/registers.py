"""The registers of merchants and terminals (商户名册, 终端名册): declared, not coded."""

from smartunion.domains.wallet.actions.rosters import save_merchant, save_terminal
from smartunion.domains.wallet.reads import rosters
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.registers import Register

MERCHANTS = Register(
    model="wallet.Merchant",
    code="merchants",
    title="商户名册",
    noun="商户",
    count="家",
    lead=rosters.merchants_said,
    group="暖心福利",
    columns=(
        Column("number", "编号"),
        Column("name", "商户", sub="place"),
        Column("category", "类别"),
        Column("terminals_live", "终端", "number", total=True),
        Column("undertaking_signed_at", "承诺书", "day"),
        Column("deposit_fen", "保证金", "yuan", total=True),
        Column(
            "state", "状态",
            states={"active": "ok", "pending": "wait", "suspended": "hold", "expelled": "no",
                    "left": "off"},
        ),
    ),
    can="wallet.desk",
    can_edit="wallet.merchants",
    search="number name place category",
    order="number",
    seg="state",
    filters="category",
    fields="number name category place",
    key="number",
    rows=rosters.merchants,
    link="merchants:shop",
    save=save_merchant,
    off=lambda row: row.state in ("expelled", "left"),
    empty=("还没有商户", "登记或从 Excel 导入商户；签了《反套现承诺书》、交齐保证金后才能收款。"),
)  # fmt: skip

TERMINALS = Register(
    model="wallet.Terminal",
    code="terminals",
    title="终端名册",
    noun="终端",
    count="台",
    lead=rosters.terminals_said,
    group="暖心福利",
    columns=(
        Column("code", "终端号"),
        Column("merchant__name", "商户"),
        Column("name", "名称"),
        Column("upgraded_on", "升级完成日"),
        Column("retired_at", "停用时间"),
    ),
    can="wallet.desk",
    can_edit="wallet.merchants",
    search="code name merchant__name",
    order="code",
    fields="merchant code name upgraded_on",
    key="code",
    link="wallet:terminal",
    save=save_terminal,
    off=lambda row: row.retired_at is not None,
    empty=("还没有终端", "1月15日前完成 41 家商户 POS 机具升级；登记后这里列出每台终端。"),
)
