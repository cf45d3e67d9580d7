"""What the policy desk answers from: documents in versions, their pieces, and what was learned.

Written in SQL in migration 0001, because they reach over several rows: no two published versions of
a document are in force on one day, and the text of a version never changes once it is published.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from .rules.kinds import AliasState, Level, Origin, PieceKind, Scope, VersionState


class Document(models.Model):
    """制度文件: a statute or a rule of the house, whatever its versions."""

    slug = models.CharField("地址名", max_length=80, unique=True)
    title = models.CharField("名称", max_length=120, unique=True)
    aliases = ArrayField(models.CharField(max_length=60), verbose_name="别名", default=list)
    issuer = models.CharField("发布机关", max_length=60, blank=True)
    number = models.CharField("文号", max_length=60, blank=True)
    level = models.CharField("效力", max_length=14, choices=Level.choices())
    scope = models.CharField("可见范围", max_length=10, choices=Scope.choices())
    desk = models.CharField("答复岗位", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "制度文件"

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """版本: a document's text as it is in force from a day until (exclusive) another."""

    document = models.ForeignKey(
        Document, models.PROTECT, verbose_name="制度文件", related_name="versions"
    )
    number = models.PositiveSmallIntegerField("版次")
    label = models.CharField("版本名", max_length=60)
    promulgated_on = models.DateField("公布日", null=True)
    effective_from = models.DateField("施行日")
    effective_to = models.DateField("失效日(不含)", null=True)
    state = models.CharField("状态", max_length=10, choices=VersionState.choices())
    source_name = models.CharField("来源文件", max_length=200)
    source_sha256 = models.CharField("来源摘要", max_length=64)
    source_url = models.CharField("来源地址", max_length=300, blank=True)
    findings = models.JSONField("导入时发现", default=list)
    kept_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="导入人", null=True, related_name="+"
    )
    kept_at = models.DateTimeField("导入时间")
    published_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="复核人", null=True, related_name="+"
    )
    published_at = models.DateTimeField("发布时间", null=True)
    because = models.CharField("退回理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "制度版本"
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="version_numbered_once"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
                name="version_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="version_published_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | Q(kept_by__isnull=True)
                | ~Q(published_by=F("kept_by")),
                name="version_published_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.label}"


class Piece(models.Model):
    """条文: one piece of a version; all pieces in their order are the version's whole text."""

    version = models.ForeignKey(Version, models.PROTECT, verbose_name="版本", related_name="pieces")
    seq = models.PositiveIntegerField("次序")
    kind = models.CharField("种类", max_length=8, choices=PieceKind.choices())
    path = models.CharField("位置", max_length=300, blank=True)
    number = models.PositiveIntegerField("条号", null=True)
    sub = models.PositiveSmallIntegerField("条之", default=0)
    label = models.CharField("条名", max_length=80, blank=True)
    anchor = models.CharField("锚点", max_length=40)
    text = models.TextField("原文")
    text_sha256 = models.CharField("原文摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "条文"
        constraints = [
            models.UniqueConstraint(fields=["version", "seq"], name="piece_has_one_place"),
            models.UniqueConstraint(fields=["version", "anchor"], name="piece_has_one_anchor"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.label}"


class Lineage(models.Model):
    """条文沿革: what became of an article in the next version."""

    old = models.ForeignKey(Piece, models.PROTECT, verbose_name="旧条", related_name="became")
    new = models.ForeignKey(
        Piece, models.PROTECT, verbose_name="新条", null=True, related_name="came_from"
    )
    kind = models.CharField(
        "变化",
        max_length=10,
        choices=[
            ("same", "未变"),
            ("renumbered", "改号"),
            ("changed", "修改"),
            ("dropped", "删去"),
        ],
    )
    similarity = models.FloatField("相似度")

    class Meta:
        verbose_name = verbose_name_plural = "条文沿革"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="dropped", new__isnull=True)
                | (~Q(kind="dropped") & Q(new__isnull=False)),
                name="lineage_leads_somewhere",
            ),
            models.UniqueConstraint(
                fields=["old", "new"], name="lineage_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old} {self.get_kind_display()}"


class Relation(models.Model):
    """文件关系: how one document stands to another."""

    document = models.ForeignKey(
        Document, models.PROTECT, verbose_name="文件", related_name="relations"
    )
    other = models.ForeignKey(
        Document, models.PROTECT, verbose_name="另一文件", related_name="related_from"
    )
    kind = models.CharField(
        "关系",
        max_length=10,
        choices=[
            ("supersedes", "取代"),
            ("amends", "修改"),
            ("implements", "实施"),
            ("conflicts", "抵触"),
        ],
    )

    class Meta:
        verbose_name = verbose_name_plural = "文件关系"
        constraints = [
            models.UniqueConstraint(fields=["document", "other", "kind"], name="relation_once"),
            models.CheckConstraint(condition=~Q(document=F("other")), name="relation_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.get_kind_display()} {self.other}"


class CaseNote(models.Model):
    """案例: what happened to somebody, told without names, and which article decided it."""

    title = models.CharField("案名", max_length=80, unique=True)
    facts = models.TextField("案情")
    result = models.TextField("结果")
    source = models.CharField("来源", max_length=120)
    source_url = models.CharField("来源地址", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "案例"

    def __str__(self) -> str:
        return self.title


class CaseLink(models.Model):
    """案例依据: an article that a case cites; without a piece the citation leads nowhere yet."""

    case = models.ForeignKey(CaseNote, models.CASCADE, verbose_name="案例", related_name="links")
    piece = models.ForeignKey(
        Piece, models.PROTECT, verbose_name="条文", null=True, related_name="case_links"
    )
    quoted = models.CharField("引用", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "案例依据"
        constraints = [models.UniqueConstraint(fields=["case", "quoted"], name="case_cites_once")]

    def __str__(self) -> str:
        return f"{self.case} {self.quoted}"


class Alias(models.Model):
    """别问: how people ask for what an article says; searched once a second person accepts it."""

    question = models.CharField("问法", max_length=200)
    piece = models.ForeignKey(Piece, models.PROTECT, verbose_name="条文", related_name="questions")
    origin = models.CharField("来自", max_length=8, choices=Origin.choices())
    state = models.CharField(
        "状态", max_length=10, choices=AliasState.choices(), default=AliasState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="提出人", null=True, related_name="+"
    )
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="复核人", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("复核时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "别问"
        constraints = [
            models.UniqueConstraint(fields=["question", "piece"], name="alias_once"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
                name="alias_decided_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"别问 {self.pk}"


class Lexeme(models.Model):
    """俗语: an everyday word and the word of the rules for it, learned beside the shipped ones."""

    everyday = models.CharField("俗语", max_length=40)
    legal = models.CharField("法言", max_length=80)
    state = models.CharField(
        "状态", max_length=10, choices=AliasState.choices(), default=AliasState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="提出人", null=True, related_name="+"
    )
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="复核人", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("复核时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "俗语"
        constraints = [
            models.UniqueConstraint(fields=["everyday", "legal"], name="lexeme_once"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
                name="lexeme_decided_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.everyday} {self.legal}"


class NoAnswer(models.Model):
    """不答事项: what the rules do not say (amounts, timetables), and who knows instead."""

    topic = models.CharField("事项", max_length=40, unique=True)
    words = ArrayField(models.CharField(max_length=60), verbose_name="识别词")
    answer = models.CharField("怎么答", max_length=200)
    desk = models.CharField("答复岗位", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "不答事项"

    def __str__(self) -> str:
        return self.topic


class Stamp(models.Model):
    """检索版次: counts every change of what is searched, so that each process knows it is old."""

    number = models.BigIntegerField("版次", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "检索版次"

    def __str__(self) -> str:
        return str(self.number)
