"""Who may open a record for what: the registry asked, and the offices of the day."""

from datetime import datetime

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate, mandate_of

from .define import BY_CASE, CLOCK, RecordKind
from .models import Glass
from .refusals import NoGlass, NotByGlass, NotForYou, UnknownPurpose

OWN_WORDS = "本人查看"


def broken_for(kind: RecordKind, about: str, *, by: Person | None, at: datetime) -> Glass:
    """Return the glass that this reader has broken for this record and that is still open."""
    if not kind.glass:
        raise NotByGlass(words=kind.words)
    here = Glass.objects.filter(by=by, about=about, kind=kind.code, at__lte=at, until__gt=at)
    if by is None or (glass := here.order_by("-pk").first()) is None:
        raise NoGlass
    return glass


def admitted(
    kind: RecordKind, purpose: str, *, subject_id: int | None, by: Person | None, at: datetime
) -> str:
    """Return the words that the log keeps of this purpose; refuses one that is not this reader's.

    The person concerned needs none of the kind's purposes and may say theirs, where the kind lets
    them read it at all.
    """
    found, said = kind.named(purpose)
    if kind.own and by is not None and by.pk == subject_id:
        return said or OWN_WORDS
    if found is None:
        if by is not None and (mandate := mandate_of(by, on=campus_day(at))):
            if any(mandate.may(can) for can in kind.own_words):
                return said
            if kind.own_words:
                raise NotForYou(purpose=said, words=kind.words, by=by.name)
        raise UnknownPurpose(purpose=said, words=kind.words)
    if not _may(found.can, by, at):
        raise NotForYou(purpose=found.words, words=kind.words, by=by.name if by else "系统")
    return said


def _may(can: str, by: Person | None, at: datetime) -> bool:
    if by is None or can == CLOCK:
        return by is None and can == CLOCK
    if can == BY_CASE:
        return True
    mandate: Mandate = mandate_of(by, on=campus_day(at))
    return mandate.may(can)
