"""What the policy desk answers from: documents in versions, their pieces, and what was learned.

Written in SQL in migration 0001, because they reach over several rows: no two published versions of
a document are in force on one day, and the text of a version never changes once it is published.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from .rules.asked import Lesson, Outcome, Via
from .rules.kinds import AliasState, Level, Origin, PieceKind, Scope, Tier, VersionState
from .rules.sla import LEVELS


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
    paper = models.CharField("文号", max_length=60, blank=True, default="")
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
    returned_at = models.DateTimeField("退回时间", null=True)
    discarded_at = models.DateTimeField("原件销毁时间", null=True)

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


class Question(models.Model):
    """提问: what somebody asked and what was found; the words are kept for the terms' days only.

    A question that speaks of ending one's life is kept without a word and without a name.
    """

    asker = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="提问人", null=True, related_name="+"
    )
    text = models.CharField("问题", max_length=2000, blank=True)
    via = models.CharField("途径", max_length=6, choices=Via.choices())
    tier = models.CharField("把握", max_length=10, choices=Tier.choices())
    topic = models.ForeignKey(
        NoAnswer, models.PROTECT, verbose_name="不答事项", null=True, related_name="+"
    )
    stages = models.JSONField("可选环节", default=list)
    asked_at = models.DateTimeField("提问时间")
    shown_at = models.DateTimeField("首条原文显示", null=True)
    useful = models.BooleanField("有用", null=True)
    judged_at = models.DateTimeField("评价时间", null=True)
    erased_at = models.DateTimeField("文字销毁", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "提问"
        constraints = [
            models.CheckConstraint(
                condition=~Q(tier="crisis") | Q(text="", asker__isnull=True),
                name="question_of_a_crisis_keeps_nothing",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(text=""), name="question_erased_is_empty"
            ),
        ]
        indexes = [models.Index(fields=["asker", "-asked_at"], name="question_of_a_person")]

    def __str__(self) -> str:
        return f"提问 {self.pk}"


class Shown(models.Model):
    """所示条文: an article that an answer showed, and the digest of its text on that day."""

    question = models.ForeignKey(
        Question, models.CASCADE, verbose_name="提问", related_name="shown"
    )
    place = models.PositiveSmallIntegerField("次序")
    piece = models.ForeignKey(Piece, models.PROTECT, verbose_name="条文", related_name="+")
    text_sha256 = models.CharField("原文摘要", max_length=64)
    chosen_at = models.DateTimeField("选中时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "所示条文"
        constraints = [
            models.UniqueConstraint(fields=["question", "place"], name="shown_at_one_place"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}/{self.place}"


class Explanation(models.Model):
    """模型解释: one run of a model over the shown articles, with what was kept and what dropped."""

    question = models.OneToOneField(
        Question, models.CASCADE, verbose_name="提问", related_name="explanation"
    )
    model = models.CharField("模型", max_length=80)
    prompt_version = models.CharField("提示词版本", max_length=20)
    prompt_sha256 = models.CharField("提示词摘要", max_length=64, blank=True)
    sources = models.JSONField("所给条文", default=list)
    sentences = models.JSONField("留下的句子", default=list)
    dropped = models.JSONField("丢弃的句数", default=dict)
    outcome = models.CharField("结果", max_length=8, choices=Outcome.choices())
    begun_at = models.DateTimeField("开始")
    first_ms = models.PositiveIntegerField("首句毫秒", null=True)
    took_ms = models.PositiveIntegerField("用时毫秒", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "模型解释"

    def __str__(self) -> str:
        return f"模型解释 {self.question_id}"


class Ticket(models.Model):
    """咨询工单: a question that a person answers, by its level's limit."""

    question = models.OneToOneField(
        Question, models.PROTECT, verbose_name="提问", related_name="ticket"
    )
    case = models.OneToOneField(
        "procedures.Case", models.PROTECT, verbose_name="件", related_name="+"
    )
    office = models.CharField("答复岗位", max_length=40)
    level = models.CharField("级别", max_length=7, choices=LEVELS)
    opened_at = models.DateTimeField("转人工时间")
    due_at = models.DateTimeField("答复期限")
    answered_at = models.DateTimeField("首次答复", null=True)
    learned_at = models.DateTimeField("入库时间", null=True)
    lesson = models.CharField("入库", max_length=5, choices=Lesson.choices(), blank=True)
    alias = models.ForeignKey(
        Alias, models.PROTECT, verbose_name="别问", null=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "咨询工单"

    def __str__(self) -> str:
        return f"工单 {self.pk}"


class Remark(models.Model):
    """工单往来: what the asker or the desk wrote in a ticket; erased with its question."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, verbose_name="工单", related_name="remarks")
    by = models.ForeignKey("people.Person", models.PROTECT, verbose_name="谁", related_name="+")
    at = models.DateTimeField("时间")
    text = models.CharField("内容", max_length=1000, blank=True)
    pieces = models.ManyToManyField(Piece, verbose_name="引用条文", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "工单往来"

    def __str__(self) -> str:
        return f"工单往来 {self.pk}"


class Faq(models.Model):
    """常见问答: a desk's answer without names, shown once a second person agrees."""

    question = models.CharField("问题", max_length=200)
    answer = models.CharField("答复", max_length=1000)
    piece = models.ForeignKey(Piece, models.PROTECT, verbose_name="条文", related_name="+")
    office = models.CharField("答复岗位", max_length=40)
    state = models.CharField(
        "状态", max_length=10, choices=AliasState.choices(), default=AliasState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="提出人", related_name="+"
    )
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="复核人", null=True, related_name="+"
    )
    decided_at = models.DateTimeField("复核时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "常见问答"
        constraints = [
            models.UniqueConstraint(fields=["question", "piece"], name="faq_once"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="faq_decided_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"常见问答 {self.pk}"


class MissedWords(models.Model):
    """未命中词: words of a week's questions that found nothing, and how many used each."""

    week = models.DateField("周一", unique=True)
    words = models.JSONField("词", default=list)
    questions = models.PositiveIntegerField("未命中的提问")
    at = models.DateTimeField("汇总时间")

    class Meta:
        verbose_name = verbose_name_plural = "未命中词"

    def __str__(self) -> str:
        return f"{self.week:%Y-%m-%d}"
