"""A model that lies, stalls or breaks off: no unsupported sentence, and the articles stay."""

import json
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from smartunion.domains.policy.gateways import finding
from smartunion.domains.policy.gateways import model as gateway
from smartunion.domains.policy.models import Explanation, Question
from smartunion.domains.policy.rules.kinds import Tier
from smartunion.domains.policy.rules.prompts import VERSION
from smartunion.kernel.base.days import campus_day

from .conftest import House, Model

EXACT = "女职工规定第七条"
RECORDING = b"\x1aE\xdf\xa3" + b"\x00" * 400


def explained(house: House, text: str = EXACT) -> tuple[list[tuple[str, dict[str, Any]]], Question]:
    asked = house.ask(text)
    address = f"/policy/questions/{asked.pk}/explanation/"
    told = b"".join(house.client("lin").get(address)).decode()
    events = [block.split("\n") for block in told.strip().split("\n\n")]
    return [(e[0][7:], json.loads(e[1][6:])) for e in events], asked


@pytest.mark.clause("R196")
@pytest.mark.clause("T38")
def test_an_honest_model_points_and_the_server_quotes(house: House, model: Model) -> None:
    """Labelled as AI; the quotation is the stored text; the run is kept; asked again, the same."""
    events, asked = explained(house)
    assert [name for name, _ in events] == ["sentence", "sentence", "done"]
    seventh = house.piece("第七条")
    assert ["quoted", seventh.text.splitlines()[0].strip()] in events[1][1]["parts"]
    assert events[1][1]["cites"] == [
        {
            "label": "《女职工规定》第七条",
            "url": f"/policy/{seventh.version.document.slug}/v/1/#{seventh.anchor}",
        }
    ]
    run = Explanation.objects.get()
    assert (run.outcome, run.prompt_version, run.model) == ("done", VERSION, "sandbox-7b")
    assert run.sources[0]["sha256"] == seventh.text_sha256
    assert len(run.prompt_sha256) == 64
    sent = model.asked()["asked"]
    assert "lin" not in sent[-1]  # who asks does not leave the house
    address = f"/policy/questions/{asked.pk}/explanation/"
    again = b"".join(house.client("lin").get(address)).decode()
    assert again.count("event: sentence") == 2
    assert len(model.asked()["asked"]) == len(sent)
    page = house.client("lin").get(f"/policy/questions/{asked.pk}/").content.decode()
    assert "AI 生成" in page
    assert house.client("mo").get(address).status_code == 404


@pytest.mark.clause("T38")
@pytest.mark.parametrize(
    ("mode", "why"),
    [("quote", "quote"), ("number", "number"), ("article", "uncited"), ("law", "law"),
     ("modal", "modal"), ("uncited", "uncited"), ("obey", "far"), ("mixed", ""), ("garbage", ""),
     ("break", ""), ("error", "")],
)  # fmt: skip
def test_no_lie_stays_on_the_page(house: House, model: Model, mode: str, why: str) -> None:
    """Each lie falls by its own check; too much of it, or half a stream, leaves articles only."""
    model.told(mode=mode)
    events, _ = explained(house)
    assert [name for name, _ in events][-2:] == ["withdrawn", "done"]
    shown = json.dumps([data for name, data in events if name == "sentence"], ensure_ascii=False)
    for lie in ("想休多久", "四百二十条", "密码", "不得不必", "A9"):
        assert lie not in shown
    run = Explanation.objects.get()
    assert run.sentences == []
    assert run.outcome == ("failed" if mode in ("garbage", "break", "error") else "empty")
    if why:
        assert run.dropped == {why: 1}
    if mode == "mixed":
        assert run.dropped == {
            "quote": 1, "number": 1, "uncited": 2, "law": 1, "modal": 1, "far": 1,
        }  # fmt: skip


def test_thinking_aloud_is_not_shown(house: House, model: Model) -> None:
    model.told(mode="think")
    events, _ = explained(house)
    assert [name for name, _ in events] == ["sentence", "sentence", "done"]
    assert "9999" not in json.dumps(events)


@pytest.mark.clause("T22")
@pytest.mark.parametrize("mode", ["stall", "silent"])
def test_a_model_that_stalls_is_stopped_and_the_articles_stand(
    house: House, model: Model, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """The stop is a wall clock's: shortened here, twenty seconds in the house."""
    assert gateway.STOP_SECONDS == 20.0
    stream = gateway.Server.stream
    monkeypatch.setattr(gateway.Server, "stream", lambda s, prompt: stream(s, prompt, seconds=0.8))
    model.told(mode=mode)
    began = time.monotonic()
    events, asked = explained(house)
    assert time.monotonic() - began < 4
    assert events[-2:] == [("withdrawn", {}), ("done", {"model": "sandbox-7b"})]
    assert Explanation.objects.get().outcome == "stopped"
    assert "98天" in house.client("lin").get(f"/policy/questions/{asked.pk}/").content.decode()


def test_optional_stages_help_or_are_passed_over_in_silence(
    house: House, model: Model, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rewritten words find the article; a stage that fails leaves the order as it was."""
    settings.POLICY_REWRITE = True
    settings.POLICY_EMBED_URL = settings.POLICY_RERANK_URL = settings.POLICY_MODEL_URL
    lin, day = house.people["lin"], campus_day(house.at)
    question = "家里添丁的那笔进账走哪个口子"
    model.told(words="产假 生育津贴 生育保险基金")
    found, stages = finding.find(question, day=day, viewer=lin)
    assert found.tier in finding.UNSURE
    assert [one.split()[:2] for one in stages] == [
        ["rewrite", "ok"], ["embed", "ok"], ["rerank", "ok"],
    ]  # fmt: skip
    assert found.hits[0].label == "第八条"
    settings.POLICY_REWRITE, settings.POLICY_EMBED_URL = False, ""
    settings.POLICY_RERANK_URL = ""
    alone, told = finding.find(question, day=day, viewer=lin)
    assert told == []
    settings.POLICY_REWRITE = True
    url = settings.POLICY_EMBED_URL = settings.POLICY_RERANK_URL = settings.POLICY_MODEL_URL
    for mode in ("error", "garbage"):
        model.told(mode=mode)
        again, told = finding.find(question, day=day, viewer=lin)
        assert again.hits == alone.hits
        assert len(told) == 3
        assert all(" ok " not in one for one in told)
    assert gateway.STAGE_SECONDS == 0.8
    monkeypatch.setattr(gateway, "STAGE_SECONDS", 0.3)
    settings.POLICY_REWRITE, settings.POLICY_EMBED_URL = False, "http://127.0.0.1:9"
    for mode in ("silent", "break"):  # says nothing; says a little for ever
        model.told(mode=mode)
        began = time.monotonic()
        again, told = finding.find(question, day=day, viewer=lin)
        assert time.monotonic() - began < 1.5
        assert again.hits == alone.hits
        assert [one.split()[0] for one in told] == ["embed", "rerank"]
    settings.POLICY_EMBED_URL = url
    model.told(mode="honest")
    sure, told = finding.find(EXACT, day=day, viewer=lin)
    assert (sure.tier, told) == (Tier.EXACT, [])  # what is sure is asked of nobody


@pytest.mark.clause("R197")
def test_speech_becomes_words_to_edit_and_is_kept_nowhere(house: House, model: Model) -> None:
    model.told(heard="生双胞胎产假能多休几天")
    lin = house.client("lin")

    def said(recording: bytes) -> Any:
        return lin.post("/policy/hearing/", {"speech": SimpleUploadedFile("speech", recording)})

    assert said(RECORDING).json() == {"text": "生双胞胎产假能多休几天"}
    assert Question.objects.count() == 0  # nothing is asked before the person says so
    for wrong, why in ((b"x" * 400, "不是录音文件"), (b"", "没有录到声音")):
        assert why in said(wrong).json()["refused"]["text"]
    assert "5 MB" in said(RECORDING * 14000).json()["refused"]["text"]
    model.told(heard=" ")
    assert "没有听到话" in said(RECORDING).json()["refused"]["text"]
    model.told(mode="error")
    assert said(RECORDING).status_code == 503


def test_without_an_ear_the_button_says_so(house: House) -> None:
    lin = house.client("lin")
    assert 'data-open="no"' in lin.get("/policy/").content.decode()
    answer = lin.post("/policy/hearing/", {"speech": SimpleUploadedFile("speech", RECORDING)})
    assert answer.json()["refused"]["text"] == "语音输入还没有开通"
