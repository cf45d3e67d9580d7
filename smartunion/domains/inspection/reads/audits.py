"""What must hold of inspections; `smartunion check` asks it and names every row."""

from smartunion.domains.inspection.models import Round
from smartunion.domains.inspection.rules import money, sample
from smartunion.kernel.ledger.audits import Audit

from .frames import amounts_of, frame_of, result_of


def not_as_drawn(limit: int) -> list[tuple[str, str]]:
    """Return every round whose tables are not what its frame, dice and rule give (§2.2)."""
    found: list[tuple[str, str]] = []
    for it in Round.objects.filter(frozen_at__isnull=False).order_by("pk"):
        where, frame = f"inspection_round {it.number}", frame_of(it)
        if money.amount_root(amounts_of(it), it.amount_salt) != it.amount_root:
            found.append((where, "the amounts are not what was committed"))
        if it.drawn_at is None:
            if sample.frame_root(frame) != it.frame_root:
                found.append((where, "the frame is not what was published"))
            continue
        found += [(where, wrong) for wrong in sample.differences(frame, result_of(it))]
    return found[:limit]


AUDITS = (
    Audit(
        "IN2",
        "每张抽样凭证与账本分录金额相同",
        """
        SELECT format('inspection_voucher %s', v.number) AS "where",
          format('%s in the frame, %s in the ledger', v.amount_fen, t.amount_fen) AS what
        FROM inspection_voucher v JOIN ledger_transfer t ON t.id = v.transfer_id
        WHERE v.amount_fen <> t.amount_fen
        """,
    ),
    Audit(
        "IN3",
        "办结的审查问题都已退清，没有人查验本分会",
        """
        SELECT format('inspection_problem %s', p.id) AS "where",
          format('%s of %s fen is back', p.returned_fen, p.problem_fen) AS what
        FROM inspection_problem p JOIN procedures_case c ON c.id = p.case_id
        WHERE c.closed_at IS NOT NULL AND c.withdrawn_because = ''
          AND p.returned_fen <> p.problem_fen
        UNION ALL
        SELECT format('inspection_inspector %s', i.id), 'looks at a branch of their own'
        FROM inspection_inspector i JOIN people_person o ON o.id = i.person_id
        JOIN people_unit u ON u.id = o.unit_id WHERE u.code = i.branch
        UNION ALL
        SELECT format('inspection_check %s', k.id), 'was made by somebody who was not drawn'
        FROM inspection_check k JOIN inspection_voucher v ON v.id = k.voucher_id
        WHERE NOT EXISTS (SELECT FROM inspection_inspector i WHERE i.round_id = v.round_id
          AND i.branch = v.branch AND i.person_id = k.by_id)
        """,
    ),
)
