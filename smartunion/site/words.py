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
    # people
    "people.founded": "建立组织架构",
    "people.appointed": "任命",
    "people.term_ended": "结束任期",
    "people.succeeded": "接任",
    "people.away": "登记离岗",
    "people.recused": "记录回避",
    "people.unit_renamed": "更名",
    "people.registered": "登记人员",
    "people.invited": "邀请校外账号",
    "people.account_closed": "停用校外账号",
    "people.password_link_given": "发设密码的链接",
    "people.person_registered": "登记人员",
    "people.person_changed": "修改人员资料",
    "membership.assetitem_registered": "登记资产",
    "membership.assetitem_changed": "修改资产",
    "person": "人员",
    "office": "岗位",
    "unit": "单位",
    "part": "角色",
    "since": "起",
    "until": "止（不含）",
    "before": "原",
    "matter": "事项",
}
