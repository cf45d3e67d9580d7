"""Plausible Chinese names, the same for one seed. Nobody real is meant."""

from random import Random

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
FIRST = (
    "晓文思志建明丽雅海国秀振春雨天子佳嘉俊永立红玉雪德伟美若静宏正新书云亚丹景怀承梦一诗泽宇亦乐清"
)
SECOND = (
    "梅华明军敏芳伟强燕涛杰霞玲峰琳辉颖鹏婷宁飞洁雯超勇慧娟磊莉斌萍波欣怡然博轩涵远琪平安昕航岚茹薇"
)
LONE = "伟芳娜敏静磊洋勇艳杰涛明超霞平刚莹帆宁凯倩颖琳璐晨旭丹鑫薇岩"


SHORT = 0.18
"""How often a name has two characters: about one in six."""


def repeatable(*seed: object) -> Random:
    """Return dice that fall the same way for the same seed: a demonstration must repeat."""
    return Random("/".join(map(str, seed)))  # noqa: S311


def name(rng: Random) -> str:
    """Return one name; the commoner surnames come first and more often."""
    place = int(len(SURNAMES) * rng.random() ** 2)
    if rng.random() < SHORT:
        return SURNAMES[place] + rng.choice(LONE)
    return SURNAMES[place] + rng.choice(FIRST) + rng.choice(SECOND)
