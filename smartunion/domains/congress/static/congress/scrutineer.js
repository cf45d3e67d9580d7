// A scrutineer's laptop: asks how the vote stands, shows the one next step, keeps the key here.
import { begin, gather, shareFor } from "./scrutiny.js";

const box = document.getElementById("scrutiny");
const byId = (id) => document.getElementById(id);
const button = byId("do"), wrong = byId("wrong");
let it, mine, next = null, busy = false;

const place = () => `smartunion-key-${it.context}-${it.me}`;
const keep = (more) => { mine = { ...mine, ...more }; localStorage.setItem(place(), JSON.stringify(mine)); byId("save").hidden = false; };
const post = async (say) => {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": box.querySelector("[name=csrfmiddlewaretoken]").value };
  const answer = await fetch(box.dataset.url, { method: "POST", headers, body: JSON.stringify(say) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(`${told.text}。${told.remedy || ""}`);
};
const compute = async (kind) => {
  it = await (await fetch(box.dataset.state)).json(); // another may have shuffled since we looked
  return inTheBackground(kind);
};
const inTheBackground = (kind) => new Promise((done, fail) => {
  const worker = new Worker(box.dataset.worker, { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.round) byId("more").textContent = `第 ${data.round} / 128 轮`;
    if (data.wrong) fail(new Error(data.wrong));
    if (data.said) { worker.terminate(); done(data.said); }
  };
  worker.onerror = () => fail(new Error("这个浏览器不能在后台计算，换一台电脑"));
  worker.postMessage({ it, share: mine.share, kind });
});
const saids = () => Array.from({ length: it.sworn }, (_, at) => it.commitments[at + 1]);

// [what to say, the button's words or "", what it does, whether it goes by itself]
const step = () => {
  const { state, me } = it, all = Object.keys(it.commitments).length === it.sworn;
  const others = Object.keys(it.commitments).filter((n) => Number(n) !== me);
  if (state === "frozen") {
    if (!it.committed) return ["第一步：在这台电脑上生成我的一份钥匙", "生成我的一份", async () => {
      if (!byId("declared").checked) throw new Error("先作近亲属声明");
      const made = begin(it.context, me, it.needed);
      keep({ secret: made.secret });
      await post({ do: "commit", said: made.said, declared: true });
    }];
    if (!mine.secret) return ["这台电脑上没有你的钥匙：用生成它的那台，或从文件取回", ""];
    if (!all) return ["等另外两位监票人生成", ""];
    if (!it.sent) return ["正在和另外两位交换份额", "", () => post({ do: "send", said: Object.fromEntries(others.map((n) => [n, shareFor(it.context, me, Number(n), mine.secret, it.commitments[n])])) }), true];
    if (Object.keys(it.to_me).length < it.sworn - 1) return ["等另外两位送来份额", ""];
    if (!it.accepted) return ["正在核对份额", "", async () => {
      const made = gather(it.context, me, mine.secret, Object.fromEntries(saids().map((s, i) => [i + 1, s])), it.to_me);
      keep({ share: made.share });
      await post({ do: "accept", said: made.said });
    }, true];
    return ["我的一份已经核对，等另外两位", ""];
  }
  if (state === "keyed") return ["钥匙已生成，等印票", ""];
  if (state === "ready") return ["人到齐了就开箱", "同意开箱", () => post({ do: "open" })];
  if (state === "open") return ["投票中。人人投完就封箱", "同意封箱", () => post({ do: "close" })];
  if (state === "closed" && it.left_over === null) return ["点一点票盒里没有人抽的票", "点清了", () => post({ do: "left", said: Number(byId("counted").value || -1) })];
  if ((state === "closed" || state === "shuffled") && !it.shuffled && it.opens !== "sums") return ["洗牌：在这台电脑上把票的次序打乱，次序只有这里知道，算完就丢", "洗牌", async () => post({ do: "shuffle", said: await compute("shuffle") })];
  if (state === "shuffled" && it.gave) return ["我的一份已经开启，等另一位", ""];
  if (state === "shuffled" && !mine.share) return ["这台电脑上没有你的钥匙：从文件取回，或由另外两位开启", ""];
  if (state === "shuffled") return [it.opens === "sums" ? "只开合计：单张票永远不开" : `已洗 ${it.mixes} 次。各位都洗过再开启`, "用我的钥匙开启", async () => post({ do: "part", said: await compute("part") })];
  if (state === "closed") return ["等另一位监票人洗牌", ""];
  if (state === "reading") return [it.opens === "sums" ? "合计已开，等宣布" : "唱票中", ""];
  if (state === "announced" && !it.signed) return ["结果已宣布：看过报告单再签字", "签字", () => post({ do: "sign" })];
  if (state === "signed") return ["三位已签字，结果已公布", ""];
  if (state === "void") return ["本次无效", ""];
  return ["已签字，等另外两位", ""];
};
const run = async (deed) => {
  busy = true; button.disabled = true; wrong.hidden = true;
  try { await deed(); } catch (problem) { wrong.textContent = problem.message; wrong.hidden = false; }
  busy = false; button.disabled = false;
  byId("more").textContent = "";
};
const look = async () => {
  if (busy) return;
  try {
    const answer = await fetch(box.dataset.state);
    if (!answer.ok) return;
    it = await answer.json();
  } catch { return; }
  if (busy) return;
  mine = JSON.parse(localStorage.getItem(place()) || "{}");
  byId("save").hidden = !mine.secret;
  byId("load").hidden = Boolean(mine.secret);
  const [words, label, deed, alone] = step();
  byId("says").textContent = words;
  byId("kin").hidden = !(it.state === "frozen" && !it.committed);
  byId("left").hidden = !(it.state === "closed" && it.left_over === null);
  button.hidden = !label;
  button.textContent = label;
  next = deed;
  if (alone) { await run(deed); look(); }
};
button.addEventListener("click", async () => { if (next && !busy) { await run(next); look(); } });
byId("save").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(mine)], { type: "application/json" }));
  link.download = `监票钥匙-${it.me}.json`;
  link.click();
});
byId("load").querySelector("input").addEventListener("change", async (event) => {
  try { keep(JSON.parse(await event.target.files[0].text())); look(); } catch { wrong.textContent = "这不是钥匙文件"; wrong.hidden = false; }
});
look();
setInterval(look, 1000);
