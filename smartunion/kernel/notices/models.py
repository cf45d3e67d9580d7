"""Notices (通知): what a person is told, and the messages that carry it out of the house.

A notice is its own in-app copy: it lies in the person's list until it is read. Whatever leaves the
house (SMS, WeCom, e-mail) is a message of its own: an outbox row, written in the transaction of
whoever tells, sent by kernel/notices/sender.py.
"""

import uuid

from django.db import models
from django.db.models import F, Q

from .rules import Channel, Priority, State


class Notice(models.Model):
    """通知: one thing that one person is told; told twice of the same matter it stays one."""

    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="收件人", related_name="+"
    )
    about = models.CharField("关于", max_length=120)
    title = models.CharField("标题", max_length=80)
    text = models.TextField("正文", blank=True)
    link = models.CharField("打开", max_length=300, blank=True)
    priority = models.PositiveSmallIntegerField(
        "等级", choices=Priority.choices, default=Priority.NORMAL
    )
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    gathered_on = models.DateField("汇入哪天的汇总", null=True, blank=True)
    in_list = models.BooleanField("列在通知页", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        constraints = [
            models.UniqueConstraint(
                fields=["about", "person"], name="a_person_is_told_once_of_a_matter"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="notice_of_person"),
            models.Index(
                fields=["person"], condition=Q(read_at=None, in_list=True), name="notice_unread"
            ),
            models.Index(
                fields=["at"],
                condition=Q(priority=Priority.DIGEST, gathered_on=None),
                name="notice_to_gather",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} → {self.person_id}"


class Message(models.Model):
    """消息: what leaves the house for one person by one channel; the outbox row of a notice.

    `key` is handed to the provider with every try, so that a message that was sent twice arrives
    once. `next_at` is when it is due; while it is being sent, when the sender's lease ends.
    `provider_seq` is the highest number of a receipt that was believed.
    """

    notice = models.ForeignKey(Notice, models.PROTECT, verbose_name="通知", related_name="messages")
    channel = models.CharField("渠道", max_length=8, choices=Channel.choices)
    address = models.CharField("号码", max_length=120)
    priority = models.PositiveSmallIntegerField("等级", choices=Priority.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PENDING)
    key = models.UUIDField("幂等键", unique=True, default=uuid.uuid4)
    is_asked = models.BooleanField("本人索取，立即发", default=False)
    at = models.DateTimeField("写入时间")
    next_at = models.DateTimeField("应发时间")
    tried_at = models.DateTimeField("最近一次尝试", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    provider_id = models.CharField("服务商编号", max_length=80, blank=True)
    provider_seq = models.IntegerField("回执序号", default=-1)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    read_at = models.DateTimeField("打开时间", null=True, blank=True)
    trouble = models.CharField("未成原因", max_length=200, blank=True)
    instead_of = models.ForeignKey(
        "self", models.PROTECT, verbose_name="代替", null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel"], name="one_message_for_a_notice_and_channel"
            ),
            models.CheckConstraint(
                condition=~Q(channel=Channel.IN_APP), name="a_message_leaves_the_house"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False)
                | ~Q(state__in=[State.ACCEPTED, State.DELIVERED, State.READ]),
                name="a_message_arrives_after_it_was_sent",
            ),
        ]
        indexes = [  # what the sender asks for, and what the throttle counts
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["pending", "sending"]),
                name="message_to_send",
            ),
            models.Index(fields=["channel", "address", "tried_at"], name="message_of_address"),
            models.Index(
                fields=["sent_at"], condition=Q(state="accepted"), name="message_unacknowledged"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.notice_id} {self.get_state_display()}"


class Receipt(models.Model):
    """回执: what a provider reported of a message, kept as it came, each number once."""

    message = models.ForeignKey(
        Message, models.PROTECT, verbose_name="消息", related_name="receipts"
    )
    key = models.UUIDField("所回的幂等键")
    seq = models.IntegerField("序号")
    state = models.CharField("内容", max_length=12)
    text = models.CharField("文字", max_length=400, blank=True)
    happened_at = models.DateTimeField("发生时间")
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = verbose_name_plural = "回执"
        constraints = [
            models.UniqueConstraint(fields=["key", "seq"], name="a_receipt_counts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} #{self.seq} {self.state}"


class Contact(models.Model):
    """联系方式: where a person is reached by a channel, and whether that has been proven.

    Without a row the number of the person's own record stands.
    """

    person = models.ForeignKey(
        "people.Person", models.PROTECT, verbose_name="人员", related_name="+"
    )
    channel = models.CharField("渠道", max_length=8, choices=Channel.choices)
    address = models.CharField("号码", max_length=120)
    verified_at = models.DateTimeField("核对时间", null=True, blank=True)
    wrong_at = models.DateTimeField("判为错误的时间", null=True, blank=True)
    trouble = models.CharField("错在哪里", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "联系方式"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "channel"], name="one_address_for_a_person_and_channel"
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True)
                | Q(wrong_at__isnull=True)
                | Q(wrong_at__gt=F("verified_at")),
                name="a_contact_is_right_or_wrong",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.address}"


class Preference(models.Model):
    """通知设置: by which channels a person hears of ordinary matters; crisis knows no setting."""

    person = models.OneToOneField(
        "people.Person", models.PROTECT, verbose_name="人员", related_name="+"
    )
    sms = models.BooleanField("短信", default=False)
    wecom = models.BooleanField("企业微信", default=True)
    email = models.BooleanField("邮件", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "通知设置"

    def __str__(self) -> str:
        return f"{self.person_id}"
