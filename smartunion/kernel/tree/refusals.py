"""When the tree says no."""

from smartunion.kernel.base.refusals import Refused


class Altered(Refused):
    """The tree no longer continues what was signed: nothing more is signed."""

    code = "tree.altered"
    text = "存证树与已签名的检查点 {size} 不一致，停止签发新的检查点"
    clause = "3.4"
    remedy = "请系统管理员运行核对（smartunion check），并请见证方出示各自保存的检查点"


class NoSuchSize(Refused):
    """A proof between sizes that the tree has not had."""

    code = "tree.no_such_size"
    text = "没有从 {old} 到 {size} 的一致性证明：存证树现有 {now} 条"
    remedy = "先取最新的检查点，再按其中的条数索取"
    status = 404


class NotYetSigned(Refused):
    """The leaf is newer than the newest checkpoint."""

    code = "tree.not_yet_signed"
    text = "第 {seq} 号存证还没有签入检查点"
    remedy = "检查点每十秒签发一次，请稍后再取"
    status = 404


class CosignatureWrong(Refused):
    """A signature under a checkpoint that no admitted witness gave."""

    code = "tree.cosignature_wrong"
    text = "这个见证签名不成立：{why}"
    remedy = "核对见证方的公钥和所签的检查点"
    status = 403


class KeyWrong(Refused):
    """A witness's key that cannot be read."""

    code = "tree.key_wrong"
    text = "见证方公钥无法识别：{why}"
    remedy = "粘贴见证脚本打印的整行公钥"
    status = 400


class WitnessTwice(Refused):
    """A name that a witness has already."""

    code = "tree.witness_twice"
    text = "已有名为 {name} 的见证方"
    remedy = "请见证方换一个名称重新生成钥匙"
