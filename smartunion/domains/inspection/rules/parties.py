"""Who rolls the dice: three parties, none of them the one who inspects. Pure."""

from enum import StrEnum


class Party(StrEnum):
    """A witness of the ceremony, by the office that sends it."""

    AUDIT = "audit_office"
    CONGRESS = "congress_executive"
    DISCIPLINE = "discipline_officer"

    @property
    def words(self) -> str:
        """Return what the party is called."""
        return NAMES[self]


NAMES = {
    Party.AUDIT: "校审计处",
    Party.CONGRESS: "教代会执委会",
    Party.DISCIPLINE: "纪委观察员",
}

CENTRAL = "U1"
"""The key of what the union itself spends: no branch, so it is looked at every time."""


def widths(digits: int) -> dict[Party, int]:
    """Return how many of the digits each party rolls: 20 are 7, 7 and 6."""
    each, rest = divmod(digits, len(Party))
    return {party: each + (place < rest) for place, party in enumerate(Party)}
