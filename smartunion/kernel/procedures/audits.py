"""What must hold of every case at any moment; `smartunion check` asks it and names every row.

A sheet's row keeps its whole content, so the audits ask the version that each case runs by.
"""

from collections.abc import Sequence

from psycopg.sql import SQL, Literal

from smartunion.kernel.ledger.audits import Audit

from .registry import SHEETS, load

_CODE = SQL(
    """
    SELECT format('procedures_case %s', c.id) AS "where",
      format('%s %s is no longer in the code', s.code, s.version) AS what
    FROM procedures_case c JOIN procedures_sheet s ON s.id = c.sheet_id
    WHERE c.closed_at IS NULL AND s.digest <> ALL ({known})
    """
)


def all_of_them() -> Sequence[Audit]:
    """Return the audits of cases, votes and timers."""
    load()
    known = _CODE.format(known=Literal(list(SHEETS))).as_string()
    return (Audit("C1", "在办的件所用的六栏表版本仍在系统里", known), *AUDITS)


AUDITS = (
    Audit(
        "C2",
        "在办的每一步都有计时，办完的没有",
        """
        SELECT format('procedures_steprun %s', r.id) AS "where",
          'due at ' || r.due_at || ' and no timer' AS what
        FROM procedures_steprun r
        JOIN procedures_case c ON c.id = r.case_id
        JOIN procedures_sheet s ON s.id = c.sheet_id
        JOIN jsonb_array_elements(s.content->'steps') AS said(told) ON told->>'code' = r.step
        WHERE r.state = 'open' AND r.due_at IS NOT NULL AND told->'publicity' IS NULL
          AND NOT EXISTS (SELECT FROM timers_timer t WHERE t.kind = 'procedures.due'
            AND t.key = concat('run/', r.id, '/' || NULLIF(r.moves, 0), '/due')
            AND t.due_at = r.due_at AND t.state IN ('pending', 'fired'))
        UNION ALL
        SELECT 'timers_timer ' || t.key, 'pending for a step that is ' || r.state
        FROM timers_timer t JOIN procedures_steprun r
          ON r.id = NULLIF(split_part(t.key, '/', 2), '')::bigint
        WHERE t.key LIKE 'run/%' AND t.state = 'pending' AND r.state <> 'open'
        """,
    ),
    Audit(
        "C3",
        "办完的每一步输出齐全",
        """
        SELECT format('procedures_steprun %s', r.id) AS "where",
          'without ' || (paper->>'name') AS what
        FROM procedures_steprun r
        JOIN procedures_case c ON c.id = r.case_id
        JOIN procedures_sheet s ON s.id = c.sheet_id
        JOIN jsonb_array_elements(s.content->'steps') AS said(told) ON told->>'code' = r.step
        JOIN jsonb_array_elements(told->'outputs') AS wanted(paper) ON true
        WHERE r.state = 'passed' AND NOT EXISTS (SELECT FROM procedures_evidence e
          WHERE e.run_id = r.id AND e.output = paper->>'code')
        """,
    ),
    Audit(
        "C4",
        "没有人办理、会签或票决自己的事项",
        """
        SELECT format('procedures_steprun %s', r.id) AS "where",
          'ended by its applicant' AS what
        FROM procedures_steprun r
        JOIN procedures_case c ON c.id = r.case_id
        JOIN procedures_sheet s ON s.id = c.sheet_id
        JOIN jsonb_array_elements(s.content->'steps') AS said(told) ON told->>'code' = r.step
        WHERE r.state IN ('passed', 'returned') AND r.ended_by_id = c.applicant_id
          AND told->'duty'->>'lead' <> 'applicant'
        UNION ALL
        SELECT format('procedures_signature %s', g.id), 'signed by the applicant'
        FROM procedures_signature g JOIN procedures_steprun r ON r.id = g.run_id
        JOIN procedures_case c ON c.id = r.case_id WHERE g.person_id = c.applicant_id
        UNION ALL
        SELECT format('procedures_voter %s', v.id), 'the applicant has voted'
        FROM procedures_voter v JOIN procedures_poll p ON p.id = v.poll_id
        JOIN procedures_steprun r ON r.id = p.run_id JOIN procedures_case c ON c.id = r.case_id
        WHERE v.person_id = c.applicant_id AND v.state = 'voted'
        """,
    ),
    Audit(
        "C5",
        "公示未满期的不得办完，异议成立的除外",
        """
        SELECT format('procedures_steprun %s', r.id) AS "where",
          format('window until %s, passed %s', r.due_at, r.ended_at) AS what
        FROM procedures_steprun r
        JOIN procedures_case c ON c.id = r.case_id
        JOIN procedures_sheet s ON s.id = c.sheet_id
        JOIN jsonb_array_elements(s.content->'steps') AS said(told) ON told->>'code' = r.step
        WHERE r.state = 'passed' AND r.ended_at < r.due_at AND NOT r.early
          AND told->'publicity' IS NOT NULL
        """,
    ),
    Audit(
        "C6",
        "计票与已投人数相符，计票后票箱已毁",
        """
        SELECT format('procedures_poll %s', p.id) AS "where",
          format('%s votes of %s voters', p.yes + p.no + p.abstain, v.voted) AS what
        FROM procedures_poll p CROSS JOIN LATERAL (
          SELECT count(*) FILTER (WHERE state = 'voted') AS voted FROM procedures_voter
          WHERE poll_id = p.id) v
        WHERE p.closed_at IS NOT NULL AND p.yes + p.no + p.abstain <> v.voted
        UNION ALL
        SELECT format('procedures_box %s', b.poll_id), 'still there after the tally'
        FROM procedures_box b JOIN procedures_poll p ON p.id = b.poll_id
        WHERE p.closed_at IS NOT NULL
        """,
    ),
    Audit(
        "C7",
        "未办结的件总有一步在办",
        """
        SELECT format('procedures_case %s', c.id) AS "where",
          'nothing is being done and it is not closed' AS what
        FROM procedures_case c WHERE c.closed_at IS NULL AND NOT EXISTS (
          SELECT FROM procedures_steprun r WHERE r.case_id = c.id AND r.state = 'open')
        UNION ALL
        SELECT format('procedures_steprun %s', r.id), r.state || ' in a closed case'
        FROM procedures_steprun r JOIN procedures_case c ON c.id = r.case_id
        WHERE c.closed_at IS NOT NULL AND r.state IN ('open', 'waiting')
        """,
    ),
)
