"""What the trail's codes and facts are called on a page: the Chinese of `record("aid.paid", …)`."""

TRAIL: dict[str, str] = {
    # facts
    "amount_fen": "金额",
    "month": "月份",
    "day": "日期",
    "reason": "原因",
    "count": "数量",
    "name": "名称",
    "status": "状态",
    # happenings
    "files.stored": "存入文件",
}
