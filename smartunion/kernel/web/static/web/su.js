/* Behavior that a page may lose without losing its work: charts, pressed buttons, the clock, lost requests. */
"use strict";

const ink = "#1f242d", ink2 = "#5a616e";
const axis = { axisLine: { lineStyle: { color: "#cfcac1" } }, axisTick: { show: false }, axisLabel: { color: ink2, fontSize: 12 }, splitLine: { lineStyle: { color: "#efece6" } } };
const root = document.documentElement;

/* ---------- charts: SVG, no animation, a table beside each ---------- */
let library;
const echartsReady = () => (library ??= new Promise((resolve, reject) => {
  const script = document.createElement("script");
  script.src = root.dataset.echarts;
  script.onload = () => resolve(window.echarts);
  script.onerror = reject;
  document.head.append(script);
}));

function suChart(place, option, echarts = window.echarts) {
  const box = typeof place === "string" ? document.getElementById(place) : place;
  const { suTooltip, ...rest } = option;
  const tooltip = { backgroundColor: "#fff", borderColor: "#cfcac1", textStyle: { color: ink, fontSize: 13 }, confine: true, ...rest.tooltip };
  if (suTooltip) {
    const cell = (p) => p.value[2] < 0 ? `不足 ${suTooltip.limit} ${suTooltip.unit}` : `${p.value[2]} ${suTooltip.unit}`;
    tooltip.formatter = (p) => `${p.name} ${cell(p)}`;
    for (const series of rest.series) series.label = { show: true, color: ink2, formatter: (p) => (p.value[2] < 0 ? "·" : ""), ...series.label };
  }
  for (const k of ["xAxis", "yAxis"]) if (rest[k]) rest[k] = { ...axis, ...rest[k], axisLabel: { ...axis.axisLabel, ...rest[k].axisLabel } };
  const chart = echarts.getInstanceByDom(box) ?? echarts.init(box, null, { renderer: "svg" });
  const font = getComputedStyle(document.body).fontFamily;
  chart.setOption({ animation: false, textStyle: { fontFamily: font, color: ink }, aria: { enabled: true }, ...rest, tooltip }, true);
  return chart;
}

const drawn = (box) => window.echarts?.getInstanceByDom(box);
const refit = () => { for (const box of document.querySelectorAll("[data-chart]")) drawn(box)?.resize(); };
addEventListener("resize", refit);
addEventListener("beforeprint", refit);
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  for (const box of event.target.querySelectorAll?.("[data-chart]") ?? []) drawn(box)?.dispose();
});

async function draw(scope) {
  const figures = [...scope.querySelectorAll(".su-chart")].filter((f) => !f.dataset.drawn && f.querySelector("[data-chart]"));
  if (!figures.length) return;
  let echarts;
  try { echarts = await echartsReady(); } catch { root.classList.remove("charts"); return; } // the table is there
  for (const figure of figures) {
    figure.dataset.drawn = "yes";
    suChart(figure.querySelector("[data-chart]"), JSON.parse(figure.querySelector("script").textContent), echarts);
  }
}
root.classList.add("charts");

/* ---------- what is pressed, chosen, asked for ---------- */
document.addEventListener("click", (event) => {
  const view = event.target.closest("[data-view]");
  if (view) {
    const figure = view.closest(".su-chart");
    figure.dataset.shows = view.dataset.view;
    for (const b of figure.querySelectorAll("[data-view]")) b.setAttribute("aria-pressed", b === view);
    refit();
  }
  if (event.target.closest("[data-print]")) print();
  if (event.target.closest("[data-retry]")) location.reload();
  const fold = event.target.closest("[data-fold]");
  if (fold) fold.closest("details").open = false;
  for (const menu of document.querySelectorAll("details.su-own[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form) form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) { event.preventDefault(); return; } // a second click is not a second order
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});
addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent; });

/* ---------- keys: none fires while typing ---------- */
const rows = () => [...document.querySelectorAll("table[data-keys] tbody tr:not(.group)")];
let at = -1;
function move(step) {
  const all = rows();
  if (!all.length) return;
  at = Math.max(0, Math.min(all.length - 1, at + step));
  all.forEach((row, i) => row.toggleAttribute("aria-selected", i === at) || row.removeAttribute("aria-selected"));
  all[at].setAttribute("aria-selected", "true");
  all[at].dispatchEvent(new CustomEvent("su:moved", { bubbles: true })); // whoever shows more of the row
  all[at].scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter") { event.target.closest?.("form")?.requestSubmit(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.su-own[open]")) menu.open = false;
  if (event.key === "/") { const box = (document.querySelector('[data-search="here"]') ?? document.querySelector("[data-search]")); if (box) { event.preventDefault(); box.focus(); } }
  if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1);
  if (event.key === "o") rows()[at]?.querySelector("a[href]")?.click();
});

/* ---------- the clock walks on from the server's, also in the demonstration ---------- */
const started = performance.now(), serverNow = Number(root.dataset.now) * 1000;
const campus = (parts) => new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hourCycle: "h23", ...parts });
const dayParts = campus({ month: "numeric", day: "numeric", weekday: "short" });
const minute = campus({ hour: "2-digit", minute: "2-digit" }), second = campus({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
function tick() {
  const now = new Date(serverNow + performance.now() - started);
  const p = Object.fromEntries(dayParts.formatToParts(now).map((x) => [x.type, x.value]));
  for (const clock of document.querySelectorAll("[data-clock]")) {
    clock.textContent = clock.dataset.clock === "seconds" ? second.format(now) : `${p.month}月${p.day}日 ${p.weekday} ${minute.format(now)}`;
  }
}
if (document.querySelector("[data-clock]")) setInterval(tick, document.querySelector('[data-clock="seconds"]') ? 1000 : 15000);

/* ---------- the network is gone, or a request failed: say so, keep what was typed ---------- */
function lost(text) {
  const bar = document.querySelector("[data-lost]");
  if (!bar) return;
  bar.hidden = !text;
  if (text) bar.querySelector("[data-lost-text]").textContent = text;
  for (const state of document.querySelectorAll("[data-online]")) {
    state.dataset.state = text ? "hold" : "ok";
    state.textContent = text ? "离线" : "在线";
  }
}
const GONE = "没有网络。下面是断网前的内容；填写的内容还在，恢复后再办。";
addEventListener("offline", () => lost(GONE));
addEventListener("online", () => lost(""));
document.addEventListener("htmx:sendError", () => lost(GONE));
document.addEventListener("htmx:timeout", () => lost("15 秒没有答复，不知道办成没有。请先重试查看，再决定要不要重办。"));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401 || status === 403) lost("没有办成：登录已过期，或这件事不归您办。重试可以看到原因。");
  else lost(`没有办成：系统出错（${status}），已记录。没有改动任何数据。`);
});
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) lost(""); });

/* ---------- the frame listens where the page itself does not: the pop-up, the bell ----------
   Only the tab that is looked at holds this stream: a browser opens six connections to a house. */
const frame = document.querySelector("[data-listen]");
if (frame && "EventSource" in window) {
  let stream = null, address = frame.dataset.listen;
  const heard = (event) => {
    address = address.replace(/since=[^&]*/, `since=${encodeURIComponent(event.lastEventId)}`);
    const told = `sse:${event.type}`;
    for (const part of document.querySelectorAll(`[hx-trigger*="${told}"]`)) htmx.trigger(part, told);
  };
  const attend = () => {
    if (document.visibilityState === "visible" && (stream?.readyState ?? EventSource.CLOSED) === EventSource.CLOSED) {
      stream = new EventSource(address);
      for (const topic of ["notices", "responses_mine"]) stream.addEventListener(topic, heard);
    } else if (document.visibilityState !== "visible") leave();
  };
  const leave = () => { stream?.close(); stream = null; };
  document.addEventListener("visibilitychange", attend);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", attend);
  attend();
}

/* a region that scrolls can be scrolled by keyboard */
function reachable() {
  for (const box of document.querySelectorAll(".su-scroll")) {
    if (box.scrollWidth <= box.clientWidth || box.hasAttribute("tabindex")) continue;
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    if (!box.hasAttribute("aria-label")) box.setAttribute("aria-label", "可左右滚动的表");
  }
}
reachable();
addEventListener("resize", reachable);
document.addEventListener("htmx:load", reachable);

draw(document);
document.addEventListener("htmx:load", (event) => draw(event.detail.elt));
/* on the phone and at the till a lost network shows our own page */
if (["phone", "till"].includes(root.dataset.face) && "serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});

Object.assign(window, { suChart });
