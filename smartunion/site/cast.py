"""The cast of the demonstration: who may be picked at the door, and what one sees as them."""

from dataclasses import dataclass
from zlib import crc32

from smartunion.kernel.people.models import Person


@dataclass(frozen=True)
class Post:
    """An office that a member of the cast holds."""

    office: str
    unit: str
    part: str = "A"


@dataclass(frozen=True)
class Role:
    """One of the cast: login, name, home unit, posts, and what one can see as them."""

    username: str
    name: str
    unit: str
    title: str
    sees: str
    posts: tuple[Post, ...] = ()
    kind: str = Person.Kind.STAFF
    face: str = "desk"

    @property
    def phone(self) -> str:
        """Return the number of their simulated phone."""
        return f"1380000{crc32(self.username.encode()) % 10_000:04}"

    @property
    def email(self) -> str:
        """Return their simulated mail address."""
        return mail_of(self.username)


def mail_of(username: str) -> str:
    """Return the campus mail address of the demonstration that belongs to a login."""
    return f"{username.lower()}@campus.example"


GROUPS = (("phone", "手机"), ("till", "收银台"), ("desk", "工作台"))
"""The faces in the order of a day: a member pays, a till takes, an officer sees."""

CAST = (
    Role(
        "lin",
        "林晓梅",
        "B01",
        "外国语学院教师，会员",
        "划拨本月额度，出示付款码，看明细",
        face="phone",
    ),
    Role("mo", "莫思齐", "B03", "文学院教师", "同样的页面，看不到别人的一行", face="phone"),
    Role(
        "canteen1",
        "何桂香",
        "M01",
        "第一食堂负责人",
        "收款、退款、本店当日合计与补贴",
        (Post("merchant_owner", "M01"),),
        Person.Kind.MERCHANT,
        "till",
    ),
    Role(
        "cashier1",
        "罗小军",
        "M01",
        "第一食堂收银员",
        "只有收银台，看不到结算",
        (Post("merchant_cashier", "M01"),),
        Person.Kind.MERCHANT,
        "till",
    ),
    Role(
        "pool",
        "沈月",
        "M38",
        "游泳馆前台",
        "收体育消费券，看待结算；没有别家的一笔",
        (Post("merchant_cashier", "M38"),),
        Person.Kind.MERCHANT,
        "till",
    ),
    Role(
        "zhao",
        "赵明华",
        "B02",
        "校工会主席",
        "驾驶舱、预算、全部指标",
        (Post("union_chair", "U1"),),
    ),
    Role(
        "qian",
        "钱立群",
        "B02",
        "常务副主席",
        "年度计划、任免岗位、校历",
        (Post("executive_vice_chair", "U1"),),
    ),
    Role(
        "sun",
        "孙敬之",
        "B12",
        "经审委主任",
        "账本与留痕；他在常委会的一席带回避标记",
        (Post("audit_director", "U1"),),
    ),
    Role(
        "wang",
        "王建国",
        "B02",
        "福利保障委员会主任（A角）",
        "福利商城、商户名册、冻结与申诉",
        (Post("welfare_committee_chair", "C1"),),
    ),
    Role(
        "zhou",
        "周启明",
        "B02",
        "采购中心（B角）",
        "计划与材料；王建国离岗时由他接手",
        (Post("procurement_centre", "D04"), Post("welfare_committee_chair", "C1", "B")),
    ),
    Role(
        "tang",
        "唐静",
        "B02",
        "工会福利部干事",
        "登记商户与终端、发放积分；不裁定",
        (Post("welfare_officer", "D01"),),
    ),
    Role(
        "li",
        "李慧敏",
        "B02",
        "财务处长",
        "预算、账本、补贴报表",
        (Post("finance_head", "D03"),),
    ),
    Role(
        "chen",
        "陈志远",
        "B01",
        "外国语学院工会分会主席",
        "本分会的名册与席位，看不到别的分会",
        (Post("branch_chair", "B01"),),
    ),
    Role(
        "gu",
        "顾岚",
        "B01",
        "外国语学院分会资产管理员",
        "登记本分会资产，核对人、财、物",
        (Post("branch_asset_manager", "B01"),),
    ),
    Role(
        "hongmei",
        "谢红梅",
        "B01",
        "外国语学院联系人A（工会委员）",
        "红色预警先找她：手机上应答、报平安；看不到分数",
        (Post("contact_a", "B01"),),
        face="phone",
    ),
    Role(
        "tianming",
        "罗天明",
        "B17",
        "外国语学院联系人C（校医院医生）",
        "到场评估，开转介单",
        (Post("contact_c", "B01"),),
        face="phone",
    ),
    Role(
        "jingyi",
        "何静宜",
        "B09",
        "心理中心负责人",
        "测评活动、黄色评估的督办、危急条目政策的签署",
        (Post("psychology_head", "D05"),),
    ),
    Role(
        "bailu",
        "白露",
        "B10",
        "心理中心专业人员",
        "派给她的评估；答卷写明用途才打得开，每次留痕",
        (Post("psychologist", "D05"),),
    ),
    Role(
        "majun",
        "马骏",
        "B11",
        "保卫处北斗定位专班",
        "指挥大屏、定位的放行（不能自提自放）、绿波",
        (Post("command_centre", "D06"),),
    ),
    Role(
        "yutong",
        "宋雨桐",
        "B05",
        "文体活动组织者",
        "活动方案、踏勘、人员配置、报名与突发事件",
        (Post("event_organiser", "D02"),),
    ),
    Role(
        "auditor",
        "郑文",
        "X02",
        "会计师事务所审计员（校外）",
        "指标、账本和指标背后的行，只看不改",
        (Post("accountant", "X02"),),
        Person.Kind.OUTSIDE,
    ),
    Role(
        "caller",
        "方雨",
        "X01",
        "电话回访员（校外）",
        "每月的回访名单，打完报结果；看不到别的",
        (Post("callback_firm", "X01"),),
        Person.Kind.OUTSIDE,
    ),
    Role(
        "tongyue",
        "许文娟",
        "X07",
        "童悦文化用品公司（供应商）",
        "密封报价，看自己的结果；看不到别家",
        (Post("supplier", "X07"),),
        Person.Kind.OUTSIDE,
        "phone",
    ),
    Role(
        "root",
        "高工",
        "B02",
        "系统管理员",
        "名册与设置；不能裁定冻结，不能发积分",
        (Post("system_keeper", "D13"),),
    ),
)

BY_USERNAME = {role.username: role for role in CAST}
