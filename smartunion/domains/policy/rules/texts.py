"""Read the text of an uploaded file: txt, md, html, docx, pdf. Pure: bytes in, text out."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from . import docx
from .numbering import APPENDIX, ARTICLE, DIVISION, ITEMS
from .refusals import Broken, Garbled, Scanned, TooLong, UnknownForm

MOST_BYTES = 20 * 1024 * 1024
LEAST_CHARACTERS_A_PAGE = 20
COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产"
    "种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点"
    "从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看"
    "原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象"
    "员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几"
    "九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油"
    "思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声"
    "报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算"
    "低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除"
    "消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆"
    "包火住调满县局照参红细引听该铁价严首底液官德随病苏失尔死讲配女黄推显谈罪神艺呢席含企望密批营项防"
    "举球英氧势告李台落木帮轮破亚师围注远字材排供河态封另施减树溶怎止案言士均武固叶鱼波视仅费紧爱左章"
    "早朝害续轻服试食充兵源判护司足某练差致板田降黑犯负击范继兴似余坚曲输修故城夫够送笔船占右财吃富春"
    "职觉汉画功巴跟虽杂飞检吸助升阳互初创抗考投坏策古径换未跑留钢曾端责站简述钱副尽帝射草冲承独令限阿"
    "宣环双请超微让控州良轴找否纪益依优顶础载倒房突坐粉敌略客袁冷胜绝析块剂测丝协诉念陈仍罗盐友洋错苦"
    "夜刑移频逐靠混母短皮终聚汽村云哪既距卫停烈央察烧迅境若印洲刻括激孔搞甚室待核校散侵吧甲游久菜味旧"
    "模湖货损预阻毫普稳乙妈植息扩银语挥酒守拿序纸医缺雨吗针刘啊急唱误训愿审附获茶鲜粮斤孩脱硫肥善龙演"
    "父渐血欢械掌歌沙刚攻谓盾讨晚粒乱燃矛乎杀药宁鲁贵钟煤读班伯香介迫句丰培握兰担弦蛋沉假穿执答乐谁顺"
    "烟缩征脸喜松脚困异免背星福买染井概慢怕磁倍祖皇促静补评翻肉践尼衣宽扬棉希伤操垂秋宜氢套督振架亮末"
    "宪庆编牛触映雷销诗座居抓裂胞呼娘景威绿晶厚盟衡鸡孙延危胶屋乡临陆顾掉呀灯岁措束耐剧玉赵跳哥季课凯"
    "额款绍卷齐伟蒸殖永宗苗川炉岩弱零杨奏沿露杆探滑镇饭浓航怀赶库夺伊灵税途灭赛归召鼓播盘裁险康唯录菌"
)
DAMAGE = re.compile("�|锟斤拷|烫烫|屯屯|[\ue000-\uf8ff]|Ã.|â€|ï¿½")
LEAST_COMMON = 0.5
MOST_DAMAGE = 0.002
PAGE_NUMBER = re.compile(r"^[-—–\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/共]\s*\d+\s*页?)?[-—–\s]*$")
META = re.compile(r"<!--\s*([a-z_]+):\s*(.*?)\s*-->")
QUOTED = re.compile(r"^ {0,3}(?:> ?)+", re.MULTILINE)
EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
LINK = re.compile(r"!?\[([^\]\n]*)\]\(\S*?\)")
TITLE = re.compile(r"\A\s*# +")
ENDS = "。；：！？.;:!?"


@dataclass(frozen=True)
class Read:
    """What was read: the text, what the file says of itself, and what a person should know."""

    text: str
    facts: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read(content: bytes, name: str) -> Read:
    """Return the text of a file. Refuses other forms, broken, scanned and garbled ones (3.6-2)."""
    if len(content) > MOST_BYTES:
        raise TooLong(name=name, megabytes=f"{len(content) / 2**20:.1f}", most=MOST_BYTES // 2**20)
    form = name.rpartition(".")[2].lower()
    readers = {"txt": _plain, "md": _markdown, "html": _html, "htm": _html, "docx": _word,
               "pdf": _pdf}  # fmt: skip
    if form not in readers:
        raise UnknownForm(name=name)
    found = readers[form](content, name)
    refuse_garbled(found.text, name)
    return found


def refuse_garbled(text: str, name: str) -> None:
    """Refuse a text whose characters say that it was decoded wrongly on its way here."""
    han = [c for c in text if "\u3400" <= c <= "\u9fff"]
    rare = [c for c in han if c not in COMMON]
    damaged = DAMAGE.findall(text)
    if len(damaged) > MOST_DAMAGE * max(len(text), 1):
        share, sample = 100 * len(damaged) / len(text), "".join(damaged[:8])
    elif len(han) > LEAST_CHARACTERS_A_PAGE and len(rare) > (1 - LEAST_COMMON) * len(han):
        share, sample = 100 * len(rare) / len(han), "".join(rare[:8])
    else:
        return
    raise Garbled(name=name, share=f"{share:.1f}", sample=sample)


def decoded(content: bytes, name: str) -> str:
    """Return bytes as text: UTF-8, UTF-16 with its mark, or GB18030."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Broken(name=name, why="不是文字文件")


def _plain(content: bytes, name: str) -> Read:
    return Read(decoded(content, name))


def _markdown(content: bytes, name: str) -> Read:
    """Read what its reader sees; the marks of headings stay, because they cut the text."""
    text = decoded(content, name)
    facts = dict(META.findall(text))
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = LINK.sub(r"\1", EMPHASIS.sub(r"\2", QUOTED.sub("", text)))
    return Read(TITLE.sub("", text), facts)


class _Page(HTMLParser):
    """Keeps what a reader of the page reads: no scripts, no navigation, one line per block."""

    SILENT = frozenset({"script", "style", "nav", "header", "footer", "aside", "noscript", "form",
                        "template", "svg", "head"})  # fmt: skip
    BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section",
                        "article", "table", "ul", "ol", "blockquote", "dd", "dt"})  # fmt: skip

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.silent = 0
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self.silent += 1
        elif tag in self.BLOCKS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def _html(content: bytes, name: str) -> Read:
    page = _Page()
    page.feed(decoded(content, name))
    page.close()
    return Read("".join(page.parts))


def _word(content: bytes, name: str) -> Read:
    found = docx.read(content, name)
    return Read("\n".join(found.lines), notes=found.notes)


def _pdf(content: bytes, name: str) -> Read:
    try:
        pages = PdfReader(io.BytesIO(content)).pages
        texts = [page.extract_text() or "" for page in pages]
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError) as why:
        raise Broken(name=name, why="不是能读的 pdf") from why
    characters = sum(len(text.strip()) for text in texts)
    if not texts or characters < LEAST_CHARACTERS_A_PAGE * len(texts):
        raise Scanned(name=name, pages=len(texts), characters=characters)
    return Read("\n".join(_unbroken("\n".join(texts).splitlines())))


def _unbroken(lines: list[str]) -> Iterator[str]:
    """Join the lines that only the paper's width has broken; drop the numbers of pages."""
    held = ""
    for raw in lines:
        line = raw.strip()
        if not line or PAGE_NUMBER.match(line):
            continue
        begins = any(p.match(line) for p in (ARTICLE, DIVISION, APPENDIX, *ITEMS))
        if held and (begins or held[-1] in ENDS or DIVISION.match(held)):
            yield held
            held = line
        else:
            gap = " " if held and held[-1].isascii() and line[0].isascii() else ""
            held = f"{held}{gap}{line}"
    if held:
        yield held
