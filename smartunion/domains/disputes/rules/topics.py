"""What a dispute may be about, and which way it goes. Pure.

What the employer decides on somebody's appraisal or punishment is no matter of arbitration: it is
reviewed and appealed against (事业单位人事管理条例 38).
"""

TOPICS = (
    ("contract", "聘用合同的订立、变更、解除"),
    ("pay", "劳动报酬、补偿或赔偿金"),
    ("hours", "工作时间、休息休假"),
    ("insurance", "社会保险、福利、培训"),
    ("safety", "劳动保护、工伤待遇"),
    ("leaving", "辞退、辞职、离职"),
    ("review", "考核结果、处分等人事处理"),
    ("other", "其他"),
)
REVIEW, PAY = "review", "pay"
WAYS = (("visit", "到访"), ("phone", "来电"), ("online", "网上"))
"""How somebody asked for advice."""
