/* The till in a browser. Works without this file; with it: keypad, one-key flow, and a lost answer
   is asked again with the same key, never a new one. */
(() => {
  const form = document.getElementById("sale");
  if (!form) return;
  const result = document.getElementById("result");
  const body = document.body;
  const STORE = "till.pending";
  const scanPanel = result.querySelector(".p-scan")?.outerHTML;
  const amount = form.elements.amount;
  let asking = null, waiting = null;

  const show = (state) => { body.dataset.s = state; };
  const online = (yes) => {
    const badge = document.querySelector(".online");
    badge.dataset.state = yes ? "ok" : "hold";
    badge.textContent = yes ? "在线" : "离线";
  };
  const remembered = () => JSON.parse(localStorage.getItem(STORE) || "null");
  const code = () => form.elements.code;

  /* keypad */
  form.querySelector(".pad").hidden = false;
  form.querySelector(".pad").addEventListener("click", (event) => {
    const key = event.target.dataset?.key;
    if (!key) return;
    if (body.dataset.s === "ok" || body.dataset.s === "held" || body.dataset.s === "declined") fresh();
    if (key === "clear") amount.value = "";
    else if (key === "back") amount.value = amount.value.slice(0, -1);
    else if (/^\d{0,5}(\.\d{0,2})?$/.test(amount.value + key)) amount.value = (amount.value + key).replace(/^0+(?=\d)/, "");
  });
  amount.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !code() || code().value) return;
    event.preventDefault();
    if (amount.checkValidity()) code().focus(); else amount.reportValidity();
  });
  /* a scanner that types into the wrong field */
  amount.addEventListener("input", () => {
    const typed = amount.value.replace(/\s/g, "");
    if (/^\d{18}$/.test(typed) && code()) { amount.value = ""; code().value = typed; amount.focus(); }
  });

  function fresh() {
    clearTimeout(waiting);
    result.innerHTML = scanPanel;
    amount.value = "";
    show("idle");
    camera();
    amount.focus();
  }

  function settle(html, response) {
    localStorage.removeItem(STORE);
    clearTimeout(asking);
    asking = null;
    online(true);
    result.innerHTML = html;
    let panel = result.querySelector("[data-outcome]");
    if (!panel) { // not an answer of the till: the shift is over, or the key is another shop's
      result.innerHTML = scanPanel;
      panel = result.querySelector("[data-outcome]");
      panel.insertAdjacentHTML("beforeend", `<p class="t-err" role="alert">这一笔没有受理（${response.status}），没有扣顾客的钱。请刷新收银台再收。</p>`);
    }
    const kind = panel.dataset.outcome;
    if (panel.dataset.next) form.elements.form_key.value = panel.dataset.next;
    show({ ok: "ok", held: "held", no: "declined", scan: "idle" }[kind]);
    const again = result.querySelector("[data-every]"); // the bank is being asked: so are we
    clearTimeout(waiting);
    if (again) waiting = setTimeout(() => again.isConnected && again.click(), Number(again.dataset.every));
    if (kind === "scan") { (amount.checkValidity() ? code() : amount).focus(); camera(); }
    else result.querySelector("[data-next-sale]")?.focus();
    if (window.htmx) htmx.trigger("#sums", "refresh");
  }

  async function send(sale, method) {
    const query = method === "GET" ? "?" + new URLSearchParams({ form_key: sale.form_key }) : "";
    const response = await fetch(form.dataset.ask + query, {
      method,
      headers: { "HX-Request": "true", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: method === "POST" ? new URLSearchParams(sale) : undefined,
      signal: AbortSignal.timeout(8000),
    });
    if (response.redirected && response.url.includes("/accounts/")) { location.reload(); return; }
    if (response.status >= 500) throw new Error("no answer");
    if (method === "GET" && response.status === 404) { await send(sale, "POST"); return; }
    settle(await response.text(), response);
  }

  async function ask(sale, method) {
    try { await send(sale, method); }
    catch {
      online(false);
      show("offline");
      document.querySelector(".off-words").textContent =
        `¥${sale.amount} 这一笔还不知道结果：先不要交货，也不要重收。连上网后用同一单号再问，不会重复扣款。`;
      clearTimeout(asking);
      asking = setTimeout(() => ask(sale, "GET"), 3000);
    }
  }

  /* give up a sale that waits; without an answer, ask what became of it */
  async function giveUp(button) {
    clearTimeout(waiting);
    try {
      const response = await fetch(button.formAction, {
        method: "POST",
        headers: { "HX-Request": "true", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        body: new URLSearchParams({ sale: button.value }),
        signal: AbortSignal.timeout(8000),
      });
      if (response.status >= 500) throw new Error("no answer");
      settle(await response.text(), response);
    } catch { ask({ form_key: button.value, amount: amount.value, code: "" }, "GET"); }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (asking || !code()) return;
    if (!form.reportValidity()) return;
    const sale = { form_key: form.elements.form_key.value, amount: amount.value, code: code().value.replace(/\s/g, "") };
    localStorage.setItem(STORE, JSON.stringify(sale));
    ask(sale, "POST");
  });
  addEventListener("online", () => { online(true); const sale = remembered(); if (sale && asking) ask(sale, "GET"); else if (!sale) show("idle"); });
  addEventListener("offline", () => { online(false); if (body.dataset.s === "idle") show("offline"); });

  result.addEventListener("click", (event) => {
    if (event.target.closest("[data-next-sale]")) { event.preventDefault(); fresh(); }
    if (event.target.closest("[data-scan-again]")) {
      const typed = amount.value; fresh(); amount.value = typed; code().focus();
    }
    const again = event.target.closest("[data-ask-again]");
    const voids = event.target.closest("[data-void]");
    if (voids) { event.preventDefault(); giveUp(voids); }
    if (again) ask({ form_key: again.dataset.askAgain, amount: amount.value, code: "" }, "GET");
    if (event.target.closest(".camera")) look();
  });

  /* camera, where the browser can read barcodes */
  function camera() {
    const button = result.querySelector(".camera");
    if (button && "BarcodeDetector" in window && navigator.mediaDevices) button.hidden = false;
  }
  async function look() {
    const video = result.querySelector("video");
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    const reader = new BarcodeDetector({ formats: ["qr_code", "code_128"] });
    video.srcObject = stream; video.hidden = false; await video.play();
    const stop = () => { stream.getTracks().forEach((track) => track.stop()); video.hidden = true; };
    const tick = async () => {
      if (!video.isConnected) { stop(); return; }
      const [found] = await reader.detect(video).catch(() => []);
      if (found && /^\d{18}$/.test(found.rawValue)) { code().value = found.rawValue; stop(); if (amount.checkValidity()) form.requestSubmit(); else amount.focus(); }
      else requestAnimationFrame(tick);
    };
    tick();
  }

  const left = remembered();
  if (left) { form.elements.form_key.value = left.form_key; amount.value = left.amount; if (code()) code().value = left.code; ask(left, "GET"); }
  camera();
})();
