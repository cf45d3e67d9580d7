"""A peer of the policy desk's search, in an environment of its own: prints its answers as JSON.

    python policy_peer.py rank_bm25|bm25s|haystack CORPUS QUESTIONS

Each engine is given the same articles with the statute's title before them, as its own manual
tells: words by jieba, or characters where that is its default.
"""

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

ARTICLE = re.compile(r"^第([零一二三四五六七八九十百千]+)条(?:之\S+)?[\s　]", re.MULTILINE)
DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
TENS = {"十": 10, "百": 100, "千": 1000}


def number(text: str) -> int:
    """Return a Chinese numeral's value."""
    total, digit = 0, 0
    for c in text:
        if c in DIGITS:
            digit = DIGITS[c]
        else:
            total, digit = total + (digit or 1) * TENS[c], 0
    return total + digit


def articles(corpus: Path) -> list[tuple[str, int, str]]:
    """Return (statute, number, text) of every article."""
    found = []
    for path in sorted(corpus.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        marks = list(ARTICLE.finditer(text))
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        for mark, end in zip(marks, ends, strict=True):
            found.append((path.stem, number(mark[1]), text[mark.start() : end]))
    return found


def characters(text: str) -> list[str]:
    """Return the characters one by one and two by two: what bm25s does best with here."""
    runs = re.findall(r"[\u4e00-\u9fff]+", text)
    return [r[i : i + n] for r in runs for n in (1, 2) for i in range(len(r) - n + 1)]


def engines(name: str, texts: list[str]) -> dict[str, Callable[[str], list[int]]]:
    """Return the engine's ways to answer, as numbers of articles."""
    if name == "haystack":
        from haystack import Document
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        store = InMemoryDocumentStore()
        store.write_documents([Document(id=str(i), content=t) for i, t in enumerate(texts)])
        return {"haystack": lambda q: [int(d.id) for d in store.bm25_retrieval(query=q, top_k=10)]}
    import jieba

    jieba.setLogLevel(60)
    if name == "rank_bm25":
        from rank_bm25 import BM25Okapi

        model = BM25Okapi([jieba.lcut(t) for t in texts])

        def best(question: str) -> list[int]:
            scores = model.get_scores(jieba.lcut(question))
            return [int(i) for i in scores.argsort()[::-1][:10]]

        return {"rank_bm25 jieba": best}
    import bm25s

    told: dict[str, Callable[[str], list[int]]] = {}
    for label, cut in (("bm25s jieba", jieba.lcut), ("bm25s uni+bigrams", characters)):
        index = bm25s.BM25()
        index.index([cut(t) for t in texts], show_progress=False)

        def ask(
            question: str, index: bm25s.BM25 = index, cut: Callable[[str], list[str]] = cut
        ) -> list[int]:
            found, _ = index.retrieve([cut(question)], k=10, show_progress=False)
            return [int(i) for i in found[0]]

        told[label] = ask
    return told


def main() -> None:
    """Answer every question; print {engine: {hits, qps}}."""
    name, corpus, questions = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    rows = articles(corpus)
    lines = questions.read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines if line.strip()]
    told = {}
    for engine, ask in engines(name, [f"{title} {text}" for title, _, text in rows]).items():
        begun = time.perf_counter()
        hits = {q: [rows[i][:2] for i in ask(q)] for q in asked}
        told[engine] = {"hits": hits, "qps": round(len(asked) / (time.perf_counter() - begun), 1)}
    print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
