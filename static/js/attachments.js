// Attachments of a record that is already stored: chosen, sent at once, one after the other, each with its own progress; the list comes
// back from the server. Without a stored record (data-attachments is empty) choosing a file sends the whole form, which keeps it with the draft.
(function () {
  "use strict";

  const box = document.querySelector("[data-attachments]");
  if (!box) return;
  document.body.classList.add("scripted");
  let waiting = Promise.resolve();

  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

  function said(row, text, bad) {
    const note = row.querySelector("[data-said]");
    if (!note) return;
    note.textContent = text;
    note.classList.toggle("late", bad === true);
  }

  function send(row, file, kind) {
    return new Promise((resolve) => {
      const data = new FormData();
      data.append("csrfmiddlewaretoken", token());
      data.append("kind", kind);
      data.append("file", file);
      const bar = document.createElement("progress");
      bar.max = 100;
      bar.setAttribute("aria-label", "上传进度");
      row.querySelector(".grow").appendChild(bar);
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        bar.value = Math.round((event.loaded / event.total) * 100);
        said(row, file.name + "　上传 " + bar.value + "%");
      });
      const failed = (reason) => { bar.remove(); said(row, reason, true); resolve(false); };
      request.addEventListener("load", () => {
        let answer = null;
        try { answer = JSON.parse(request.responseText); } catch (error) { answer = null; }
        if (request.status === 200 && answer) { resolve(answer); return; }
        failed((answer && (answer.reason || answer.error)) || "没有传上，请重试；登录过期的，请先重新登录");
      });
      request.addEventListener("error", () => failed("网络中断，没有传上，请重试"));
      request.open("POST", box.getAttribute("data-attachments"));
      request.setRequestHeader("Accept", "application/json");
      request.send(data);
    });
  }

  box.addEventListener("change", (event) => {
    const input = event.target.closest("input[type=file][data-kind]");
    if (!input || !input.files.length) return;
    const form = input.form;
    if (!box.getAttribute("data-attachments")) {
      const keep = form && form.querySelector("button[name=deed][value=save]");
      if (keep) keep.click();
      return;
    }
    const row = input.closest(".file");
    const files = Array.from(input.files);
    input.value = "";
    if (form && form.pxClean && !form.pxDirty()) setTimeout(form.pxClean, 0);
    files.forEach((file) => {
      said(row, file.name + "　等待上传");
      waiting = waiting.then(() => send(row, file, input.getAttribute("data-kind"))).then((answer) => {
        if (!answer) return;
        const list = box.querySelector("[data-attachment-list]");
        const fresh = new DOMParser().parseFromString(answer.files, "text/html");
        list.replaceChildren(...Array.from(fresh.body.childNodes));
        const checks = document.querySelector("[data-checks]");
        if (checks && answer.checks) checks.replaceChildren(...Array.from(new DOMParser().parseFromString(answer.checks, "text/html").body.childNodes));
        const version = document.querySelector("form[data-payment] input[name=version]");
        if (version && answer.version) version.value = answer.version;
        if (window.penxi) window.penxi.say("已保存：" + file.name);
      });
    });
  });
})();
