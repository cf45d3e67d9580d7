"""Money as people read it."""

from django import template

register = template.Library()


@register.filter
def yuan(fen: int) -> str:
    """Return fen as yuan: 24000 is ¥240.00."""
    sign = "−" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}¥{whole:,}.{rest:02}"
