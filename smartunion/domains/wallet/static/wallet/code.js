/* The seconds of a payment code, counted where they are shown. The server issues the next one. */
(() => {
  let timer = 0;
  const start = () => {
    clearInterval(timer);
    const left = document.querySelector("#stage [data-seconds]");
    if (!left) return;
    const until = performance.now() + Number(left.dataset.seconds) * 1000;
    timer = setInterval(() => {
      left.textContent = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    }, 250);
  };
  document.addEventListener("htmx:afterSettle", start);
  /* a phone that slept shows no stale code */
  document.addEventListener("visibilitychange", () => {
    const left = document.querySelector("#stage [data-seconds]");
    if (!document.hidden && left && left.textContent === "0") location.reload();
  });
  start();
})();
