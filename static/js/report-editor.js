// The report editor. The form's textarea is the truth: one paragraph a line, a figure written 【name】. This script shows it as paper with
// blue figures, keeps the textarea in step, saves by itself, and gives the definition of a figure. Without it the textarea is used as it is.
(function () {
  "use strict";

  const root = document.querySelector("[data-editor]");
  const form = document.getElementById("section-form");
  if (!root || !form || !window.fetch) return;
  const source = root.querySelector("[data-editor-source]");
  const desk = root.querySelector(".desk");
  const figures = JSON.parse(document.getElementById("figures-data").textContent);
  const byName = new Map(figures.map(function (figure) { return [figure.name, figure]; }));
  const TOKEN = /【([^【】\n]{1,120})】/g;
  const SAVE_AFTER = 2500;
  let saved = source.value;
  let timer = 0;
  let running = null; // the save under way

  // --- paper --------------------------------------------------------------------------------------------------------------------

  const paper = document.createElement("div");
  paper.className = "paper";
  paper.contentEditable = "true";
  paper.tabIndex = 0;
  paper.setAttribute("role", "textbox");
  paper.setAttribute("aria-multiline", "true");
  paper.setAttribute("aria-label", desk.querySelector("label").textContent);
  paper.setAttribute("spellcheck", "false");

  function chip(inner) {
    const figure = byName.get(inner);
    const hand = /^手填：([^｜]+)(?:｜(.*))?$/.exec(inner);
    const lost = /^失效：([a-zA-Z0-9_.-]+)$/.exec(inner);
    if (!figure && !hand && !lost) return null;
    const span = document.createElement("span");
    span.contentEditable = "false";
    span.tabIndex = 0;
    span.setAttribute("role", "button");
    span.dataset.token = "【" + inner + "】";
    span.className = figure ? "bf" : hand ? "hf" : "lf";
    span.textContent = figure ? figure.text : hand ? hand[1] : "数据已失效";
    if (figure) span.dataset.name = inner;
    if (hand) span.title = hand[2] ? "手填，说明：" + hand[2] : "手填";
    return span;
  }

  function line(text) {
    const p = document.createElement("p");
    let at = 0;
    for (const match of text.matchAll(TOKEN)) {
      const made = chip(match[1]);
      if (!made) continue;
      if (match.index > at) p.append(text.slice(at, match.index));
      p.append(made);
      at = match.index + match[0].length;
    }
    p.append(text.slice(at));
    if (!p.textContent) p.append(document.createElement("br"));
    return p;
  }

  function draw() {
    paper.replaceChildren.apply(paper, source.value.split("\n").map(line));
  }

  function read(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.nodeValue.replace(/\u00a0/g, " ").replace(/\n/g, "");
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    if (node.dataset.token) return node.dataset.token;
    if (node.tagName === "BR") return "\n";
    const inner = Array.from(node.childNodes).map(read).join("");
    return /^(P|DIV|LI)$/.test(node.tagName) ? inner.replace(/\n$/, "") + "\n" : inner;
  }

  function keep() {
    source.value = Array.from(paper.childNodes).map(read).join("").replace(/\n+$/, "");
    later();
  }

  // --- saving -------------------------------------------------------------------------------------------------------------------

  const status = document.querySelector("[data-saved]");
  function tell(text) { if (status) status.textContent = text; }

  function later() {
    clearTimeout(timer);
    if (source.value !== saved) { tell("有改动，稍后自动保存"); timer = setTimeout(save, SAVE_AFTER); }
  }

  function save() {
    clearTimeout(timer);
    if (running) return running;
    if (source.value === saved) return Promise.resolve();
    running = send().then(function () { running = null; });
    return running;
  }

  async function send() {
    const sent = source.value;
    tell("正在保存");
    try {
      const body = new FormData(form);
      const answer = await fetch(form.action, { method: "POST", body: body, headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.redirected || answer.status === 401 || answer.status === 403) { tell("登录已过期，内容还在，请在新窗口登录后再保存"); return; }
      const said = await answer.json();
      if (!answer.ok) { tell(said.error || "没有存下，内容还在，请按保存"); return; }
      saved = sent;
      document.querySelectorAll("[data-editor-version]").forEach(function (field) { field.value = said.version; });
      tell("已自动保存 " + said.saved);
      set("[data-words]", said.words);
      const preview = document.querySelector("[data-preview]");
      if (preview) preview.innerHTML = said.preview;
      const notices = document.querySelector("[data-notices]");
      if (notices) notices.innerHTML = said.notices;
      const mark = document.querySelector(".ol a.on [data-outline-state]");
      if (mark && !said.written) { mark.className = "st warn"; mark.textContent = "未写"; } else if (mark && mark.textContent === "未写") { mark.className = "st ok"; mark.textContent = "✓"; }
      if (source.value !== saved) later();
    } catch (error) {
      tell("网络断开，内容还在本页，联网后再保存");
      timer = setTimeout(save, 10000);
    }
  }

  // 保存 pressed while a save is under way (leaving the text begins one) goes out with the version which that save answers.
  document.addEventListener("submit", function (event) {
    if (event.target !== form || !running) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    running.then(function () { form.requestSubmit(event.submitter || undefined); });
  }, true);

  // Every other deed of the page waits until what was typed is stored; what could not be stored keeps the page.
  document.addEventListener("submit", function (event) {
    const other = event.target;
    if (other === form || other.method !== "post" || !other.closest("main") || (!running && source.value === saved)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const open = other.id && document.querySelector("dialog[open]");
    save().then(save).then(function () {
      if (source.value === saved) { other.requestSubmit(event.submitter || undefined); return; }
      if (open) open.close();
    });
  }, true);

  function set(selector, text) {
    const node = document.querySelector(selector);
    if (node) node.textContent = text;
  }

  // --- definition of a figure ---------------------------------------------------------------------------------------------------

  let tip = null;
  let opener = null;

  function close(back) {
    if (!tip) return;
    tip.remove();
    tip = null;
    if (back && opener) opener.focus();
    opener = null;
  }

  function word(tag, text, className) {
    const node = document.createElement(tag);
    node.textContent = text;
    if (className) node.className = className;
    return node;
  }

  function open(span) {
    close(false);
    opener = span;
    const figure = byName.get(span.dataset.name);
    tip = document.createElement("div");
    tip.className = "fig-tip";
    tip.setAttribute("role", "dialog");
    tip.setAttribute("aria-label", span.dataset.name || "手填的数字");
    const head = document.createElement("div");
    head.className = "row-f sp";
    head.append(word("b", figure ? figure.name + " " + figure.text + (figure.unit ? " " + figure.unit : "") : span.className === "hf" ? "手填的数字" : "数据已失效"));
    const shut = word("button", "×", "link");
    shut.type = "button";
    shut.setAttribute("aria-label", "关闭");
    shut.addEventListener("click", function () { close(true); });
    head.append(shut);
    tip.append(head);
    if (figure) {
      if (figure.definition) tip.append(word("div", "口径：" + figure.definition));
      tip.append(word("div", figure.taken));
    } else {
      tip.append(word("div", span.title || "最近一次取数里没有这个数字，请改写这一句"));
    }
    const deeds = document.createElement("div");
    deeds.className = "acts-c";
    if (figure && figure.url) {
      const rows = word("a", figure.count === null ? "看明细" : "看这 " + figure.count + " 条");
      rows.href = figure.url;
      rows.target = "_blank";
      rows.rel = "noopener";
      deeds.append(rows);
    }
    const loose = word("button", figure ? "改为手填" : "改为文字", "link");
    loose.type = "button";
    loose.addEventListener("click", function () {
      span.replaceWith(document.createTextNode(figure ? figure.text : ""));
      close(false);
      keep();
      paper.focus();
    });
    deeds.append(loose);
    tip.append(deeds);
    desk.append(tip);
    const box = span.getBoundingClientRect();
    const frame = desk.getBoundingClientRect();
    tip.style.setProperty("top", (box.bottom - frame.top + 8) + "px");
    tip.style.setProperty("left", Math.max(0, Math.min(box.left - frame.left - 24, frame.width - 300)) + "px");
    (tip.querySelector("a") || shut).focus();
  }

  paper.addEventListener("click", function (event) {
    const span = event.target.closest("[data-token]");
    if (span) open(span);
  });
  desk.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && tip) { event.preventDefault(); close(true); return; }
    const span = event.target.closest && event.target.closest("[data-token]");
    if (span && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); open(span); }
  });
  document.addEventListener("click", function (event) {
    if (tip && !tip.contains(event.target) && !event.target.closest("[data-token]")) close(false);
  });

  // --- inserting ----------------------------------------------------------------------------------------------------------------

  const panel = root.querySelector("[data-figures-panel]");
  const toggle = root.querySelector("[data-figures-toggle]");
  let caret = null;

  function remember() {
    const chosen = getSelection();
    if (chosen.rangeCount && paper.contains(chosen.anchorNode)) caret = chosen.getRangeAt(0).cloneRange();
  }

  function insert(inner) {
    const made = chip(inner);
    if (!made) return;
    if (!caret) {
      caret = document.createRange();
      caret.selectNodeContents(paper.lastElementChild || paper);
      caret.collapse(false);
    }
    const around = caret.startContainer.nodeType === Node.ELEMENT_NODE ? caret.startContainer : caret.startContainer.parentElement;
    const inside = around && around.closest("[data-token]");
    if (inside) { caret.setStartAfter(inside); caret.collapse(true); }
    caret.deleteContents();
    caret.insertNode(made);
    caret.setStartAfter(made);
    caret.collapse(true);
    keep();
    paper.focus();
    const chosen = getSelection();
    chosen.removeAllRanges();
    chosen.addRange(caret);
  }

  // A press between two lines can put the caret into a figure, where nothing can be typed: it goes on behind the figure.
  function leaveFigure() {
    const chosen = getSelection();
    if (!chosen.rangeCount || !chosen.isCollapsed || document.activeElement !== paper) return;
    const around = chosen.anchorNode.nodeType === Node.ELEMENT_NODE ? chosen.anchorNode : chosen.anchorNode.parentElement;
    const inside = around && around.closest("[data-token]");
    if (!inside || !paper.contains(inside)) return;
    const behind = document.createRange();
    behind.setStartAfter(inside);
    behind.collapse(true);
    chosen.removeAllRanges();
    chosen.addRange(behind);
  }

  panel.hidden = true;
  toggle.addEventListener("click", function () {
    panel.hidden = !panel.hidden;
    toggle.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) panel.querySelector("[data-figures-search]").focus();
  });
  panel.addEventListener("click", function (event) {
    const button = event.target.closest("[data-insert]");
    if (button) insert(button.dataset.insert.slice(1, -1));
  });
  panel.querySelector("[data-figures-search]").addEventListener("input", function (event) {
    const wanted = event.target.value.trim();
    panel.querySelectorAll("[data-figure]").forEach(function (row) { row.hidden = wanted !== "" && row.dataset.figure.indexOf(wanted) < 0; });
  });
  panel.querySelector("[data-figures-search]").addEventListener("keydown", function (event) { if (event.key === "Enter") event.preventDefault(); });

  // --- putting it in place ------------------------------------------------------------------------------------------------------

  document.execCommand("defaultParagraphSeparator", false, "p");
  draw();
  source.hidden = true;
  source.after(paper);
  const how = root.querySelector("[data-editor-how]");
  if (how) how.textContent = "蓝底的数字由系统填写，按一下看口径和明细；直接打字即可修改，自动保存。";
  paper.addEventListener("input", keep);
  paper.addEventListener("blur", function () { remember(); save(); });
  paper.addEventListener("keyup", function () { leaveFigure(); remember(); });
  paper.addEventListener("mouseup", function () { leaveFigure(); remember(); });
  paper.addEventListener("click", function (event) { if (!event.target.closest("[data-token]")) { leaveFigure(); remember(); } });
  paper.addEventListener("paste", function (event) {
    event.preventDefault();
    document.execCommand("insertText", false, (event.clipboardData || window.clipboardData).getData("text/plain").replace(/\r/g, ""));
  });
  paper.addEventListener("drop", function (event) { event.preventDefault(); });
  form.addEventListener("submit", function () { clearTimeout(timer); keep(); clearTimeout(timer); saved = source.value; });
})();
