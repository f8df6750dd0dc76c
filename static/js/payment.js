// 用款申请: the draft keeps itself (草稿已自动保存 15:04) and 提交前自动核对 follows what is typed. Without scripts 暂存 does the same.
(function () {
  "use strict";

  const form = document.querySelector("form[data-payment]");
  if (!form || !window.fetch) return;
  const box = document.querySelector("[data-attachments]");
  const line = document.querySelector("[data-saved-line]");
  const note = document.querySelector("[data-saved]");
  let timer = 0;
  let busy = false;
  let again = false;

  function say(text) {
    if (line) line.hidden = false;
    if (note) note.textContent = text;
  }

  function typed() {
    const data = new FormData(form);
    form.querySelectorAll("input[type=file]").forEach((input) => data.delete(input.name));
    data.set("deed", "autosave");
    return data;
  }

  function show(answer) {
    form.elements.version.value = answer.version;
    form.setAttribute("data-autosave", answer.edit);
    form.action = answer.edit;
    if (location.pathname !== answer.edit) history.replaceState(null, "", answer.edit);
    if (box) box.setAttribute("data-attachments", answer.upload);
    const checks = document.querySelector("[data-checks]");
    if (checks) checks.replaceChildren(...Array.from(new DOMParser().parseFromString(answer.checks, "text/html").body.childNodes));
    const balance = document.getElementById("pay-balance");
    const fresh = new DOMParser().parseFromString(answer.balance, "text/html").getElementById("pay-balance");
    if (balance && fresh) balance.replaceWith(fresh);
    say("草稿已自动保存 " + answer.saved);
    if (form.pxClean) form.pxClean();
  }

  function save() {
    if (busy) { again = true; return; }
    if (form.dataset.sending === "1") return;
    busy = true;
    fetch(form.getAttribute("data-autosave"), { method: "POST", body: typed(), headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then((response) => {
        if (response.redirected) throw new Error("登录已过期，请先重新登录，填写的内容还在本页");
        return response.json().then((answer) => { if (!response.ok) throw new Error(answer.message || "草稿没有保存"); return answer; });
      })
      .then((answer) => { if (!again) show(answer); else form.elements.version.value = answer.version; })
      .catch((fault) => say(fault instanceof TypeError ? "网络断开，联网后再保存" : fault.message))
      .then(() => { busy = false; if (again) { again = false; save(); } });
  }

  const later = () => { clearTimeout(timer); timer = setTimeout(save, 1500); };
  form.addEventListener("input", (event) => { if (event.target.type !== "file") later(); });
  form.addEventListener("change", (event) => { if (event.target.type !== "file") later(); });
  // 暂存 or 提交 pressed while a save is under way goes out with the version and the address which that save answers.
  document.addEventListener("submit", (event) => {
    if (event.target !== form) return;
    clearTimeout(timer);
    if (!busy) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    again = false;
    const button = event.submitter;
    const wait = () => { if (busy) setTimeout(wait, 100); else form.requestSubmit(button || undefined); };
    wait();
  }, true);
})();
