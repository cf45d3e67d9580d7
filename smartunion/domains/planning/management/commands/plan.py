"""`smartunion plan import|export|copy|compare`: the plan year in and out as files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from smartunion.domains.planning.actions import content, years
from smartunion.domains.planning.reads import files, shown
from smartunion.domains.planning.reads.plan import plan_of
from smartunion.domains.planning.rules.content import Raw
from smartunion.domains.planning.rules.years import compare
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused


class Command(BaseCommand):
    """Import, export, copy forward or compare plan years."""

    help = "年度计划：import 2025 | export 2025 --to 计划.xlsx | copy 2025 | compare 2025 2026"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the four verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verb = verbs.add_parser("import", help="导入并通过一个年度计划；同一份文件可重复导入")
        verb.add_argument("year", type=int)
        verb.add_argument("--file", type=Path, help="Excel 或 YAML；不写则用随程序保存的文件")
        verb.add_argument("--draft", action="store_true", help="只写成草案，不通过")
        verb = verbs.add_parser("export", help="导出为 Excel，可改后再导入")
        verb.add_argument("year", type=int)
        verb.add_argument("--to", type=Path, required=True)
        verb = verbs.add_parser("copy", help="结转成下一年度的草案，列出落在休息日的日期")
        verb.add_argument("year", type=int)
        verb = verbs.add_parser("compare", help="两个年度或版本对照，如 2025.1 2025")
        verb.add_argument("before")
        verb.add_argument("after")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Run one verb; a refusal ends with its words, one wrong row per line."""
        try:
            getattr(self, f"_{verb}")(options)
        except Refused as no:
            lines = no.facts.get("errors", ())
            words = [str(no), *(lines if isinstance(lines, list) else ())]
            raise CommandError("\n".join(words)) from None

    def _import(self, options: dict[str, Any]) -> None:
        plan = content.import_plan(
            raw=self._raw(options["year"], options["file"]),
            adopted=not options["draft"],
            by=None,
            at=clock.now(),
            because="命令行导入",
        )
        self.stdout.write(f"{plan.title}\t{'草案' if plan.adopted_at is None else '已通过'}")

    def _raw(self, year: int, file: Path | None) -> Raw:
        if file is None:
            if year not in files.years():
                raise CommandError(f"没有随程序保存的 {year} 年度计划：用 --file 指定文件")
            return files.of_year(year)
        try:
            if file.suffix == ".xlsx":
                with file.open("rb") as book:
                    return files.from_workbook(book)
            return files.from_yaml(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as unread:
            raise CommandError(f"读不出 {file}：{unread}") from unread

    def _export(self, options: dict[str, Any]) -> None:
        options["to"].write_bytes(files.workbook_of(plan_of(options["year"])))
        self.stdout.write(f"{options['to']}")

    def _copy(self, options: dict[str, Any]) -> None:
        plan, problems = years.copy_forward(
            year=options["year"], by=None, at=clock.now(), because="命令行结转"
        )
        self.stdout.write(f"{plan.title}\t草案\t{len(problems)} 个日期要看")
        for one in problems:
            self.stdout.write(f"{one.code}\t{one.day}\t{one.words}\t→ {one.moves_to}")

    def _compare(self, options: dict[str, Any]) -> None:
        (_, before), (_, after) = shown.side(options["before"]), shown.side(options["after"])
        found = compare(before, after)
        for d in found:
            self.stdout.write(
                f"{d.sheet}\t{d.code}\t{d.what}\t{d.column}\t{d.before}\t{d.after}".rstrip()
            )
        self.stdout.write(f"{len(found)} 处不同")
