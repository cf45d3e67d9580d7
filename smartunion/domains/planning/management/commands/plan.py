"""`smartunion plan import|export|copy|compare`: the plan year in and out as files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from smartunion.domains.planning.actions import content
from smartunion.domains.planning.reads import files
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused


class Command(BaseCommand):
    """Import, export, copy forward or compare plan years."""

    help = "年度计划：import 2025 | export 2025 --to 计划.xlsx | copy 2025 | compare 2025 2026"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        importing = verbs.add_parser("import", help="导入并通过一个年度计划；同一份文件可重复导入")
        importing.add_argument("year", type=int)
        importing.add_argument("--file", type=Path, help="Excel 或 YAML；不写则用随代码保存的文件")
        importing.add_argument("--draft", action="store_true", help="只写成草案，不通过")

    def handle(self, *, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"_{verb}")(**options)
        except Refused as no:
            lines = no.facts.get("errors", ())
            words = [str(no), *(lines if isinstance(lines, list) else ())]
            raise CommandError("\n".join(words)) from None

    def _import(self, *, year: int, file: Path | None, draft: bool, **_: Any) -> None:
        if file is None:
            raw = files.of_year(year)
        elif file.suffix == ".xlsx":
            with file.open("rb") as book:
                raw = files.from_workbook(book)
        else:
            raw = files.from_yaml(file.read_text(encoding="utf-8"))
        plan = content.import_plan(
            raw=raw, adopted=not draft, by=None, at=clock.now(), because="命令行导入"
        )
        self.stdout.write(f"{plan.title}\t{'草案' if plan.adopted_at is None else '已通过'}")
