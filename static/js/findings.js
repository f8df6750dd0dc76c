// 问题台账: from 1200 px on a finding opens beside the list, the address keeps both; 催办 is copied with one press.
// Without this script every finding opens as its own page, and the words of 催办 are selected by hand.
(function () {
  "use strict";

  const list = document.querySelector("[data-ledger]");
  const panel = document.getElementById("finding-panel");
  const wide = window.matchMedia("(min-width: 1200px)");

  function addressWith(number) {
    const query = new URLSearchParams(location.search);
    query.set("open", number);
    return location.pathname + "?" + query.toString();
  }

  function mark(row) {
    list.querySelectorAll("tr.sel").forEach((other) => other.classList.remove("sel"));
    list.querySelectorAll("[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    row.classList.add("sel");
    const link = row.querySelector("[data-open]");
    if (link) link.setAttribute("aria-current", "true");
  }

  function open(link, remember) {
    const row = link.closest("tr");
    mark(row);
    if (remember) history.pushState({ finding: link.dataset.open }, "", addressWith(link.dataset.open));
    const query = new URLSearchParams(location.search);
    query.set("open", link.dataset.open);
    return window.htmx.ajax("GET", link.pathname + "?beside=1&from=" + encodeURIComponent(query.toString()), { target: "#finding-panel", swap: "innerHTML" })
      .then(() => { if (panel.getBoundingClientRect().top < 0) panel.scrollIntoView({ block: "start" }); });
  }

  if (list && panel && window.htmx) {
    list.addEventListener("click", (event) => {
      if (!wide.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const row = event.target.closest("tbody tr");
      const link = event.target.closest("[data-open]") || (row && !event.target.closest("a, button, input") && !String(window.getSelection()) && row.querySelector("[data-open]"));
      if (!link) return;
      event.preventDefault();
      open(link, true);
    });
    window.addEventListener("popstate", () => {
      const number = new URLSearchParams(location.search).get("open");
      const link = number && list.querySelector("[data-open='" + number.replace(/\D/g, "") + "']");
      if (link) open(link, false);
    });
    document.addEventListener("htmx:responseError", (event) => { if (panel.contains(event.target) || event.target === panel) window.penxi.say("没有取到，请重试"); });
  }

  // 催办: the Clipboard where the browser gives it, the old way where not (plain http).
  async function copy(box) {
    if (navigator.clipboard && window.isSecureContext) {
      try { await navigator.clipboard.writeText(box.value); return true; } catch (fault) { /* try the old way */ }
    }
    box.removeAttribute("readonly");
    box.focus();
    box.select();
    let done = false;
    try { done = document.execCommand("copy"); } catch (fault) { done = false; }
    box.setAttribute("readonly", "");
    return done;
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const box = document.getElementById(button.getAttribute("data-copy"));
    const done = await copy(box);
    button.focus();
    window.penxi.say(done ? "催办内容已复制，可粘贴到工作群" : "没有复制成，请长按或选中文字复制");
  });

  // 严重程度 proposes the deadline.
  document.addEventListener("change", (event) => {
    const group = event.target.closest("[data-severity-limits]");
    if (!group) return;
    const limit = JSON.parse(group.dataset.severityLimits)[event.target.value];
    const box = document.getElementById(group.dataset.deadlineBox);
    if (!limit || !box) return;
    box.value = limit.day;
    const said = document.getElementById(group.dataset.deadlineSaid);
    if (said) said.textContent = limit.said;
  });
})();
