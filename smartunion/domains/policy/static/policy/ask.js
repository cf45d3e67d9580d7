// What an answer may lose without losing its work: copying, reading aloud, speaking, a model's words.
"use strict";
(() => {
  for (const article of document.querySelectorAll("[data-article]")) {
    const copy = article.querySelector("[data-copy]"), read = article.querySelector("[data-read]");
    const text = article.querySelector("[data-copied]");
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(text.value); }
      catch { text.select(); document.execCommand("copy"); }
      copy.lastChild.textContent = "已复制";
    });
    if (!("speechSynthesis" in window)) continue;
    read.hidden = false;
    read.addEventListener("click", () => {
      const was = speechSynthesis.speaking;
      speechSynthesis.cancel();
      if (was) { read.lastChild.textContent = "朗读"; return; }
      const said = new SpeechSynthesisUtterance(text.value);
      said.lang = "zh-CN";
      said.onend = () => { read.lastChild.textContent = "朗读"; };
      read.lastChild.textContent = "停止";
      speechSynthesis.speak(said);
    });
  }

  // ---------- a model's sentences, each checked by the server before it comes ----------
  const box = document.querySelector("[data-explain]");
  if (box && window.EventSource) {
    const list = box.querySelector("[data-sentences]"), state = box.querySelector("[data-explain-state]");
    const source = new EventSource(box.dataset.explain);
    let kept = 0;
    const close = () => { source.close(); state.hidden = true; if (!kept) box.hidden = true; };
    source.addEventListener("sentence", (event) => {
      const told = JSON.parse(event.data), line = document.createElement("p");
      for (const [kind, text] of told.parts) {
        const part = document.createElement(kind === "quoted" ? "q" : "span");
        part.textContent = text;
        line.append(part);
      }
      for (const cite of told.cites) {
        const link = document.createElement("a");
        link.textContent = cite.label;
        link.href = cite.url;
        line.append(link);
      }
      list.append(line);
      kept += 1;
      box.hidden = false;
    });
    source.addEventListener("withdrawn", () => { list.replaceChildren(); kept = 0; box.hidden = true; });
    source.addEventListener("done", close);
    source.onerror = () => { list.replaceChildren(); kept = 0; close(); };
  }

  // ---------- speaking: recorded here, written down by the server, kept nowhere ----------
  const speak = document.querySelector("[data-speak]");
  if (!speak) return;
  const form = speak.closest("form"), input = form.elements.q, says = form.querySelector("[data-speak-says]");
  const words = speak.querySelector("[data-speak-words]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const tell = (text) => { says.textContent = text; says.hidden = !text; };
  const rest = () => { speak.setAttribute("aria-pressed", "false"); words.textContent = "说"; };
  const MOST = 60000;
  let recorder = null, stop = null;
  const send = async (parts, type) => {
    const body = new FormData();
    body.append("speech", new Blob(parts, { type }), "speech");
    tell("正在写成文字…");
    try {
      const answer = await fetch(speak.dataset.speak, { method: "POST", headers: { "X-CSRFToken": token }, body });
      const told = await answer.json();
      if (!answer.ok) { tell(`${told.refused.text}。${told.refused.remedy}`); return; }
      input.value = told.text;
      form.elements.via.value = "spoken";
      tell("听成这样，可以改，改好按“问”。录音已经丢掉。");
      input.focus();
    } catch { tell("没有送出去，请打字。录音没有留下。"); }
  };
  speak.addEventListener("click", async () => {
    if (speak.dataset.open !== "yes") { tell("语音输入还没有开通。可以用手机输入法自带的话筒键说，或者打字。"); return; }
    if (recorder) { recorder.stop(); return; }
    if (!navigator.mediaDevices || !window.MediaRecorder) { tell("这个浏览器不能录音，请打字。"); return; }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const parts = [];
      recorder = new MediaRecorder(stream);
      recorder.ondataavailable = (event) => { if (event.data.size) parts.push(event.data); };
      recorder.onstop = () => {
        clearTimeout(stop);
        for (const track of stream.getTracks()) track.stop();
        const type = recorder.mimeType;
        recorder = null;
        rest();
        send(parts, type);
      };
      recorder.start();
      stop = setTimeout(() => recorder && recorder.stop(), MOST);
      speak.setAttribute("aria-pressed", "true");
      words.textContent = "停";
      tell("正在听，说完按“停”，最长一分钟。");
    } catch { recorder = null; rest(); tell("没有话筒权限，请在浏览器里允许，或者打字。"); }
  });
})();
