// The slip's page: reads the slip from behind the #, encrypts here, sends the ciphertext only.
import { cast, fresh, mark, told } from "./ristretto.js";

const form = document.getElementById("cast");
if (form) {
  const { kind, opens, seats, key, context, names, paper } = form.dataset;
  const byId = (id) => document.getElementById(id), wrong = byId("wrong"), chosen = byId("chosen");
  const marks = () => Array.from({ length: Number(names) }, (_, at) => Number(form.elements[`c${at + 1}`].value));
  const secretOf = (text) => (text.trim().replace(/^.*#/, "").match(/^[0-9a-f]{64}$/) || [""])[0];
  const stop = (words) => { wrong.textContent = words; wrong.hidden = false; byId("go").disabled = false; };
  const valueOf = () => {
    if (kind === "appraisal") {
      const text = byId("score").value;
      if (text === "") return 101;
      const score = Number(text);
      if (!Number.isInteger(score) || score < 0 || score > 100) throw new Error("分数是 0 到 100 的整数");
      return score;
    }
    const written = Number(byId("written")?.value || 0);
    if (!Number.isInteger(written) || written < 0 || (byId("written") && written > Number(byId("written").max))) throw new Error("没有这个代表证号");
    return marks().reduceRight((sum, mark) => sum * 3 + mark, written);
  };
  const count = () => {
    if (kind !== "election") return;
    const yes = marks().filter((m) => m === 1).length + (Number(byId("written")?.value || 0) ? 1 : 0);
    chosen.textContent = yes > Number(seats) ? `已选 ${yes} 名，多于 ${seats} 名：这样投出去是废票` : `已选 ${yes} 名，最多 ${seats} 名`;
  };
  form.addEventListener("input", count);
  count();
  let made, opening;
  const trial = paper === undefined && byId("sealed").dataset.trial !== undefined;
  const saying = () => kind === "appraisal" ? `${byId("score").value || "弃权"}` : `${marks().map((m, at) => `${form.querySelectorAll("legend")[at].textContent} ${["弃权", "赞成", "反对"][m]}`).join("；")}${byId("written")?.value ? ` 另选 ${byId("written").value}号` : ""}`;
  const encrypt = async (event) => {
    event.preventDefault();
    wrong.hidden = true;
    const secret = trial ? told(fresh()) : secretOf(paper === undefined ? location.hash : byId("secret").value);
    if (!secret) return stop("没有读到票号：请扫纸票上的二维码打开本页");
    byId("go").disabled = true;
    try {
      const before = performance.now(), value = opens === "sums" ? marks()[0] : valueOf();
      let blind;
      made = opens === "sums" ? mark(context, key, secret, [[0, 0], [1, 0], [0, 1]][value]) : cast(context, key, secret, value, (r) => { blind = r; });
      form.dataset.took = (performance.now() - before).toFixed(1);
      opening = { trial: true, context, key, value, says: saying(), blind, ...made };
    } catch (problem) {
      return stop(problem.message);
    }
    if (paper !== undefined) return send();
    byId("made").textContent = made.code.slice(0, 12); // told before it is known whether it will be opened
    form.hidden = true;
    byId("sealed").hidden = false;
    byId("sealed").scrollIntoView();
  };
  const back = (words) => { form.hidden = false; if (paper === undefined) byId("sealed").hidden = true; stop(words); };
  const send = async () => {
    const headers = { "Content-Type": "application/json" };
    if (paper !== undefined) headers["X-CSRFToken"] = form.elements.csrfmiddlewaretoken.value;
    else { byId("send").disabled = true; await new Promise((done) => { setTimeout(done, Math.random() * 1500); }); } // nobody is known by when
    try {
      const answer = await fetch(location.pathname, { method: "POST", headers, body: JSON.stringify(made), credentials: paper === undefined ? "omit" : "same-origin" });
      const said = await answer.json();
      if (!answer.ok) return back(`${said.text}。${said.remedy || ""}`);
      if (said.code !== made.code) return back("服务器答的追踪码和这里算的不一样，请告诉监票人");
    } catch {
      return back("网络不通，没有投出去。再点一次，同一张票不会投两次");
    } finally {
      if (paper === undefined) byId("send").disabled = false;
    }
    byId("code").textContent = made.code.slice(0, 12);
    byId("done").hidden = false;
    form.hidden = true;
    if (paper === undefined) { byId("sealed").hidden = true; history.replaceState(null, "", location.pathname); }
    byId("done").scrollIntoView();
  };
  form.addEventListener("submit", encrypt);
  if (paper === undefined) {
    byId("send").addEventListener("click", send);
    byId("trial")?.addEventListener("click", () => {
      byId("sealed").hidden = true;
      byId("opened").hidden = false;
      byId("says").textContent = `你点的是：${opening.says}`;
      byId("file").href = URL.createObjectURL(new Blob([JSON.stringify(opening)], { type: "application/json" }));
      made = null; // an opened ballot is never cast
    });
    byId("again").addEventListener("click", () => { byId("opened").hidden = true; form.hidden = false; byId("go").disabled = false; });
  }
}
