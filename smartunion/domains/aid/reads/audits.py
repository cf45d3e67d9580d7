"""What must hold of aid at any moment; `smartunion check` asks and names every row."""

from collections.abc import Sequence
from datetime import date

from smartunion.domains.aid.rules.amounts import Category, Terms
from smartunion.kernel.ledger.audits import Audit

from .figures import terms_on

PAID_WITHOUT_VOTE = """
SELECT format('aid_disbursement %s', d.id) AS "where",
  format('%s was paid without a carried vote', a.number) AS what
FROM aid_disbursement d JOIN aid_application a ON a.id = d.application_id
WHERE NOT EXISTS (
  SELECT FROM procedures_steprun r JOIN procedures_poll p ON p.run_id = r.id
  WHERE r.case_id = a.case_id AND p.passed AND p.closed_at <= d.paid_at)
"""

WITHOUT_QUORUM = """
SELECT format('procedures_poll %s', p.id) AS "where",
  format('%s carried by %s votes of %s seats', a.number, p.yes + p.no + p.abstain,
    p.seats - r.out) AS what
FROM aid_application a
JOIN procedures_steprun s ON s.case_id = a.case_id AND s.step = 'vote'
JOIN procedures_poll p ON p.run_id = s.id AND p.passed
CROSS JOIN LATERAL (SELECT count(*) AS out FROM procedures_voter v
  WHERE v.poll_id = p.id AND v.state = 'recused') r
WHERE (p.yes + p.no + p.abstain) * 3 < 2 * (p.seats - r.out) OR p.yes * 2 <= p.seats - r.out
"""

OWN_MATTER = """
SELECT format('procedures_steprun %s', s.id) AS "where",
  format('%s: step %s was ended by its own beneficiary or filer', a.number, s.step) AS what
FROM aid_application a JOIN procedures_steprun s ON s.case_id = a.case_id
WHERE s.step <> 'apply' AND s.state = 'passed'
  AND s.ended_by_id IN (a.beneficiary_id, a.filed_by_id)
UNION ALL
SELECT format('procedures_voter %s', v.id), format('%s: its own applicant was to vote', a.number)
FROM aid_application a
JOIN procedures_steprun s ON s.case_id = a.case_id AND s.step = 'vote'
JOIN procedures_poll p ON p.run_id = s.id
JOIN procedures_voter v ON v.poll_id = p.id
WHERE v.person_id IN (a.beneficiary_id, a.filed_by_id) AND v.state <> 'recused'
"""

ONE_VISITOR = """
SELECT format('aid_homevisit %s', h.id) AS "where",
  format('%s: %s signatures of its two visitors', a.number, count(g.id)) AS what
FROM aid_homevisit h
JOIN aid_application a ON a.id = h.application_id
JOIN procedures_steprun r ON r.id = h.run_id AND r.state = 'passed'
LEFT JOIN procedures_signature g ON g.run_id = h.run_id
  AND g.person_id IN (h.written_by_id, h.companion_id)
GROUP BY h.id, a.number HAVING count(g.id) < 2
"""

MONEY = """
SELECT format('aid_disbursement %s', d.id) AS "where",
  format('%s: paid %s of %s voted, ledger says %s', a.number, d.amount_fen, a.approved_fen,
    COALESCE(l.fen, 0)) AS what
FROM aid_disbursement d JOIN aid_application a ON a.id = d.application_id
LEFT JOIN LATERAL (SELECT sum(amount_fen) AS fen FROM ledger_transfer
  WHERE document = 'aid:' || a.number AND debit = 'expense.aid') l ON true
WHERE d.amount_fen <> a.approved_fen OR l.fen IS DISTINCT FROM d.amount_fen
UNION ALL
SELECT format('ledger_encumbrance of aid:%s', a.number),
  format('%s is %s and %s fen are still set aside', a.number, a.state, e.fen)
FROM aid_application a
JOIN LATERAL (SELECT sum(amount_fen) AS fen FROM ledger_encumbrance
  WHERE document = 'aid:' || a.number) e ON e.fen <> 0
WHERE a.state IN ('paid', 'refused', 'withdrawn', 'reclaimed')
"""

IN_PUBLIC = """
SELECT format('publicity_posting %s', p.id) AS "where",
  format('%s shows more than surname, unit, category and band', p.number) AS what
FROM aid_application a
JOIN procedures_steprun s ON s.case_id = a.case_id AND s.step = 'publish'
JOIN publicity_posting p ON p.about = 'procedures.steprun:' || s.id
JOIN people_person b ON b.id = a.beneficiary_id
WHERE jsonb_array_length(p.rows) <> 4
  OR position(b.name IN p.title || p.body || p.rows::text) > 0
  OR EXISTS (SELECT FROM jsonb_array_elements(p.rows) row
    WHERE row ->> 0 = '类别' AND NOT row ->> 1 = ANY(ARRAY[{categories}]))
"""

PAID_EARLY = """
SELECT format('aid_disbursement %s', d.id) AS "where",
  format('%s was paid before its window had run out', a.number) AS what
FROM aid_disbursement d JOIN aid_application a ON a.id = d.application_id
WHERE NOT EXISTS (
  SELECT FROM procedures_steprun s
  JOIN publicity_posting p ON p.about = 'procedures.steprun:' || s.id
  WHERE s.case_id = a.case_id AND s.step = 'publish' AND p.state = 'closed'
    AND p.closes_at <= d.paid_at)
"""

OUTSIDE = """
SELECT format('aid_application %s', id) AS "where",
  format('%s: %s fen for %s %s is outside the table', number, approved_fen, category, band) AS what
FROM aid_application
WHERE approved_fen IS NOT NULL AND NOT ({inside})
"""

GIFTS = """
SELECT format('aid_gift %s', g.id) AS "where",
  format('%s: state %s, ledger says %s of %s', g.number, g.state, COALESCE(l.fen, 0),
    g.amount_fen) AS what
FROM aid_gift g
LEFT JOIN LATERAL (SELECT sum(amount_fen) AS fen FROM ledger_transfer
  WHERE document = 'gift:' || g.number AND debit = 'expense.activity') l ON true
WHERE (g.state = 'paid') <> (l.fen IS NOT NULL) OR l.fen <> g.amount_fen
"""


def audits_on(day: date) -> Sequence[Audit]:
    """Return the audits of aid, judged by the terms in force on a day."""
    categories = ", ".join(f"'{one.value}'" for one in Category)
    return (
        Audit("A1", "没有未经票决通过的放款", PAID_WITHOUT_VOTE),
        Audit("A2", "票决到会过三分之二，同意过全体半数，回避的不计", WITHOUT_QUORUM),
        Audit("A3", "没有人办理自己的或自己代填的救助", OWN_MATTER),
        Audit("A4", "入户报告有两个不同的人签字", ONE_VISITOR),
        Audit("A5", "放款等于票决金额和账上支出；了结的件没有预留", MONEY),
        Audit("A6", "公示只有姓氏、单位、类别、档次四栏", IN_PUBLIC.format(categories=categories)),
        Audit("A7", "公示期满才放款", PAID_EARLY),
        Audit("A8", "票决金额都在标准表内", OUTSIDE.format(inside=_inside(terms_on(day)))),
        Audit("A9", "慰问一件一报，与账上相符", GIFTS),
    )


def _inside(terms: Terms) -> str:
    """Return the table of amounts as a condition."""
    lines = (
        f"(category = '{band.category}' AND band = '{band.name}' "
        f"AND approved_fen BETWEEN {band.least_fen:d} AND {band.most_fen:d})"
        for band in terms.table
    )
    return " OR ".join(lines)
