"""The kinds of what is kept of a question: by which way, how it ended, what it taught. Pure."""

from .kinds import Worded


class Via(Worded):
    """How a question came in."""

    TYPED = "typed", "打字"
    SPOKEN = "spoken", "语音"
    API = "api", "接口"


class Outcome(Worded):
    """How a model's run ended; only `done` shows its sentences."""

    RUNNING = "running", "进行中"
    DONE = "done", "已显示"
    EMPTY = "empty", "没有通过核对"
    FAILED = "failed", "没有应答"
    STOPPED = "stopped", "超时停止"


class Lesson(Worded):
    """What the house learns from an answered ticket."""

    ALIAS = "alias", "记为问法"
    FAQ = "faq", "记为常见问答"
    NONE = "none", "不入库"
