"""`smartunion serve`: pages, API and the live broadcaster behind one port."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from smartunion.site import processes


class Command(BaseCommand):
    """Serve the house until Ctrl-C; `--workers` uses more cores."""

    help = "网页与接口"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--workers", type=int, default=1)

    def handle(self, *, port: int, host: str, workers: int, **options: Any) -> None:
        self.stdout.write(f"智慧工会 http://{host}:{port}/")
        processes.serve("smartunion.site.asgi:application", port=port, host=host, workers=workers)
