/* Counts the seconds between two answers of the server; by the server's clock, not the phone's. */
"use strict";

(() => {
  let seen = null;
  let origin = 0;
  const words = (seconds) => {
    const left = Math.abs(seconds);
    const text = left < 100 ? `${left}秒` : left < 6000 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : `${Math.round(left / 3600)}小时`;
    return seconds < 0 ? `+${text}` : text;
  };
  const tick = () => {
    for (const clock of document.querySelectorAll("[data-due]")) {
      if (clock !== seen) { seen = clock; origin = Date.parse(clock.dataset.now) - performance.now(); }
      const left = (Date.parse(clock.dataset.due) - (origin + performance.now())) / 1000;
      clock.querySelector("[data-left]").textContent = words(Math.ceil(left));
      const bar = clock.querySelector("[data-bar]");
      if (bar) bar.setAttribute("width", `${Math.max(0, Math.min(100, (left / clock.dataset.whole) * 100))}%`);
    }
  };
  setInterval(tick, 250);
  tick();
})();
