// Progress of long jobs: asks every 2 seconds, draws the bar, speaks at most once in 5 seconds, ends with the file or the reason.
// The address answers {"percent": 43, "text": "正在排版 PDF：第 3/7 份", "done": false, "failed": false, "next": "/reports/…"}.
(function () {
  "use strict";

  const EVERY = 2000;
  const SPEAK = 5000;

  function watch(box) {
    const bar = box.querySelector(".meter .bar");
    const words = box.querySelector("[data-progress-text]");
    const percent = box.querySelector("[data-progress-percent]");
    const said = box.querySelector("[data-progress-said]");
    let spoken = 0;
    let missed = 0;

    function speak(text, now) {
      if (!said || (!now && Date.now() - spoken < SPEAK) || said.textContent === text) return;
      spoken = Date.now();
      said.textContent = text;
    }

    async function ask() {
      let state;
      try {
        const answer = await fetch(box.getAttribute("data-progress"), { headers: { Accept: "application/json", "X-Polling": "1" }, credentials: "same-origin" });
        if (answer.redirected || answer.status === 401 || answer.status === 403) { location.reload(); return; }
        if (!answer.ok) throw new Error(String(answer.status));
        state = await answer.json();
        missed = 0;
      } catch (error) {
        missed += 1;
        if (words && missed > 1) words.textContent = "暂时连不上，稍后自动再问";
        setTimeout(ask, EVERY * Math.min(missed + 1, 8));
        return;
      }
      if (bar) bar.setAttribute("width", Math.max(0, Math.min(100, state.percent || 0)) + "%");
      if (percent) percent.textContent = (state.percent || 0) + "%";
      if (words) words.textContent = state.text || "";
      if (state.done || state.failed) {
        speak(state.text || (state.done ? "已完成" : "生成未成功"), true);
        if (state.next) location.assign(state.next);
        else location.reload();
        return;
      }
      speak(state.text || "", false);
      setTimeout(ask, document.hidden ? EVERY * 3 : EVERY);
    }
    setTimeout(ask, EVERY);
  }

  Array.from(document.querySelectorAll("[data-progress]")).forEach(watch);
})();
