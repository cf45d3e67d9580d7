// The slip's page: reads the slip from behind the #, encrypts here, sends the ciphertext only.
import { cast } from "./ristretto.js";

const form = document.getElementById("cast");
if (form) {
  const { kind, seats, key, context, names, paper } = form.dataset;
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
  const send = async (event) => {
    event.preventDefault();
    wrong.hidden = true;
    const secret = secretOf(paper === undefined ? location.hash : byId("secret").value);
    if (!secret) return stop("没有读到票号：请扫纸票上的二维码打开本页");
    byId("go").disabled = true;
    let made;
    try {
      const before = performance.now();
      made = cast(context, key, secret, valueOf());
      form.dataset.took = (performance.now() - before).toFixed(1);
    } catch (problem) {
      return stop(problem.message);
    }
    const headers = { "Content-Type": "application/json" };
    if (paper !== undefined) headers["X-CSRFToken"] = form.elements.csrfmiddlewaretoken.value;
    else await new Promise((done) => { setTimeout(done, Math.random() * 1500); }); // nobody is known by when
    try {
      const answer = await fetch(location.pathname, { method: "POST", headers, body: JSON.stringify(made), credentials: paper === undefined ? "omit" : "same-origin" });
      const told = await answer.json();
      if (!answer.ok) return stop(`${told.text}。${told.remedy || ""}`);
      if (told.code !== made.code) return stop("服务器答的追踪码和这里算的不一样，请告诉监票人");
    } catch {
      return stop("网络不通，没有投出去。再点一次，同一张票不会投两次");
    }
    byId("code").textContent = made.code.slice(0, 12);
    byId("done").hidden = false;
    form.hidden = true;
    if (paper === undefined) history.replaceState(null, "", location.pathname);
    byId("done").scrollIntoView();
  };
  form.addEventListener("submit", send);
}
