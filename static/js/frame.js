// What every page does: menu, search key, pop-overs, toasts, dialogs, and forms that lose nothing. No inline handlers (strict CSP).
(function () {
  "use strict";

  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const typing = (element) => element && (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable);

  // --- menu: folded on tablets, hidden on phones -------------------------------------------------------------------------------

  const menu = document.querySelector("[data-menu]");
  const opener = document.querySelector(".menu-toggle");

  function turnMenu(open) {
    if (!menu) return;
    menu.classList.toggle("unfolded", open);
    if (opener) opener.setAttribute("aria-expanded", String(open));
    const first = open && menu.querySelector("a[href], button");
    if (first) first.focus();
    if (!open && opener) opener.focus();
  }

  all("[data-menu-toggle]").forEach((toggle) => {
    toggle.addEventListener("click", (event) => {
      event.preventDefault();
      turnMenu(!menu.classList.contains("unfolded"));
    });
    if (toggle.getAttribute("role") === "button") {
      toggle.addEventListener("keydown", (event) => {
        if (event.key === " ") { event.preventDefault(); toggle.click(); }
      });
    }
  });

  // --- keys: "/" searches, Esc closes what is open ------------------------------------------------------------------------------

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector("[data-search]");
      if (search && search.offsetParent) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "Escape") {
      const popover = document.querySelector("details[data-popover][open]");
      if (popover) { popover.open = false; popover.querySelector("summary").focus(); }
      else if (menu && menu.classList.contains("unfolded")) turnMenu(false);
    }
  });
  document.addEventListener("click", (event) => {
    all("details[data-popover][open]").forEach((popover) => { if (!popover.contains(event.target)) popover.open = false; });
  });

  // --- tabs, segments: arrows move between them ----------------------------------------------------------------------------------

  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const row = event.target.closest && event.target.closest(".tabs");
    if (!row) return;
    const stops = all("a[href], button", row);
    const next = stops[stops.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1)];
    if (next) { event.preventDefault(); next.focus(); }
  });

  // --- toasts: what went well, four seconds at the foot ----------------------------------------------------------------------------

  const toasts = document.querySelector("[data-toasts]");

  function leaveLater(toast) {
    let timer = setTimeout(() => toast.remove(), 4000);
    const hold = () => clearTimeout(timer);
    const release = () => { timer = setTimeout(() => toast.remove(), 4000); };
    toast.addEventListener("mouseenter", hold);
    toast.addEventListener("mouseleave", release);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("focusout", release);
  }

  function toast(node) {
    if (!toasts) return;
    node.className = "toast-p";
    node.removeAttribute("role");
    toasts.appendChild(node);
    leaveLater(node);
  }

  function say(text) {
    const node = document.createElement("div");
    node.textContent = text;
    toast(node);
  }

  all("[data-toast]").forEach((message) => {
    const icon = message.querySelector(".icon");
    if (icon) icon.classList.add("ok");
    const alerts = message.parentElement;
    toast(message);
    if (alerts && !alerts.children.length) alerts.remove();
  });
  all("[data-toast-now]").forEach(leaveLater);

  // --- questions before something cannot be undone -----------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const asker = event.target.closest("[data-ask]");
    if (asker) {
      const dialog = document.getElementById(asker.getAttribute("data-ask"));
      if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
    }
    const closer = event.target.closest("[data-ask-close]");
    if (closer) closer.closest("dialog").close();
  });

  // --- forms ---------------------------------------------------------------------------------------------------------------------------

  const forms = all("form").filter((form) => form.method === "post");
  let leaving = false;

  const words = new WeakMap(); // what stood on a button before 正在提交

  function busy(button) {
    words.set(button, Array.from(button.childNodes));
    const width = button.offsetWidth;
    const spinner = document.createElement("span");
    spinner.className = "spinner-border";
    spinner.setAttribute("aria-hidden", "true");
    button.textContent = "";
    button.appendChild(spinner);
    button.appendChild(document.createTextNode(button.getAttribute("data-busy") || "正在提交"));
    button.style.minWidth = width + "px";
    button.classList.add("busy");
    button.setAttribute("aria-disabled", "true");
  }

  function rested(button) {
    if (!words.has(button)) return;
    button.textContent = "";
    words.get(button).forEach((node) => button.appendChild(node));
    words.delete(button);
    button.style.minWidth = "";
    button.classList.remove("busy");
    button.removeAttribute("aria-disabled");
  }

  function typedIn(form) {
    return new URLSearchParams(Array.from(new FormData(form)).filter((pair) => pair[0] !== "csrfmiddlewaretoken" && typeof pair[1] === "string")).toString();
  }

  // Leaving asks only where there is something to lose: a text box or three fields. data-no-guard: the page keeps its own drafts.
  function guarded(form) {
    if (form.hasAttribute("data-no-guard")) return false;
    return form.hasAttribute("data-guard") || form.hasAttribute("data-keep") || form.querySelector("textarea") !== null || form.querySelectorAll("input[type=text], input[type=number], input[type=date], select").length >= 3;
  }

  forms.forEach((form) => {
    form.noValidate = true; // reasons come from the server, as a list, in our words
    let clean = typedIn(form);
    form.pxClean = () => { clean = typedIn(form); };
    form.pxDirty = () => guarded(form) && typedIn(form) !== clean;
  });

  // Several buttons, several fetches: the one pressed says 正在提交, a second press does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sending === "1") { event.preventDefault(); event.stopImmediatePropagation(); return; }
    if (event.defaultPrevented) return;
    form.dataset.sending = "1";
    leaving = true;
    const button = event.submitter || (document.activeElement && document.activeElement.form === form ? document.activeElement : null);
    // The pressed button's own name and value must still be sent, so it is never disabled.
    if (button && button.tagName === "BUTTON" && button.classList.contains("btn")) setTimeout(() => busy(button), 0);
    if (form.hasAttribute("data-download")) setTimeout(() => rest(form), 2500);
  });

  function rest(form) {
    delete form.dataset.sending;
    leaving = false;
    all(".busy").forEach(rested);
  }
  document.addEventListener("htmx:afterRequest", (event) => { if (event.target.closest) { const form = event.target.closest("form"); if (form) rest(form); } });
  // Back to the filled form: the browser brings the page back as it was, with buttons at rest.
  window.addEventListener("pageshow", (event) => { if (event.persisted) forms.forEach(rest); });

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && forms.some((form) => form.pxDirty())) { event.preventDefault(); event.returnValue = ""; }
  });

  // Remaining characters, counted as people count them (one Chinese character is one). A counted box without a note gets one.
  all("textarea[maxlength], [data-count][maxlength]").forEach((box) => {
    let note = box.id && document.querySelector("[data-left-over='" + box.id + "']");
    if (!note) {
      note = document.createElement("div");
      note.className = "hint left-over";
      box.insertAdjacentElement("afterend", note);
    }
    const most = Number(box.getAttribute("maxlength"));
    const count = () => {
      const left = most - Array.from(box.value).length;
      note.textContent = left >= 0 ? "还可输入 " + left + " 字" : "超出 " + -left + " 字";
      note.classList.toggle("over", left < 0);
    };
    box.addEventListener("input", count);
    count();
  });

  all("[data-reveal]").forEach((button) => {
    const box = document.getElementById(button.getAttribute("data-reveal"));
    button.hidden = false;
    button.addEventListener("click", () => {
      const hidden = box.type === "password";
      box.type = hidden ? "text" : "password";
      button.setAttribute("aria-pressed", String(hidden));
      button.querySelector("[data-word]").textContent = hidden ? "隐藏" : "显示";
    });
  });

  // After a refused submit the focus stands on the reasons; without a list, on the first field that is wrong.
  const reasons = document.querySelector("[data-reasons]");
  const wrong = document.querySelector("[aria-invalid='true']");
  if (reasons) reasons.focus();
  else if (wrong && wrong.focus) wrong.focus();
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".al a[href^='#']");
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    const stop = typing(field) ? field : field.querySelector("input, select, textarea, button, a[href]");
    (stop || field).focus();
    (stop || field).scrollIntoView({ block: "center" });
  });

  // --- lists: filters are remembered per person and page; 重置 forgets them; selecting rows shows the batch bar ---------------------------

  const person = document.body.getAttribute("data-person") || "";
  all("form[data-filters]").forEach((form) => {
    const key = "px-filter:" + person + ":" + (form.getAttribute("data-filters") || location.pathname);
    const kept = sessionStorage.getItem(key);
    if (!location.search && kept && kept !== "?") { location.replace(location.pathname + kept); return; }
    if (location.search) sessionStorage.setItem(key, location.search);
    form.addEventListener("submit", () => { all("input, select", form).forEach((box) => { if (box.value === "") box.disabled = true; }); });
    all("[data-reset]").forEach((reset) => reset.addEventListener("click", () => sessionStorage.removeItem(key)));
  });
  // 退出 forgets what this browser kept (shared phones); what the server does not have yet is asked about first.
  function unsent() {
    return new Promise((resolve) => {
      if (!window.indexedDB) { resolve(0); return; }
      const request = indexedDB.open("penxi-drafts");
      request.onerror = () => resolve(0);
      request.onupgradeneeded = () => { request.transaction.abort(); };
      request.onsuccess = () => {
        const database = request.result;
        if (!database.objectStoreNames.contains("drafts")) { database.close(); resolve(0); return; }
        const rows = database.transaction("drafts").objectStore("drafts").getAll();
        rows.onerror = () => { database.close(); resolve(0); };
        rows.onsuccess = () => { database.close(); resolve(rows.result.filter((row) => row.person === person && !row.sent).length); };
      };
    });
  }
  all("form[data-leave]").forEach((form) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    unsent().then((count) => {
      if (count && !window.confirm("本机还有 " + count + " 份草稿没有传上去，退出后会清除。确定退出吗？")) return;
      sessionStorage.clear();
      if (window.indexedDB) indexedDB.deleteDatabase("penxi-drafts");
      const forget = window.caches ? caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name)))) : Promise.resolve();
      leaving = true;
      forget.catch(() => undefined).then(() => form.submit());
    });
  }));

  // On the phone a long row of filters folds behind one button that says how many are set.
  all("form.filters").forEach((form) => {
    const fields = all("input:not([type=hidden]), select", form);
    if (fields.length < 2) return;
    const set = fields.filter((box) => (/^(checkbox|radio)$/.test(box.type) ? box.checked : box.value !== "")).length;
    const toggle = document.createElement("button");
    toggle.type = "button";
    toggle.className = "btn btn-plain filter-toggle";
    const drawn = document.querySelector("svg.icon use");
    if (drawn) {
      const funnel = drawn.parentNode.cloneNode(true);
      funnel.setAttribute("class", "icon");
      funnel.firstElementChild.setAttribute("href", drawn.getAttribute("href").split("#")[0] + "#funnel");
      toggle.append(funnel);
    }
    toggle.append(set ? "筛选（已设 " + set + " 项）" : "筛选");
    toggle.setAttribute("aria-expanded", "false");
    toggle.addEventListener("click", () => toggle.setAttribute("aria-expanded", String(!form.classList.toggle("folded-in"))));
    form.prepend(toggle);
    form.classList.add("folded-in");
  });

  all("[data-select-all]").forEach((head) => {
    const table = head.closest("table");
    const boxes = all("[data-select]", table);
    const bar = document.querySelector("[data-batch]");
    const show = () => {
      const chosen = boxes.filter((box) => box.checked);
      head.checked = chosen.length === boxes.length && boxes.length > 0;
      head.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
      boxes.forEach((box) => box.closest("tr").classList.toggle("sel", box.checked));
      if (bar) {
        bar.hidden = chosen.length === 0;
        const said = bar.querySelector("[data-chosen]");
        if (said) said.textContent = "已选 " + chosen.length + " 项";
      }
    };
    head.addEventListener("change", () => { boxes.forEach((box) => { box.checked = head.checked; }); show(); });
    boxes.forEach((box) => box.addEventListener("change", show));
    const none = bar && bar.querySelector("[data-select-none]");
    if (none) none.addEventListener("click", () => { boxes.forEach((box) => { box.checked = false; }); show(); });
    show();
  });

  // Printing from a button; a select that sends its form at once.
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-send-on-change]") && event.target.form) event.target.form.submit();
  });

  // Links inside running text are underlined; alone in a cell, on a line or in a bar they need not be.
  const flows = (element) => /^inline(-flex)?$/.test(getComputedStyle(element).display);
  const letters = (text) => text.replace(/\s/g, "").length;

  function besideLinks(node) {
    return Array.from(node.childNodes).reduce((sum, child) => {
      if (child.nodeType === Node.TEXT_NODE) return sum + letters(child.data);
      if (child.nodeType !== Node.ELEMENT_NODE || child.matches("a[href]") || !flows(child)) return sum;
      return sum + besideLinks(child);
    }, 0);
  }

  function tellLinksApart(root) {
    all("a[href]:not(.btn):not(.chip):not(.nl):not(.in-text)", root).forEach((link) => {
      if (!flows(link)) return;
      let block = link.parentElement;
      while (block && flows(block)) block = block.parentElement;
      if (block && besideLinks(block)) link.classList.add("in-text");
    });
  }
  all("main").forEach(tellLinksApart);
  document.addEventListener("htmx:afterSwap", (event) => tellLinksApart(event.target));

  // Wide tables get their own scroll box on narrow screens, reachable with the keyboard where they do not fit.
  all(".tb").forEach((table) => {
    if (table.closest(".tb-wrap")) return;
    const wrap = document.createElement("div");
    wrap.className = "tb-wrap";
    table.before(wrap);
    wrap.appendChild(table);
  });
  function reachable() {
    all(".tb-wrap").forEach((wrap) => {
      if (wrap.scrollWidth > wrap.clientWidth + 1) { wrap.tabIndex = 0; wrap.setAttribute("role", "region"); if (!wrap.hasAttribute("aria-label")) wrap.setAttribute("aria-label", "表格，可左右滚动"); }
      else { wrap.removeAttribute("tabindex"); wrap.removeAttribute("role"); }
    });
  }
  window.addEventListener("resize", reachable);
  reachable();

  window.penxi = { say: say, busy: busy, rested: rested, rest: rest };
})();
