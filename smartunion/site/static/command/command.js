// The board's clocks walk on from the server's; a new alert sounds. Nothing here decides anything.
"use strict";

(() => {
  const live = document.querySelector("[data-board]");
  const button = document.querySelector("[data-sound]");
  const said = document.querySelector("[data-said]");
  const stopped = document.querySelector("[data-stopped]");
  const mark = document.querySelector("[data-fresh]");
  let origin = 0;
  let answered = performance.now();
  let pushed = null;
  let warned = 0;
  let audio = null;
  let seen = null;

  const two = (n) => String(n).padStart(2, "0");
  const clock = (seconds) => {
    const whole = Math.abs(Math.trunc(seconds));
    const hours = Math.trunc(whole / 3600);
    const rest = `${two(Math.trunc((whole % 3600) / 60))}:${two(whole % 60)}`;
    return hours ? `${hours}:${rest}` : rest;
  };
  const now = () => origin + performance.now();

  const tick = () => {
    for (const each of live.querySelectorAll("[data-since]")) {
      const seconds = (now() - Date.parse(each.dataset.since)) / 1000;
      each.textContent = clock(Math.max(0, seconds));
      each.classList.toggle("long", seconds >= 3600);
    }
    for (const gate of live.querySelectorAll("[data-due]")) {
      const left = Math.ceil((Date.parse(gate.dataset.due) - now()) / 1000);
      const late = left < 0;
      const waits = !gate.dataset.open; // it may never be opened, and is not late before it is
      gate.querySelector("[data-left]").textContent = waits && late ? gate.dataset.limit : (late ? "+" : "") + clock(left);
      if (!waits) {
        const soon = left < gate.dataset.whole / 4;
        gate.className = `gate ${late || soon ? "warn" : "now"}`;
        gate.querySelector("[data-word]").textContent = late ? "▲ 超时" : soon ? "▲ 快到时限" : "▶ 剩余";
      }
    }
    for (const rung of live.querySelectorAll("[data-rung]")) {
      const left = Math.ceil((Date.parse(rung.dataset.rung) - now()) / 1000);
      rung.textContent = (left < 0 ? "+" : "") + clock(left);
    }
    for (const bar of live.querySelectorAll("[data-sla]")) {
      const from = Date.parse(bar.dataset.from);
      const until = Date.parse(bar.dataset.sla);
      const share = Math.min(1, Math.max(0, (now() - from) / (until - from)));
      bar.querySelector("i").style.width = `${share * 100}%`;
      const left = Math.ceil((until - now()) / 1000);
      bar.classList.toggle("over", left < 0);
      bar.querySelector("[data-rest]").textContent = left < 0 ? `超 ${clock(left)}` : `余 ${clock(left)}`;
    }
  };

  const tone = (at, hertz, seconds) => {
    const sound = audio.createOscillator();
    const loud = audio.createGain();
    sound.frequency.value = hertz;
    loud.gain.setValueAtTime(0.0001, at);
    loud.gain.exponentialRampToValueAtTime(0.5, at + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
    sound.connect(loud).connect(audio.destination);
    sound.start(at);
    sound.stop(at + seconds);
  };
  const ring = (drill) => {
    if (!audio) return;
    const times = drill ? 1 : 5;
    for (let n = 0; n < times; n += 1) {
      tone(audio.currentTime + n * 0.9, drill ? 523 : 880, 0.35);
      tone(audio.currentTime + n * 0.9 + 0.4, drill ? 392 : 660, 0.4);
    }
    live.dataset.rang = String(Number(live.dataset.rang || 0) + 1);
  };

  // What stands still must not look alive: a clock that walks on by itself would hide a lost line.
  const look = () => {
    const age = Math.trunc((performance.now() - answered) / 1000);
    const stale = age >= Number(live.dataset.stale);
    if (stopped.hidden === stale) {
      stopped.hidden = !stale;
      document.body.classList.toggle("stale", stale);
      if (stale) said.textContent = "画面已停，请用电话确认";
    }
    if (stale) stopped.querySelector("[data-stopped-text]").textContent = `已 ${clock(age)} 没有更新，以电话为准`;
    if (stale && audio && performance.now() - warned > 10000) {
      warned = performance.now();
      tone(audio.currentTime, 220, 0.6);
    }
    mark.textContent = stale ? "▲ 没有更新" : pushed === false ? `轮询 · ${age} 秒前` : `即时 · ${age} 秒前`;
    mark.classList.toggle("poor", stale || pushed === false);
  };

  const taken = () => {
    answered = performance.now();
    const part = live.querySelector("[data-at]");
    if (part) origin = Date.parse(part.dataset.at) - performance.now();
    const runs = [...live.querySelectorAll("[data-run]")];
    const fresh = seen === null ? [] : runs.filter((run) => !seen.has(run.dataset.run));
    for (const run of fresh) run.classList.add("fresh");
    if (fresh.length) {
      const real = fresh.find((run) => !run.dataset.drill);
      ring(!real);
      said.textContent = fresh.map((run) => `新的${run.getAttribute("aria-label")}`).join("；");
    }
    seen = new Set([...(seen || []), ...runs.map((run) => run.dataset.run)]);
    tick();
  };

  button.addEventListener("click", async () => {
    if (audio) { await audio.close(); audio = null; } else {
      audio = new AudioContext();
      await audio.resume();
      tone(audio.currentTime, 660, 0.15);
    }
    button.setAttribute("aria-pressed", audio ? "true" : "false");
    button.textContent = audio ? "声音：开" : "声音：关，点这里打开";
  });
  document.body.addEventListener("htmx:afterSwap", (event) => { if (event.target === live) taken(); });
  document.body.addEventListener("htmx:sseOpen", () => { pushed = true; });
  document.body.addEventListener("htmx:sseError", () => { pushed = false; });
  taken();
  setInterval(() => { tick(); look(); }, 250);
})();
