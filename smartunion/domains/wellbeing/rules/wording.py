"""What the person reads: the notice, and the words after handing in. Never a colour, never a score.

The centre owns these words; a change is a new version, and everybody is asked anew.
"""

CONSENT_VERSION = "2025.1"
CONSENT = (
    f"心理健康自评告知书（{CONSENT_VERSION} 版）\n"
    "1. 自愿参加。不参加、中途退出或以后撤回，都不影响考核、晋升、福利和学业。\n"
    "2. 收集什么：您对 90 个问题的作答，属于敏感个人信息。\n"
    "3. 做什么用：只用来判断要不要有人来关心您。由系统按公开的规则计算，"
    "您可以要求心理中心当面说明，也可以不接受只由系统得出的结果。\n"
    "4. 谁能看：作答和结果封存，只有心理中心负责您的专业人员写明用途后能打开，"
    "每次都有记录，您随时能查。分工会委员只会收到“请关心谈心”，看不到分数。单位领导看不到。\n"
    "5. 会发生什么：需要时，分会的同事会来聊聊，或心理中心会约您；"
    "只有在可能有危险时，才会联系紧急处置的人员。\n"
    "6. 保存与撤回：草稿 24 小时后销毁；您可以随时撤回同意，作答随之销毁；"
    "正在进行的关心结束后执行。"
)
PURPOSE = "wellbeing.screening"
"""The purpose of the consent, by itself and of nothing else (PIPL 29)."""

THANKS = (
    "您的作答已经收好并封存。无论结果如何，学校都不会因此给您任何评价。"
    "如果需要，分会的同事或心理中心会和您联系；您也可以主动找他们聊聊。"
)
"""The same for everybody, word for word: nobody learns a band from a page."""

TALK_GUIDE = (
    "找一个安静、不被打扰的地方，先问问近况，多听少说。",
    "不问测评、不猜原因、不评判、不诊断，也不劝他“想开点”。",
    "告诉他可以找心理中心，热线随时有人接。",
    "听到“活着没意思”之类的话、看到伤害自己的准备，不要离开他，立即选“担心有危险”。",
    "谈话内容只写进封存的记录，不告诉别人。",
)
"""For whoever talks: peer care, no diagnosis (精神卫生法第23条)."""
