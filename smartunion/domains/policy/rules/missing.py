"""The words of questions that found nothing: what the lexicon does not know yet. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable

IDLE = re.compile(
    r"请问|怎么办|怎么|什么时候|什么|多少|能不能|可不可以|是不是|有没有|为什么|如何|哪里|哪些|哪个|几天|"
    r"我们|你们|他们|学校|老师|单位|可以|需要|应该|规定|政策|一下|的话|如果|因为|所以|但是|现在|已经|"
    r"[的了吗呢啊吧么我你他她它是有在和与或就也都还被把给让要想会能不没这那一个]"
)
RUN = re.compile(r"[\u4e00-\u9fff]{2,}|[A-Za-z]{2,20}")
LONGEST = 6


def words(question: str) -> set[str]:
    """Return the runs of characters that carry a question's meaning, cut at idle words."""
    return {
        run[:LONGEST] if not run.isascii() else run.lower()
        for run in RUN.findall(IDLE.sub(" ", question))
    }


def missed(questions: Iterable[tuple[int, str]], *, least: int) -> list[tuple[str, int]]:
    """Return (word, askers) of (asker, question) that found nothing, the most asked first.

    A word that fewer than `least` people used is left out: it could lead to one of them.
    """
    askers: dict[str, set[int]] = defaultdict(set)
    for asker, question in questions:
        for word in words(question):
            askers[word].add(asker)
    told = [(word, len(who)) for word, who in askers.items() if len(who) >= least]
    return sorted(told, key=lambda one: (-one[1], one[0]))
