"""What the desk learns: questions, words and topics, each decided by a second person (3.6-2)."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.policy import telling
from smartunion.domains.policy.models import Alias, CaseLink, CaseNote, Lexeme, NoAnswer, Piece
from smartunion.domains.policy.rules.kinds import AliasState, VersionState
from smartunion.domains.policy.rules.refusals import CaseThere, Decided, OwnProposal
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record


@transaction.atomic
def propose_alias(
    *, question: str, piece_id: int, origin: str, by: Person | None, at: datetime
) -> Alias:
    """Propose how people ask for an article; proposing it twice keeps the first."""
    made, new = Alias.objects.get_or_create(
        question=question[:200],
        piece_id=piece_id,
        defaults={"origin": origin, "proposed_by": by, "proposed_at": at},
    )
    if new:
        record("policy.alias_proposed", made, by=by, at=at)
    return made


@transaction.atomic
def decide_alias(*, alias_id: int, accept: bool, by: Person, at: datetime) -> Alias:
    """Accept or refuse a proposed question; an accepted one is searched at once."""
    alias = Alias.objects.select_for_update().get(pk=alias_id)
    _decide(alias, accept=accept, by=by, at=at)
    record("policy.alias_decided", alias, by=by, at=at, state=alias.state)
    return alias


@transaction.atomic
def propose_word(*, everyday: str, legal: str, by: Person | None, at: datetime) -> Lexeme:
    """Propose an everyday word for a word of the rules; proposing it twice keeps the first."""
    made, new = Lexeme.objects.get_or_create(
        everyday=everyday.strip()[:40],
        legal=legal.strip()[:80],
        defaults={"proposed_by": by, "proposed_at": at},
    )
    if new:
        record("policy.word_proposed", made, by=by, at=at)
    return made


@transaction.atomic
def decide_word(*, lexeme_id: int, accept: bool, by: Person, at: datetime) -> Lexeme:
    """Accept or refuse a proposed word; an accepted one is searched at once."""
    lexeme = Lexeme.objects.select_for_update().get(pk=lexeme_id)
    _decide(lexeme, accept=accept, by=by, at=at)
    record("policy.word_decided", lexeme, by=by, at=at, state=lexeme.state)
    return lexeme


def _decide(row: Alias | Lexeme, *, accept: bool, by: Person, at: datetime) -> None:
    if row.state != AliasState.PROPOSED:
        raise Decided(state=row.get_state_display())
    if row.proposed_by_id == by.pk:
        raise OwnProposal()
    row.state = AliasState.ACCEPTED if accept else AliasState.REFUSED
    row.decided_by, row.decided_at = by, at
    row.save(update_fields=["state", "decided_by", "decided_at"])
    telling.searchers()


@transaction.atomic
def register_gap(
    *, topic: str, words: list[str], answer: str, desk: str, by: Person | None, at: datetime
) -> NoAnswer:
    """Keep a topic that the rules do not answer, and which office does; safe to repeat."""
    made, _ = NoAnswer.objects.update_or_create(
        topic=topic, defaults={"words": words, "answer": answer, "desk": desk}
    )
    telling.searchers()
    record("policy.gap_registered", made, by=by, at=at)
    return made


@transaction.atomic
def keep_case(
    *,
    title: str,
    facts: str,
    result: str,
    source: str,
    cites: tuple[str, ...],
    source_url: str = "",
    by: Person | None,
    at: datetime,
) -> CaseNote:
    """Keep a case with the articles that it cites, such as 工会法第十八条; safe to repeat.

    A citation leads to the newest published version; one of a rule that is not here waits for it.
    :raises CaseThere: another case has this title
    """
    told = {"facts": facts, "result": result, "source": source, "source_url": source_url}
    made, new = CaseNote.objects.get_or_create(title=title, defaults=told)
    if any(getattr(made, name) != value for name, value in told.items()):
        raise CaseThere(title=title)
    for quoted in cites:
        CaseLink.objects.get_or_create(case=made, quoted=quoted, defaults={"piece": _cited(quoted)})
    if new:
        record("policy.case_kept", made, by=by, at=at)
    return made


def _cited(quoted: str) -> Piece | None:
    """Return the article that a citation names, of the newest published version."""
    title, _, label = quoted.replace("《", "").replace("》", "").partition("第")
    return (
        Piece.objects.filter(
            version__document__title=title,
            version__state=VersionState.PUBLISHED,
            label=f"第{label}",
        )
        .order_by("-version__effective_from")
        .first()
    )
