"""Who acts when a timer fires: filled from site/wiring.py, which the kernel may not import."""

from collections.abc import Callable, Sequence
from datetime import datetime

from .models import Timer

Handler = Callable[[Timer, datetime], None]
HandlerOfMany = Callable[[Sequence[Timer], datetime], None]

HANDLERS: dict[str, Handler] = {}
"""Kind of timer -> what is done when it fires, at this moment.

It runs in the transaction that marks the row fired: whatever it writes is there exactly if the
timer has fired. It locks the rows that it is about (the case, the posting) first, as every action
does; whoever held them before may have canceled or moved the timer, and then all that the handler
wrote is taken back. It does nothing outside the database: it writes an outbox row.
"""

TOGETHER: dict[str, HandlerOfMany] = {}
"""Kind of timer -> what is done when several of one matter fire at once: the same, in fewer words.

A kind that is not here has its handler called for one after the other.
"""
