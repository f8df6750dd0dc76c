// 督导记录表: answers by keyboard, a finding form in place for 不符合, one photo at a time, saved by itself with a version; on the phone
// one item after the other. Without this script the sheet is a plain form with 暂存 and 提交.
(function () {
  "use strict";

  const form = document.querySelector("[data-sheet]");
  if (!form || !window.fetch || !window.FormData) return;
  const $ = (selector, root) => (root || form).querySelector(selector);
  const all = (selector, root) => Array.from((root || form).querySelectorAll(selector));
  const phone = window.matchMedia("(max-width: 767.98px)");
  const person = document.body.getAttribute("data-person") || "";
  const keptAs = "px-sheet:" + person + ":" + location.pathname;
  const items = all("[data-item]");
  const parts = all("[data-part]");
  const tabs = Array.from(document.querySelectorAll("[data-part-tab]"));
  const state = { sent: "", saving: false, stopped: false, again: false, at: 0, leaving: false };
  let limits = JSON.parse(form.dataset.limits || "{}");
  form.classList.add("scripted");
  document.body.classList.add("scripted");

  const said = (selector, text) => document.querySelectorAll(selector).forEach((node) => { node.textContent = text; });
  const show = (selector, is) => document.querySelectorAll(selector).forEach((node) => { node.hidden = !is; });

  // --- answers ---------------------------------------------------------------------------------------------------------------------

  const answered = (item) => $("[data-answers] input:checked", item);

  function paint(item) {
    const chosen = answered(item);
    const wrong = Boolean(chosen && chosen.value === form.dataset.wrong);
    item.classList.toggle("wrong", wrong);
    const problem = $("[data-problem]", item);
    if (problem) problem.hidden = !wrong;
    const note = $("[data-prefilled]", item);
    if (note && chosen) {
      const same = chosen.value === note.dataset.prefilled;
      $("[data-prefilled-same]", note).hidden = !same;
      $("[data-prefilled-other]", note).hidden = same;
    }
  }

  function count() {
    let left = 0;
    parts.forEach((part) => {
      const own = all("[data-item]", part);
      const done = own.filter(answered).length;
      left += own.length - done;
      const tab = tabs.find((one) => one.dataset.partTab === part.dataset.part);
      if (tab) {
        $("[data-done]", tab).textContent = done + " / " + own.length + " 项";
        const bar = $(".bar", tab);
        if (bar) bar.setAttribute("width", (own.length ? (done * 100) / own.length : 0) + "%");
      }
      const open = $("[data-open-here]", part);
      if (open) open.textContent = done < own.length ? "还有 " + (own.length - done) + " 项未填" : "";
    });
    said("[data-left]", left ? "还有 " + left + " 项未填" : "已全部填写");
    said("[data-left-hint]", left ? "还有 " + left + " 项未填，提交时会提示。" : "已全部填写，可以提交。");
    state.left = left;
    foot();
  }

  // 严重程度 proposes the deadline; a deadline set by hand stays.
  function propose(item, force) {
    const chosen = $("[data-severity] input:checked", item);
    const box = $("[data-deadline]", item);
    const limit = chosen && limits[chosen.value];
    if (!box || !limit) return;
    if (force || !box.dataset.hand) box.value = limit.day;
    $("[data-deadline-said]", item).textContent = box.value === limit.day ? limit.said : "已改，" + limit.said;
  }

  items.forEach((item) => {
    paint(item);
    const box = $("[data-deadline]", item);
    const chosen = $("[data-severity] input:checked", item);
    if (box && chosen && limits[chosen.value] && box.value && box.value !== limits[chosen.value].day) box.dataset.hand = "1";
    if (box && !box.value) propose(item, true);
    else if (box) propose(item);
  });

  form.addEventListener("change", (event) => {
    const item = event.target.closest("[data-item]");
    if (event.target.type === "file") return;
    if (item && event.target.closest("[data-answers]")) { paint(item); count(); }
    if (item && event.target.closest("[data-severity]")) { delete $("[data-deadline]", item).dataset.hand; propose(item, true); }
    if (item && event.target.matches("[data-deadline]")) { event.target.dataset.hand = "1"; propose(item); }
    soon(250);
  });
  form.addEventListener("input", (event) => { if (event.target.type !== "file") soon(2000); });

  // 1 符合 2 基本符合 3 不符合 0 不适用, Enter to the next item; only while a group of answers has the focus.
  form.addEventListener("keydown", (event) => {
    const group = event.target.closest("[data-answers]");
    if (event.key === "Enter" && event.target.matches("input:not([type=file])")) {
      event.preventDefault();
      if (group) step(items.indexOf(group.closest("[data-item]")) + 1);
      return;
    }
    if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
    const input = $("input[data-key='" + event.key + "']", group);
    if (!input) return;
    event.preventDefault();
    input.focus();
    if (!input.checked) { input.checked = true; input.dispatchEvent(new Event("change", { bubbles: true })); }
  });

  // --- one item after the other -------------------------------------------------------------------------------------------------------

  function openPart(name) {
    parts.forEach((part) => { if (part.dataset.part === name) delete part.dataset.away; else part.dataset.away = "1"; });
    tabs.forEach((tab) => {
      const on = tab.dataset.partTab === name;
      tab.classList.toggle("on", on);
      if (on) tab.setAttribute("aria-current", "true"); else tab.removeAttribute("aria-current");
    });
  }

  function step(number) {
    if (number < 0 || number >= items.length) {
      if (number >= items.length) { const button = document.querySelector("[data-hand-in]"); if (button && button.offsetParent) button.focus(); }
      return;
    }
    state.at = number;
    const item = items[number];
    openPart(item.closest("[data-part]").dataset.part);
    const group = $("[data-answers]", item);
    const stop = $("input:checked", group) || $("input", group);
    if (stop) stop.focus({ preventScroll: true });
    item.scrollIntoView({ block: phone.matches ? "start" : "nearest" });
    foot();
  }

  // 提交 shows on the last item and as soon as every item has an answer; 下一项 then stays as the quieter deed.
  function foot() {
    const next = $("[data-next]");
    const last = state.at >= items.length - 1;
    const full = state.left === 0;
    $("[data-prev]").disabled = state.at <= 0;
    $("[data-prev]").hidden = full && !last;
    next.hidden = last;
    next.classList.toggle("btn-primary", !full);
    next.classList.toggle("btn-plain", full);
    $("[data-last]").hidden = !last && !full;
  }

  form.addEventListener("focusin", (event) => {
    const item = event.target.closest("[data-item]");
    if (!item) return;
    state.at = items.indexOf(item);
    openPart(item.closest("[data-part]").dataset.part);
    foot();
  });
  $("[data-prev]").addEventListener("click", () => step(state.at - 1));
  $("[data-next]").addEventListener("click", () => step(state.at + 1));
  tabs.forEach((tab) => tab.addEventListener("click", (event) => {
    event.preventDefault();
    openPart(tab.dataset.partTab);
    const first = items.findIndex((item) => item.closest("[data-part]").dataset.part === tab.dataset.partTab);
    if (first >= 0) state.at = first;
    foot();
    if (phone.matches) window.scrollTo({ top: 0 });
    else parts.find((part) => part.dataset.part === tab.dataset.partTab).scrollIntoView({ block: "start" });
  }));

  // A reason that leads to an item of another part opens that part first (frame.js then goes to the field).
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".al a[href^='#']");
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    const part = field && field.closest("[data-part]");
    if (part) openPart(part.dataset.part);
  }, true);

  // --- saved by itself ------------------------------------------------------------------------------------------------------------------

  let timer = 0;
  function soon(wait) {
    clearTimeout(timer);
    keepHere();
    timer = setTimeout(save, wait);
  }

  function typed() {
    return Array.from(new FormData(form)).filter((pair) => typeof pair[1] === "string" && !/^(csrfmiddlewaretoken|version|deed|after)$/.test(pair[0]));
  }

  // A save whose answer never came may have reached the server: its number goes along with the next one, so that nobody is told of a
  // conflict with their own words.
  const unanswered = () => form.elements.after.value.split(",").filter(Boolean);
  const newNumber = () => String(Date.now()) + String(Math.random()).slice(2, 10);

  function keepHere() {
    try { localStorage.setItem(keptAs, JSON.stringify({ values: typed(), after: unanswered() })); } catch (fault) { /* a private window keeps nothing */ }
  }

  async function save() {
    if (state.stopped || state.leaving) return;
    if (state.saving) { state.again = true; return; }
    const now = JSON.stringify(typed());
    if (now === state.sent) return;
    state.saving = true;
    const body = new FormData(form);
    Array.from(body.entries()).forEach((pair) => { if (typeof pair[1] !== "string") body.delete(pair[0]); });
    body.set("deed", "autosave");
    const number = newNumber();
    body.set("number", number);
    form.elements.after.value = unanswered().concat(number).slice(-8).join(",");
    keepHere();
    try {
      const response = await fetch(location.pathname, { method: "POST", body: body, credentials: "same-origin", headers: { Accept: "application/json" } });
      const login = response.redirected && /\/login\//.test(new URL(response.url).pathname);
      if (login || response.status === 401 || response.status === 403) { show("[data-expired]", true); return; }
      const answer = await response.json();
      if (response.status === 409) {
        state.stopped = true;
        said("[data-conflict-said]", answer.message || "");
        show("[data-conflict]", true);
        return;
      }
      if (!response.ok) throw new Error(String(response.status));
      form.elements.version.value = answer.version;
      form.elements.after.value = "";
      state.sent = now;
      show("[data-offline]", false);
      show("[data-expired]", false);
      if (answer.limits) { limits = answer.limits; items.forEach((item) => propose(item)); }
      marked(answer.errors || {});
      const wrong = Object.keys(answer.errors || {}).length;
      said("[data-saved-at]", wrong ? "有 " + wrong + " 处没有存上" : "已自动保存 " + answer.saved);
      if (JSON.stringify(typed()) === now) localStorage.removeItem(keptAs);
      if (form.pxClean) form.pxClean();
    } catch (fault) {
      show("[data-offline]", true);
      said("[data-saved-at]", "存在本机");
    } finally {
      state.saving = false;
      if (state.again) { state.again = false; soon(300); }
    }
  }

  function marked(errors) {
    all("[data-live-error]").forEach((node) => node.remove());
    all("[data-live-bad]").forEach((box) => { box.classList.remove("is-bad"); box.removeAttribute("aria-invalid"); delete box.dataset.liveBad; });
    Object.keys(errors).forEach((name) => {
      const box = form.elements[name];
      if (!box || box.length) return;
      const note = document.createElement("div");
      note.className = "err";
      note.dataset.liveError = "1";
      note.textContent = errors[name];
      box.closest(".f").appendChild(note);
      box.classList.add("is-bad");
      box.dataset.liveBad = "1";
      box.setAttribute("aria-invalid", "true");
    });
  }

  window.addEventListener("online", () => { show("[data-offline]", false); save(); });
  window.addEventListener("offline", () => show("[data-offline]", true));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });

  // What lay in this browser because the network was gone comes back.
  function restore() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(keptAs)); } catch (fault) { kept = null; }
    if (!kept || !kept.values || form.dataset.fresh !== "yes" || JSON.stringify(kept.values) === state.sent) { if (form.dataset.fresh === "yes") localStorage.removeItem(keptAs); return; }
    form.elements.after.value = kept.after.join(",");
    const values = new Map(kept.values);
    Array.from(form.elements).forEach((box) => {
      if (!box.name || !values.has(box.name) || /^(hidden|file|submit|button)$/.test(box.type)) return;
      if (box.type === "radio") box.checked = box.value === values.get(box.name);
      else box.value = values.get(box.name);
    });
    items.forEach(paint);
    count();
    window.penxi.say("已恢复本机保存的内容");
    soon(300);
  }

  // Photos go by themselves (shots.js); each raises the sheet's version.
  form.addEventListener("shots", (event) => {
    if (event.detail.version) form.elements.version.value = event.detail.version;
  });

  // --- handing in -------------------------------------------------------------------------------------------------------------------------------

  form.addEventListener("submit", (event) => {
    if (state.saving) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const button = event.submitter;
      setTimeout(() => form.requestSubmit(button), 200);
      return;
    }
    clearTimeout(timer);
    state.leaving = true;
    localStorage.removeItem(keptAs);
  }, true);
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  state.sent = JSON.stringify(typed());
  count();
  if (parts.length) openPart(parts[0].dataset.part);
  foot();
  restore();
  const wrongField = $("[aria-invalid='true']");
  const wrongItem = wrongField && wrongField.closest("[data-item]");
  if (wrongItem) { state.at = items.indexOf(wrongItem); openPart(wrongItem.closest("[data-part]").dataset.part); foot(); }
})();
