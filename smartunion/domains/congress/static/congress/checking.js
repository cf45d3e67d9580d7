// "Check in this browser": fetches election.json once and computes everything anew in a worker.
const box = document.getElementById("check"), steps = document.getElementById("steps"), run = document.getElementById("run");
const say = (words, kind) => { const line = document.createElement("li"); line.textContent = words; if (kind) line.className = kind; steps.append(line); return line; };
run.addEventListener("click", async () => {
  run.disabled = true;
  steps.textContent = "";
  const worker = new Worker(box.dataset.worker, { type: "module" }), rounds = say("正在取回全部数据…");
  const began = performance.now();
  const end = (words, kind) => { rounds.remove(); say(words, kind); box.dataset.found = kind; run.disabled = false; worker.terminate(); };
  worker.onmessage = ({ data }) => {
    if (data.round) rounds.textContent = `正在验洗牌，第 ${data.round} / 128 轮`;
    if (data.said) steps.insertBefore(Object.assign(document.createElement("li"), { textContent: data.said }), rounds);
    if (data.wrong) end(`不符：${data.wrong}`, "no");
    if (data.done) end(`全部相符，用时 ${((performance.now() - began) / 1000).toFixed(1)} 秒`, "ok");
  };
  worker.onerror = () => end("这个浏览器不能计算，请用 verify.py", "no");
  try {
    worker.postMessage(await (await fetch(box.dataset.bundle)).json());
  } catch {
    end("没有取到 election.json", "no");
  }
});
