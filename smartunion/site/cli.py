"""The console script: `smartunion COMMAND`. Each command is a sentence; see docs/operations.md."""

import os
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from smartunion.site.parent import end_with_parent

CAMPUS = ZoneInfo("Asia/Shanghai")


def main() -> None:
    """Start the embedded database where none is given, then run the command."""
    end_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartunion.site.settings")
    _shift_the_clock()
    from smartunion.site import embedded

    if sys.argv[1:] == ["stop"]:  # the one command that needs no database
        embedded.stop()
        return
    embedded.ensure()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def _shift_the_clock() -> None:
    """Turn SMARTUNION_NOW (campus time, `2025-10-20T07:30`) into the offset that clock.py reads."""
    if present := os.environ.pop("SMARTUNION_NOW", ""):
        try:
            moment = datetime.fromisoformat(present)
        except ValueError:
            sys.exit(f"SMARTUNION_NOW={present} is no moment: write it as 2025-10-20T07:30")
        aware = moment if moment.tzinfo else moment.replace(tzinfo=CAMPUS)
        offset = (aware - datetime.now(UTC)).total_seconds()
        os.environ["SMARTUNION_CLOCK_OFFSET"] = f"{offset:.0f}"


if __name__ == "__main__":
    main()
