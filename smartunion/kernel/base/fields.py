"""Column types of the house's own."""

from django.db import models


class FenField(models.BigIntegerField):
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
