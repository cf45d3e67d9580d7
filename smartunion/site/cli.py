"""The console script: `smartunion COMMAND`. Each command is a sentence; see docs/operations.md."""

import os
import sys


def main() -> None:
    """Start the embedded database where none is given, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartunion.site.settings")
    from smartunion.site import embedded

    embedded.ensure()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
