"""Column types of the house's own."""

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    BigInteger = models.BigIntegerField[int, int]  # the stubs' parameters are not Django's
else:
    BigInteger = models.BigIntegerField


class FenField(BigInteger):
    """An amount in whole fen that is never negative.

    The rule is the type's (the domain `fen`), not the table's: PostgreSQL reads a table's check
    anew for every statement, and a domain's once in a session.
    """

    def db_type(self, connection: object) -> str:
        """Return the domain."""
        return "fen"

    def rel_db_type(self, connection: object) -> str:
        """Return the domain, for a column that refers to one."""
        return "fen"
