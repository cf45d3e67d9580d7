"""What must hold of the whole installation; `smartunion check` asks it all and names every row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from smartunion.domains.aid.reads import audits as aid
from smartunion.domains.coupons.reads.audits import AUDITS as COUPONS
from smartunion.domains.crisis.reads import audits as crisis
from smartunion.domains.inspection.reads import audits as inspection
from smartunion.domains.merchants.reads.audits import AUDITS as MERCHANTS
from smartunion.domains.planning import public as planning
from smartunion.domains.procurement.reads.audits import AUDITS as PROCUREMENT
from smartunion.domains.settlement.reads import statements as settlement
from smartunion.domains.wallet.reads import audits as wallet
from smartunion.domains.wallet.reads import keys, numbers
from smartunion.domains.wallet.reads.orders import AUDITS as BANK
from smartunion.domains.wellbeing.actions.opening import differing
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.ledger.audits import AUDITS as LEDGER
from smartunion.kernel.ledger.audits import Audit
from smartunion.kernel.notices import audits as notices
from smartunion.kernel.private import audits as private
from smartunion.kernel.procedures import audits as cases
from smartunion.kernel.publicity import audits as publicity
from smartunion.kernel.response import audits as response
from smartunion.kernel.timers import audits as timers
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.tree import audits as tree

PLAN = (
    Audit(
        "B1",
        "收入合计 = 支出合计 = 全口径总额",
        """
        SELECT format('planning_planyear %s', p.year) AS "where",
          format('income %s, spending %s, total %s fen', i.fen, s.fen, p.total_fen) AS what
        FROM planning_planyear p
        CROSS JOIN LATERAL (SELECT COALESCE(SUM(amount_fen), 0)::bigint AS fen
          FROM planning_incomeline WHERE plan_id = p.id AND NOT outside) i
        CROSS JOIN LATERAL (SELECT COALESCE(SUM(amount_fen), 0)::bigint AS fen
          FROM planning_spendingline WHERE plan_id = p.id AND position('/' IN code) = 0) s
        WHERE i.fen <> s.fen OR i.fen <> p.total_fen
        """,
    ),
    Audit(
        "B2",
        "各工程的细目之和不超过工程预算",
        """
        SELECT format('planning_spendingline %s', line.code) AS "where",
          format('details %s of %s fen', SUM(detail.amount_fen), line.amount_fen) AS what
        FROM planning_spendingline line
        JOIN planning_spendingline detail ON detail.plan_id = line.plan_id
          AND detail.project_id = line.project_id AND position('/' IN detail.code) > 0
        JOIN planning_incomeline source ON source.id = detail.fund_source_id AND NOT source.outside
        WHERE position('/' IN line.code) = 0
        GROUP BY line.id HAVING SUM(detail.amount_fen) > line.amount_fen
        """,
    ),
    Audit(
        "B4",
        "每个工程的列支加预留不超过预算（预算外来源不占）",
        """
        WITH charged AS (
          SELECT t.budget_code, t.fund_source, CASE WHEN d.kind = k.kind THEN 0
            WHEN d.kind = 'expense' THEN t.amount_fen WHEN k.kind = 'expense' THEN -t.amount_fen
            ELSE 0 END AS fen
          FROM ledger_transfer t JOIN ledger_account d ON d.code = t.debit
          JOIN ledger_account k ON k.code = t.credit WHERE t.budget_code <> ''
          UNION ALL SELECT budget_code, fund_source, amount_fen FROM ledger_encumbrance
        )
        SELECT format('planning_spendingline %s', l.code) AS "where",
          format('%s spent or set aside of %s fen', SUM(c.fen), l.amount_fen) AS what
        FROM planning_spendingline l JOIN planning_planyear p ON p.id = l.plan_id
        JOIN charged c ON c.budget_code = p.year || '/' || l.code
          OR c.budget_code LIKE p.year || '/' || l.code || '/%'
        WHERE l.amount_fen IS NOT NULL AND NOT EXISTS (SELECT 1 FROM planning_incomeline i
          WHERE i.plan_id = p.id AND i.code = c.fund_source AND i.outside)
        GROUP BY l.id HAVING SUM(c.fen) > l.amount_fen
        """,
    ),
    Audit(
        "B3",
        "每笔预算列支都有资金来源",
        """
        SELECT format('ledger_transfer %s', id) AS "where", budget_code || ' without fund' AS what
        FROM ledger_transfer WHERE budget_code <> '' AND fund_source = ''
        """,
    ),
)
TIMERS = (
    Audit("T1", "到期的计时器恰好触发一次，撤销的从未触发", timers.ONCE),
    Audit("T2", "没有计时器被越过", timers.PASSED_OVER),
    Audit("T3", "没有计时器处理失败", timers.FAILING),
)
TREE = (
    Audit("J1", "进入存证树的每一行都还在，与当初的承诺相同", tree.DIFFERING),
    Audit("J2", "存证树的每个节点都由下层算出，没有缺位", tree.NODES),
    Audit("J3", "存证树仍延续每一个签过名的检查点", tree.CHECKPOINTS),
)
NOTICES = (
    Audit("N1", "到期的消息没有被越过", notices.PASSED_OVER),
    Audit("N2", "收下的回执都算数", notices.UNHEARD),
)
RESPONSE = (
    Audit("H1", "应急步骤的时限恰好触发一次，撤销的从未触发", response.ONCE),
    Audit("H2", "没有步骤在时限之前判为超时", response.EARLY),
    Audit("H3", "一件事一个渠道只告诉一个人一次，幂等键各不相同", response.TOLD_TWICE),
    Audit("H4", "解除或结束之后没有再通知", response.TOLD_AFTER),
    Audit("H5", "演练的每条消息都有标记，真实的都没有", response.MIXED),
)
ORGANIZATION = (
    Audit(
        "O1",
        "常委会七席，四条联系线各一席",
        """
        SELECT format('people_unit %s', u.code) AS "where",
          format('%s seats, %s lines', COUNT(s.id), COUNT(DISTINCT NULLIF(s.line, ''))) AS what
        FROM people_unit u LEFT JOIN people_seat s ON s.unit_id = u.id
        JOIN people_establishment e ON e.kind = u.kind
        WHERE u.kind = 'standing' GROUP BY u.id, e.seats HAVING COUNT(s.id) <> e.seats
        """,
    ),
    Audit(
        "O2",
        "一席一时只有一名A角",
        """
        SELECT format('people_appointment %s', a.id) AS "where",
          format('seat %s is also held by appointment %s', a.seat_id, b.id) AS what
        FROM people_appointment a JOIN people_appointment b
          ON b.seat_id = a.seat_id AND b.part = a.part AND b.id > a.id
         AND daterange(a.since, a.until) && daterange(b.since, b.until)
        """,
    ),
)


@dataclass(frozen=True)
class Tried(Audit):
    """A statement that only a program can try: a seal is whole or it is not."""

    ask: Callable[[int], Sequence[tuple[Any, ...]]] = lambda _: ()

    def offenders(self, limit: int = 20) -> list[tuple[Any, ...]]:
        """Return the first rows that break the statement; empty when it holds."""
        return list(self.ask(limit))


SEALED = (
    Tried("Z1", "每份封存资料都打得开，没有改动、挪动、换人或缺版", "", private.broken),
    Audit("Z2", "查阅和销毁的日志连成一条链，没有改动或抽走的行", private.UNLINKED),
    Audit("Z7", "日志链的每一环都写进存证树，与当时的摘要相同", private.UNTOLD),
    Tried("Z3", "到期的封存资料没有被越过", "", private.overdue),
    Tried("Z4", "每把在用的终端密钥都打得开", "", keys.broken),
    Tried("Z5", "封存资料的表只归专用角色，行级隔离开着", "", private.fence),
    Audit("Z6", "每次紧急查阅都有本人破窗在先，只看那一份，没有超时", private.THROUGH),
)

WELLBEING = (
    Tried(
        "W1",
        "每份作答按当时的规则重算，结果逐字节相同",
        "",
        lambda limit: differing(limit=limit, at=clock.now()),
    ),
)
CRISIS = (
    *crisis.AUDITS,
    Tried("K6", "过期的位置资料都已销毁", "", crisis.kept_too_long),
    Tried("K7", "每件个案该封存的都封存着，直到保存期满", "", crisis.unsealed),
    Tried("K8", "个案的明文和有关消息里没有当事人的姓名、电话", "", crisis.named),
    Tried("K9", "没有人办理自己的个案", "", crisis.own_matters),
)
PUBLICITY = (
    Tried("G1", "公示满了所承诺的工作日，内容与所公示一致", "", publicity.short),
    Audit("G2", "异议都在公示期内；没有裁定的不生效，成立的即结束", publicity.LATE_OBJECTIONS),
    Audit("G3", "发布人、决定人、异议人不办理这条异议", publicity.OWN_MATTERS),
    Audit("G4", "发布、重新起算、结束各留一份存证", publicity.UNPROVED),
)


SETTLEMENT = (
    Tried(
        "M4",
        "定格的结算单按钱包重新计算，逐字节相同",
        "",
        settlement.differing,
    ),
    Audit(
        "M5",
        "对公账户每日期初 + 明细 = 期末，期初等于上一日期末",
        """
        SELECT format('settlement_accountday %s', d.day) AS "where",
          format('opens with %s, closes with %s', d.opening_fen, d.closing_fen) AS what
        FROM settlement_accountday d LEFT JOIN settlement_accountday e ON e.day = d.day - 1
        WHERE d.opening_fen <> COALESCE(e.closing_fen, d.opening_fen)
          OR d.closing_fen <> d.opening_fen + COALESCE((SELECT SUM(in_fen - out_fen)
            FROM settlement_accountline WHERE account_id = d.id), 0)
        """,
    ),
    Audit(
        "M7",
        "双方一致的收付款都按日记入应付商户与对公钱包，一分不多",
        """
        SELECT format('ledger_transfer %s', COALESCE(t.document, m.document)) AS "where",
          format('booked %s fen, matched %s fen', COALESCE(t.fen, 0), COALESCE(m.fen, 0)) AS what
        FROM (SELECT document, SUM(CASE WHEN (code = 'bank.pay') = (credit = 'bank.ecny')
                THEN amount_fen ELSE -amount_fen END)::bigint AS fen
              FROM ledger_transfer WHERE code IN ('bank.pay', 'bank.refund') GROUP BY 1) t
        FULL JOIN (SELECT 'bank:' || to_char(day, 'YYYYMMDD') || ':' || kind AS document,
                SUM(bank_fen)::bigint AS fen
              FROM settlement_match WHERE state = 'SAME' AND kind IN ('PAY', 'REFUND')
              GROUP BY day, kind) m USING (document)
        WHERE COALESCE(t.fen, 0) <> COALESCE(m.fen, 0)
        """,
    ),
    Audit(
        "M8",
        "银行存款、对公钱包等资产科目的余额不为负",
        """
        SELECT format('ledger_account %s', a.code) AS "where", format('%s fen', sum(l.fen)) AS what
        FROM ledger_account a JOIN (
          SELECT debit AS code, amount_fen AS fen FROM ledger_transfer
          UNION ALL SELECT credit, -amount_fen FROM ledger_transfer
        ) l ON l.code = a.code WHERE a.kind = 'asset' GROUP BY a.code HAVING sum(l.fen) < 0
        """,
    ),
    Audit(
        "M6",
        "每笔不一致都立了差错，未办结的都有责任人和期限",
        """
        SELECT format('settlement_match %s', m.id) AS "where",
          format('%s %s of %s has no case', m.state, m.document, m.day) AS what
        FROM settlement_match m LEFT JOIN settlement_bankline l ON l.id = m.line_id
        WHERE m.state <> 'SAME' AND NOT EXISTS (SELECT 1 FROM settlement_difference d
          WHERE d.subject = CASE WHEN m.document <> '' THEN m.document
                                 ELSE 'bank:' || l.bank_ref END)
        """,
    ),
)

INSPECTION = (
    Tried("IN1", "抽样名单与公布的哈希相符，抽中的就是种子抽出的", "", inspection.not_as_drawn),
    *inspection.AUDITS,
)


def all_of_them(*, at: datetime) -> Sequence[Audit]:
    """Return every audit of the house, in the order in which they are reported.

    The wallet is judged by the terms of the last day on which anything happened: a demonstration
    lives in another year than the machine that it runs on. A day without a plan year is judged by
    the nearest that has one.
    """
    last = Entry.objects.aggregate(at=Max("at"))["at"]
    day = planning.judged_day(on=campus_day(min(at, last))) if last else None
    judged = (*wallet.audits_on(day), *numbers.audits_on(day), *aid.audits_on(day)) if day else ()
    return (
        *LEDGER,
        *judged,
        *BANK,
        *SETTLEMENT,
        *MERCHANTS,
        *INSPECTION,
        *COUPONS,
        *PROCUREMENT,
        *PLAN,
        *TIMERS,
        *TREE,
        *NOTICES,
        *RESPONSE,
        *ORGANIZATION,
        *SEALED,
        *WELLBEING,
        *CRISIS,
        *cases.all_of_them(),
        *PUBLICITY,
    )
