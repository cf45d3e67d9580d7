"""A plan year as rows (年度计划): every other domain's deadlines, money and numbers hang on it."""

from django.db import models
from django.db.models import F, Q

from .rules.content import OPERATORS, ORIGINS, SENSES


class Origin(models.TextChoices):
    """Where a row comes from; honesty about the 30 sub-tasks that the plan only counts (T02)."""

    STATED = ORIGINS[0], "计划原文"
    IMPLIED = ORIGINS[1], "推定"
    PROPOSED = ORIGINS[2], "建议"


class PlanYear(models.Model):
    """年度计划: one year; a draft until adopted, then changed by amendments only (R001)."""

    year = models.PositiveSmallIntegerField("年份", unique=True)
    title = models.CharField("名称", max_length=120)
    school = models.CharField("学校", max_length=60)
    starts_on = models.DateField("起始日")
    finish_on = models.DateField("完成期限")
    closes_on = models.DateField("年度截止")
    total_fen = models.BigIntegerField("全口径总额(分)")
    clause = models.CharField("条款", max_length=40, blank=True)
    adopted_at = models.DateTimeField("通过时间", null=True, blank=True)
    adopted_by = models.ForeignKey(
        "people.Person",
        models.PROTECT,
        verbose_name="通过经办人",
        null=True,
        blank=True,
        related_name="+",
    )
    stamp = models.BigIntegerField("变更戳", default=0)
    """The transaction that changed it last; what a process has cached is valid while equal."""

    class Meta:
        verbose_name = verbose_name_plural = "年度计划"
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("finish_on"), finish_on__lte=F("closes_on")),
                name="plan_year_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PlanVersion(models.Model):
    """计划版本: the whole plan as it stood when adopted or amended, frozen with its hash."""

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    number = models.PositiveIntegerField("版次")
    content = models.JSONField("内容")
    sha256 = models.CharField("摘要", max_length=64)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="经办人", null=True, related_name="+"
    )
    at = models.DateTimeField("时间")
    because = models.CharField("事由", max_length=400)

    class Meta:
        verbose_name = verbose_name_plural = "计划版本"
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.plan} 第 {self.number} 版"


class PolicyBasis(models.Model):
    """政策依据: what the plan leans on; if unverified, as quoted in the plan (R002, T75)."""

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    code = models.CharField("编号", max_length=60)
    title = models.CharField("名称", max_length=120)
    issuer = models.CharField("发文机关", max_length=80)
    issued = models.CharField("发文时间", max_length=20, blank=True)
    quote = models.CharField("计划中的引用", max_length=400)
    verified = models.BooleanField("已核对原件", default=False)
    clause = models.CharField("条款", max_length=40, blank=True)
    note = models.CharField("说明", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "政策依据"
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="basis_code_once")]

    def __str__(self) -> str:
        return self.title


class Baseline(models.Model):
    """基线: a figure of the year before, for year-on-year indicators (R003, T20)."""

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    code = models.CharField("编号", max_length=60)
    title = models.CharField("名称", max_length=120)
    value = models.DecimalField("数值", max_digits=16, decimal_places=4, null=True, blank=True)
    unit = models.CharField("单位", max_length=12, blank=True)
    assumed = models.BooleanField("推定值")
    source = models.CharField("出处", max_length=400, blank=True)
    clause = models.CharField("条款", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "基线"
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="baseline_code_once")]

    def __str__(self) -> str:
        return self.title


class Goal(models.Model):
    """目标: the three senses (R005), the SMART year goal (1.2) and the school's programs (R011)."""

    class Kind(models.TextChoices):
        SENSE = "sense", "三感"
        SMART = "smart", "年度总目标"
        LINK = "link", "学校规划对接"

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    code = models.CharField("编号", max_length=60)
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    title = models.CharField("名称", max_length=120)
    text = models.CharField("原文", max_length=400)
    clause = models.CharField("条款", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "目标"
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="goal_code_once")]

    def __str__(self) -> str:
        return self.title


class Project(models.Model):
    """工程: one of the six projects, with the committee that owns it (R037)."""

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    code = models.CharField("编号", max_length=60)
    title = models.CharField("名称", max_length=120)
    committee = models.CharField("主办委员会", max_length=60)
    lead = models.CharField("A角岗位", max_length=60)
    backup = models.CharField("B角岗位", max_length=60, blank=True)
    note = models.CharField("经费说明", max_length=400, blank=True)
    clause = models.CharField("条款", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工程"
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="project_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class SubTask(models.Model):
    """子任务: one of the 42, numbered in its project, marked where it is from (R038, T02)."""

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, verbose_name="工程", related_name="+")
    code = models.CharField("编号", max_length=60)
    number = models.CharField("计划序号", max_length=12, blank=True)
    title = models.CharField("名称", max_length=120)
    origin = models.CharField("来源", max_length=10, choices=Origin.choices)
    clause = models.CharField("条款", max_length=40, blank=True)
    lead = models.CharField("A角岗位", max_length=60)
    backup = models.CharField("B角岗位", max_length=60, blank=True)
    starts_on = models.DateField("首个节点")
    due_on = models.DateField("完成期限")

    class Meta:
        verbose_name = verbose_name_plural = "子任务"
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="sub_task_code_once"),
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("due_on")), name="sub_task_runs_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Milestone(models.Model):
    """里程碑: a date or window of the plan; its kind says what happens on a day off (T26, T27)."""

    class Kind(models.TextChoices):
        LAUNCH = "launch", "系统上线"
        HUMAN = "human", "人工期限"
        MEETING = "meeting", "例会"

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    sub_task = models.ForeignKey(SubTask, models.CASCADE, verbose_name="子任务", related_name="+")
    code = models.CharField("编号", max_length=60)
    title = models.CharField("名称", max_length=120)
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    opens_on = models.DateField("起", null=True, blank=True)
    due_on = models.DateField("止")
    origin = models.CharField("来源", max_length=10, choices=Origin.choices)
    clause = models.CharField("条款", max_length=40, blank=True)
    note = models.CharField("说明", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "里程碑"
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="milestone_code_once"),
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True) | Q(opens_on__lte=F("due_on")),
                name="milestone_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Achievement(models.Model):
    """完成登记: a milestone was met on a day, shown by evidence, recorded by its owner."""

    milestone = models.OneToOneField(
        Milestone, models.CASCADE, verbose_name="里程碑", related_name="achievement"
    )
    done_on = models.DateField("完成日")
    evidence = models.CharField("凭据", max_length=400)
    by = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="登记人", null=True, related_name="+"
    )
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "完成登记"
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=""), name="achievement_shows_evidence")
        ]

    def __str__(self) -> str:
        return f"{self.milestone} 完成于 {self.done_on}"


class IncomeLine(models.Model):
    """收入: where money comes from; an outside one is not in the total (4.1, T06, T08)."""

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    code = models.CharField("编号", max_length=60)
    title = models.CharField("名称", max_length=120)
    amount_fen = models.BigIntegerField("金额(分)", null=True, blank=True)
    outside = models.BooleanField("在全口径之外")
    clause = models.CharField("条款", max_length=40, blank=True)
    note = models.CharField("说明", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "收入"
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="income_code_once"),
            models.CheckConstraint(
                condition=Q(outside=True) | Q(amount_fen__gte=0), name="income_has_an_amount"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SpendingLine(models.Model):
    """支出: a project's line (3.1) or a detail (3.5/festival.stage) (R207, R185–R188)."""

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, verbose_name="工程", related_name="+")
    code = models.CharField("编号", max_length=60)
    title = models.CharField("名称", max_length=120)
    amount_fen = models.BigIntegerField("金额(分)", null=True, blank=True)
    """Null where the plan names no amount; never for a project's own line."""
    fund_source = models.ForeignKey(
        IncomeLine,
        models.CASCADE,
        verbose_name="经费来源",
        null=True,
        blank=True,
        related_name="+",
    )
    origin = models.CharField("来源", max_length=10, choices=Origin.choices)
    clause = models.CharField("条款", max_length=40, blank=True)
    note = models.CharField("说明", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支出"
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="spending_code_once"),
            models.CheckConstraint(
                condition=Q(code__contains="/") | Q(amount_fen__isnull=False),
                name="project_line_has_an_amount",
            ),
            models.CheckConstraint(
                condition=~Q(code__contains="/") | Q(fund_source__isnull=False),
                name="detail_line_has_a_fund_source",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__isnull=True) | Q(amount_fen__gte=0),
                name="spending_never_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Funding(models.Model):
    """来源矩阵: how much of an income line pays a project; both ways sum to the lines (4.1)."""

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    spending = models.ForeignKey(
        SpendingLine, models.CASCADE, verbose_name="支出", related_name="+"
    )
    income = models.ForeignKey(IncomeLine, models.CASCADE, verbose_name="收入", related_name="+")
    amount_fen = models.BigIntegerField("金额(分)")
    origin = models.CharField("来源", max_length=10, choices=Origin.choices)

    class Meta:
        verbose_name = verbose_name_plural = "来源矩阵"
        constraints = [
            models.UniqueConstraint(fields=["spending", "income"], name="funding_cell_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="funding_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.income} → {self.spending}"


class Indicator(models.Model):
    """指标: one of the 68 definitions: exact target, operator, cut-off (R209, T33)."""

    class Sense(models.TextChoices):
        GAIN = SENSES[0], "获得感"
        HAPPINESS = SENSES[1], "幸福感"
        SAFETY = SENSES[2], "安全感"

    class Origin(models.TextChoices):
        CONTRACT = "contract", "计划 4.2"
        STATED = "stated", "计划他处"
        PROPOSED = "proposed", "建议"

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    code = models.CharField("编号", max_length=60)
    title = models.CharField("名称", max_length=120)
    project = models.CharField("工程", max_length=12)
    """A project's code, or `all`."""
    sense = models.CharField("三感", max_length=10, choices=Sense.choices)
    op = models.CharField("比较", max_length=2, choices=[(op, op) for op in OPERATORS])
    target = models.DecimalField("目标值", max_digits=12, decimal_places=4)
    unit = models.CharField("单位", max_length=12, blank=True)
    formula = models.CharField("分子或公式", max_length=400)
    denominator = models.CharField("分母", max_length=400, blank=True)
    evidence = models.JSONField("凭据", default=list)
    clause = models.CharField("条款", max_length=40, blank=True)
    origin = models.CharField("来源", max_length=10, choices=Origin.choices)
    shortfall_mode = models.CharField(
        "未达计法", max_length=8, choices=[("prop", "按比例"), ("binary", "一票")]
    )
    freq = models.CharField(
        "频次",
        max_length=4,
        choices=[("M", "每月"), ("Q", "每季"), ("Y", "全年"), ("E", "逐件"), ("once", "一次")],
    )
    cut_off_on = models.DateField("截止日")

    class Meta:
        verbose_name = verbose_name_plural = "指标"
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="indicator_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Term(models.Model):
    """约定: one dated business number of the year, its clause, its reading and the alternative."""

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    group = models.CharField("组", max_length=30)
    key = models.CharField("键", max_length=60)
    title = models.CharField("名称", max_length=120)
    value = models.JSONField("值", null=True)
    since = models.DateField("起")
    until = models.DateField("止(不含)", null=True, blank=True)
    clause = models.CharField("条款", max_length=40, blank=True)
    trap = models.CharField("疑点", max_length=20, blank=True)
    reading = models.CharField("采用的读法", max_length=400, blank=True)
    alternative = models.CharField("另一种读法", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "约定"
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "group", "key", "since"], name="term_starts_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="term_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}.{self.key}"


class Demand(models.Model):
    """诉求: what staff need according to the plan, and which sub-tasks answer it (R004)."""

    class Cluster(models.TextChoices):
        BURST = "burst", "集中爆发"
        SPILL_OVER = "spill_over", "需求外溢"

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    code = models.CharField("编号", max_length=60)
    title = models.CharField("名称", max_length=120)
    cluster = models.CharField("类别", max_length=10, choices=Cluster.choices)
    met_by = models.JSONField("对应子任务", default=list)
    clause = models.CharField("条款", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "诉求"
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="demand_code_once")]

    def __str__(self) -> str:
        return self.title


class Commitment(models.Model):
    """无预算承诺: what the plan promises to pay without a line for it (T18)."""

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    code = models.CharField("编号", max_length=60)
    title = models.CharField("名称", max_length=120)
    estimate_fen = models.BigIntegerField("估算金额(分)", null=True, blank=True)
    basis = models.CharField("估算依据", max_length=400)
    funded_by = models.ForeignKey(
        SpendingLine,
        models.CASCADE,
        verbose_name="已列支出",
        null=True,
        blank=True,
        related_name="+",
    )
    clause = models.CharField("条款", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "无预算承诺"
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="commitment_code_once")
        ]

    def __str__(self) -> str:
        return self.title


class Placeholder(models.Model):
    """空白: a blank or a cut-off place in the plan's text; going live waits for them (T71, T73)."""

    class Kind(models.TextChoices):
        BLANK = "blank", "待填"
        CUT_OFF = "cut_off", "原文中断"

    plan = models.ForeignKey(PlanYear, models.CASCADE, verbose_name="年度计划", related_name="+")
    code = models.CharField("编号", max_length=60)
    text = models.CharField("计划原文", max_length=80)
    meaning = models.CharField("应填什么", max_length=400)
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    value = models.CharField("填写值", max_length=400, blank=True)
    clause = models.CharField("条款", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "空白"
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="placeholder_code_once")
        ]

    def __str__(self) -> str:
        return self.text
