"""The journal's tree (存证树): a Merkle tree (RFC 6962) over what the house writes down.

A leaf commits to one row of a watched table, with a salt, and says nothing of what it holds.
Whoever has kept a checkpoint can be shown that nothing before it was changed or left out since; see
docs/adr/0040. `sql/tree.sql` is the other half: what writes here, and what refuses.
"""

from django.db import models


class Pending(models.Model):
    """待入树: a committed row of a watched table that has no place in the tree yet."""

    kind = models.CharField("表", max_length=63)
    row = models.BigIntegerField("行")
    salt = models.BinaryField("盐")
    commitment = models.BinaryField("承诺")

    class Meta:
        verbose_name = verbose_name_plural = "待入树"

    def __str__(self) -> str:
        return f"{self.kind} {self.row}"


class Leaf(models.Model):
    """存证: one row's place in the tree. Without its salt nobody can tell what it stood for."""

    seq = models.BigIntegerField("序号", primary_key=True)
    kind = models.CharField("表", max_length=63)
    row = models.BigIntegerField("行")
    salt = models.BinaryField("盐", null=True)
    commitment = models.BinaryField("承诺")
    hash = models.BinaryField("摘要")

    class Meta:
        verbose_name = verbose_name_plural = "存证"
        constraints = [models.UniqueConstraint(fields=["kind", "row"], name="leaf_once_per_row")]

    def __str__(self) -> str:
        return f"存证 {self.seq}"


class Node(models.Model):
    """节点: the hash of 2^level leaves, written once they are all there."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField("层")
    index = models.BigIntegerField("位置")
    hash = models.BinaryField("摘要")

    class Meta:
        verbose_name = verbose_name_plural = "节点"

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """检查点: the tree's size and root, signed by the house."""

    size = models.BigIntegerField("存证数", primary_key=True)
    root = models.BinaryField("根")
    note = models.TextField("签名文本")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "检查点"

    def __str__(self) -> str:
        return f"检查点 {self.size}"


class Witness(models.Model):
    """见证方: somebody outside who keeps the last checkpoint and signs only what continues it."""

    name = models.CharField("名称", max_length=80, unique=True)
    words = models.CharField("单位", max_length=40)
    key = models.CharField("公钥", max_length=200)
    admitted_at = models.DateTimeField("加入时间")
    ended_at = models.DateTimeField("退出时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "见证方"

    def __str__(self) -> str:
        return self.words


class Cosignature(models.Model):
    """见证: a witness's signature under a checkpoint."""

    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name="检查点", related_name="cosignatures"
    )
    witness = models.ForeignKey(
        Witness, models.PROTECT, verbose_name="见证方", related_name="cosignatures"
    )
    line = models.CharField("签名行", max_length=300)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "见证"
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosigned_once")
        ]

    def __str__(self) -> str:
        return f"{self.witness_id} → {self.checkpoint_id}"
