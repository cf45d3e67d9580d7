// Draws again in the browser what sample.py draws: nothing but SHA-256, no word of the server's.
"use strict";
(() => {
  const button = document.getElementById("verify");
  if (!button) return;
  const TAG = "zhgh/sample/v1";
  const bytes = (text) => new TextEncoder().encode(text);
  const joined = (parts) => {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { out.set(part, at); at += part.length; }
    return out;
  };
  const lp = (text) => {
    const data = bytes(text);
    const out = new Uint8Array(4 + data.length);
    new DataView(out.buffer).setUint32(0, data.length);
    out.set(data, 4);
    return out;
  };
  const sha = async (parts) =>
    Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", joined(parts))), (b) =>
      b.toString(16).padStart(2, "0")).join("");
  const before = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const ordered = async (seed, stage, ids) => {
    const told = await Promise.all(ids.map(async (id) =>
      [await sha([bytes(TAG), lp(seed), lp(stage), lp(id)]), id]));
    return told.sort((a, b) => before(a[0], b[0])).map((pair) => pair[1]);
  };
  const share = (count, percent) => Math.ceil((count * percent) / 100);
  const draw = async (frame, seed, rule) => {
    const pool = await ordered(seed, "branch",
      Object.keys(frame).filter((one) => !rule.always.includes(one)));
    const late = (one) => rule.drawn_before.includes(one);
    const picked = [...pool.filter((one) => !late(one)), ...pool.filter(late)]
      .slice(0, share(pool.length, rule.branch_percent));
    const found = {};
    for (const one of [...picked, ...[...rule.always].sort().filter((key) => key in frame)]) {
      const order = await ordered(seed, "voucher", frame[one]);
      const count = share(order.length, rule.voucher_percent);
      found[one] = [...order.slice(0, count),
        ...order.slice(count).filter((id) => id.endsWith("L"))];
    }
    return found;
  };
  button.addEventListener("click", async () => {
    const verdict = document.getElementById("verdict");
    const tell = (state, text) => { verdict.dataset.state = state; verdict.textContent = text; };
    if (!crypto.subtle) return tell("no", "浏览器不能计算哈希：请下载，用 sample.py 核验");
    tell("wait", "正在重算……");
    const started = performance.now();
    const [told, said] = await Promise.all([button.dataset.frame, button.dataset.result].map(
      async (address) => (await fetch(address)).json()));
    const parts = [bytes(`${TAG}/frame`)];
    for (const branch of Object.keys(told.frame).sort(before)) {
      parts.push(lp(branch), ...[...told.frame[branch]].sort(before).map(lp));
    }
    const root = await sha(parts);
    const seed = await sha([bytes(`${TAG}/seed`), lp(said.audit_id), lp(root), lp(said.dice),
      lp(said.beacon)]);
    const drawn = await draw(told.frame, seed, said);
    const same = root === said.frame_root && seed === said.seed
      && JSON.stringify(Object.keys(drawn)) === JSON.stringify(Object.keys(said.drawn))
      && JSON.stringify(Object.values(drawn)) === JSON.stringify(Object.values(said.drawn));
    const count = Object.values(drawn).reduce((sum, ids) => sum + ids.length, 0);
    if (!same) return tell("no", "不一致，请截图并联系经审委");
    tell("ok", `一致。您的浏览器重算了 ${Object.keys(drawn).length} 份、${count} 张凭证，用时 ${
      Math.round(performance.now() - started)} 毫秒`);
    return undefined;
  });
})();
