// Share where the phone is while an incident runs; the answer 410 (it is over) stops it.
(() => {
  const button = document.getElementById("where");
  if (!button) return;
  const says = document.getElementById("where-says");
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  let watch = null, last = 0, sent = 0;
  const stop = (words) => {
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    watch = null;
    button.disabled = false;
    says.textContent = words;
  };
  const send = async ({ coords }) => {
    const now = Date.now();
    if (now - last < Number(button.dataset.seconds) * 1000) return;
    last = now;
    const body = new URLSearchParams({ latitude: coords.latitude, longitude: coords.longitude });
    const headers = { "X-CSRFToken": token, "X-Requested-With": "fetch" };
    try {
      const answer = await fetch(button.dataset.url, { method: "POST", headers, body });
      if (answer.status === 410) stop("处置已结束，位置已停止共享。");
      else if (answer.ok) says.textContent = `正在共享，已送出 ${++sent} 次。处置一结束就停。`;
      else stop("没有送出，请用电话报告位置。");
    } catch {
      says.textContent = "网络不通，会再试；也请用电话报告位置。";
    }
  };
  button.addEventListener("click", () => {
    if (!navigator.geolocation) return stop("这台手机不能定位，请用电话报告位置。");
    button.disabled = true;
    says.textContent = "正在定位…";
    watch = navigator.geolocation.watchPosition(send, () => stop("没有定位权限，请用电话报告位置。"), { enableHighAccuracy: true });
  });
})();
