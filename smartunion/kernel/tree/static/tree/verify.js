// Checks the receipt of this page in the browser: nothing but SHA-256, no word of the server's.
"use strict";
(async () => {
  const said = JSON.parse(document.getElementById("receipt").textContent);
  const verdict = document.getElementById("verdict");
  const bytes = (text) => new TextEncoder().encode(text);
  const of64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const hex = (data) => Array.from(data, (b) => b.toString(16).padStart(2, "0")).join("");
  const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => Array.from(part)));
  const sha = async (...parts) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));

  const rootOf = async (leaf, seq, size, path) => {  // RFC 9162, 2.1.3.2
    let [fn, sn, r] = [BigInt(seq), BigInt(size) - 1n, leaf];
    for (const p of path) {
      if (sn === 0n) return null;
      if (fn & 1n || fn === sn) {
        r = await sha([1], p, r);
        while (fn && !(fn & 1n)) [fn, sn] = [fn >> 1n, sn >> 1n];
      } else r = await sha([1], r, p);
      [fn, sn] = [fn >> 1n, sn >> 1n];
    }
    return sn === 0n ? r : null;
  };
  const tell = (good, why) => {
    verdict.className = `ph-note ${good ? "ok" : "stop"}`;
    verdict.querySelector("i").className = `ti ti-${good ? "check" : "hand-stop"}`;
    verdict.querySelector("p").textContent = why ?? (good ? verdict.dataset.ok : verdict.dataset.bad);
  };
  if (!crypto.subtle) return tell(false, "浏览器不能计算摘要：请下载凭据，用 journal.py 核对");
  const [head, signed] = said.note.split("\n\n");
  const [, size, root] = head.split("\n");
  const leaf = await sha([0], bytes(said.body));
  const found = await rootOf(leaf, said.seq, size, said.path.map(of64));
  let good = found !== null && hex(found) === hex(of64(root)) && Number(size) === said.size;
  if (good && said.payload !== undefined) {
    const salt = Uint8Array.from(said.salt.match(/../g), (two) => parseInt(two, 16));
    good = hex(await sha(salt, bytes(said.payload))) === JSON.parse(said.body).commitment;
  }
  document.getElementById("size").textContent = `${size} 条`;
  document.getElementById("root").textContent = found ? hex(found) : "算不出";
  document.getElementById("witnessed").textContent =
    `${signed.trim().split("\n").length - 1} 方`;
  tell(good);
})();
