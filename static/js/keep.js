// Forms marked data-keep lose nothing: what is typed is kept on this machine every few seconds and on leaving a field, comes back after
// an expired login or a closed page, and goes away once it was sent, when the person says so, and at logout. No files, no passwords.
(function () {
  "use strict";

  const PREFIX = "px-keep:";
  const person = document.body.getAttribute("data-person") || "";

  function forget(keys) {
    keys.forEach((key) => localStorage.removeItem(key));
  }
  function keptKeys() {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  }
  function read(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch (error) { return null; }
  }

  document.querySelectorAll("form[data-leave]").forEach((form) => form.addEventListener("submit", () => forget(keptKeys())));
  if (!person) return; // the login page neither reads nor clears

  const forms = Array.from(document.querySelectorAll("form[data-keep]"));
  const keyOf = (form) => PREFIX + person + ":" + (form.getAttribute("data-keep") || location.pathname);
  const here = new Set(forms.map(keyOf));

  // Sent from another page and not shown again: it arrived.
  forget(keptKeys().filter((key) => key.startsWith(PREFIX + person + ":") && !here.has(key) && (read(key) || {}).sent));

  function boxes(form) {
    return Array.from(form.elements).filter((box) => box.name && box.name !== "csrfmiddlewaretoken" && box.name !== "once" && !/^(file|password|hidden|submit|button)$/.test(box.type));
  }
  function values(form) {
    return boxes(form).map((box) => [box.name, /^(checkbox|radio)$/.test(box.type) ? [box.value, box.checked] : box.multiple ? Array.from(box.selectedOptions, (option) => option.value) : box.value]);
  }
  function fill(form, kept) {
    let changed = 0;
    const left = boxes(form);
    kept.forEach(([name, value]) => {
      const place = left.findIndex((box) => box.name === name && (!/^(checkbox|radio)$/.test(box.type) || box.value === value[0]));
      if (place < 0) return;
      const box = left.splice(place, 1)[0];
      const before = JSON.stringify([box.value, box.checked]);
      if (/^(checkbox|radio)$/.test(box.type)) box.checked = value[1];
      else if (box.multiple) Array.from(box.options).forEach((option) => { option.selected = value.includes(option.value); });
      else box.value = value;
      if (JSON.stringify([box.value, box.checked]) !== before) { changed += 1; box.dispatchEvent(new Event("input", { bubbles: true })); box.dispatchEvent(new Event("change", { bubbles: true })); }
    });
    return changed;
  }
  const clock = () => new Date().toTimeString().slice(0, 5);

  function offer(form, changed, fresh) {
    const note = document.createElement("div");
    note.className = "al go mb16";
    note.setAttribute("role", "status");
    const words = document.createElement("div");
    words.append("已找回上次没有提交的内容，共 " + changed + " 项。");
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "link";
    drop.textContent = "不要了，重新填";
    drop.addEventListener("click", () => { fill(form, fresh); localStorage.removeItem(keyOf(form)); note.remove(); });
    words.append(drop);
    note.append(words);
    form.before(note);
  }

  forms.forEach((form) => {
    const key = keyOf(form);
    const fresh = values(form);
    const kept = read(key);
    const refused = form.querySelector("[aria-invalid='true']") || document.querySelector("[data-reasons]");
    if (kept && !refused) {
      const changed = fill(form, kept.values);
      if (changed) offer(form, changed, fresh);
    }
    let timer = 0;
    const said = document.querySelector("[data-kept-at]");
    const keep = (sent) => {
      clearTimeout(timer);
      try {
        localStorage.setItem(key, JSON.stringify({ values: values(form), sent: sent === true }));
        if (said && sent !== true) said.textContent = "草稿已自动保存 " + clock();
      } catch (error) {
        if (said) said.textContent = "本机存储已满，草稿没有保存";
      }
    };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 2000); });
    form.addEventListener("change", keep);
    form.addEventListener("submit", () => keep(true));
  });
})();
