"""`smartunion bench NAME`: a benchmark of bench/; its last line is one JSON object."""

import runpy
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from smartunion.site.embedded import BASE_DIR


class Command(BaseCommand):
    """Run a benchmark as a program of its own; what follows its name is the benchmark's."""

    help = "性能测试"
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        known = sorted(path.stem for path in (BASE_DIR / "bench").glob("[a-z]*.py"))
        if len(argv) < 3 or argv[2] not in known:  # noqa: PLR2004 - smartunion bench NAME
            self.stderr.write(f"smartunion bench NAME, where NAME is one of: {', '.join(known)}")
            raise SystemExit(2)
        sys.argv = [f"smartunion bench {argv[2]}", *argv[3:]]
        sys.path.insert(0, str(BASE_DIR))
        runpy.run_path(str(BASE_DIR / "bench" / f"{argv[2]}.py"), run_name="__main__")

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("run as `smartunion bench NAME`")
