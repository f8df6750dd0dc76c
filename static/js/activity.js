// 记活动: saves itself to the server and to this browser, sends each photo on its own with progress and receipt, says what is missing.
// Without this script the form works as a plain form with a multi-file field.
(function () {
  "use strict";

  const form = document.querySelector("[data-activity]");
  if (!form || !window.penxiDrafts || !window.fetch || !window.FormData) return;
  const { drafts, photos, newUid, alone, csrf, answered } = window.penxiDrafts;
  const $ = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  const LONG_SIDE = 1600;
  const MOST_PHOTOS = 20;
  const person = document.body.getAttribute("data-person") || "";
  const rules = JSON.parse($("#category-rules").textContent);
  const box = $("[data-photo-box]", form);
  const template = $("[data-photo-template]", form);
  const state = { uid: form.uid.value || newUid(), photosUrl: form.dataset.photos, saving: false, stopped: false, sent: "", leaving: false };
  form.uid.value = state.uid;
  form.classList.add("scripted");

  // --- words at the foot and at the top ----------------------------------------------------------------------------------------

  const needed = [["title", "活动名称"], ["category", "类别"], ["day", "日期"], ["place", "地点"], ["participants", "参加人次"], ["content", "活动内容"]];

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    const known = $("svg use", form);
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", known.getAttribute("href").replace(/#.*/, "#" + name));
    svg.appendChild(use);
    return svg;
  }

  function say(node, name, text) {
    node.textContent = "";
    if (name) node.appendChild(icon(name));
    node.appendChild(document.createTextNode((name ? " " : "") + text));
  }

  function rule() { return rules[form.category.value]; }

  function rows() { return all("[data-photo]", box); }

  function stored() { return rows().filter((row) => row.dataset.state === "saved").length; }

  function tell() {
    const missing = needed.filter((pair) => !form[pair[0]].value.trim()).map((pair) => pair[1]);
    const least = rule() ? rule().photos : 0;
    const have = rows().length;
    if (have < least) missing.push("照片 " + (least - have) + " 张");
    const node = $("[data-missing]", form);
    if (missing.length) {
      node.className = "late";
      say(node, "exclamation-circle", "还差 " + missing.length + " 项：" + missing.slice(0, 3).join("、") + (missing.length > 3 ? "等" : ""));
    } else {
      node.className = "ok";
      say(node, "check-circle", "填写齐全，可以提交");
    }
    $("[data-photo-count]", form).textContent = have ? "照片已保存 " + stored() + "/" + have : "";
    rows().forEach((row, number) => paint(row, number + 1, have));
    const need = $("[data-photo-need]", form);
    if (rule()) need.textContent = rule().photos ? "至少 " + rule().photos + " 张，含全景和签到表" : "这类活动不要求照片";
    const consent = $("[data-consent]", form);
    consent.hidden = !(rule() && rule().minors) && !form.guardian_consent.checked && !have;
  }

  function draftSaid(text, name) { say($("[data-draft-state]", form), name === undefined ? "check2" : name, text); }

  function offline(is) { $("[data-offline]").hidden = !is; }

  // --- the draft: in this browser at once, on the server a moment later --------------------------------------------------------

  function fields() {
    const found = {};
    new FormData(form).forEach((value, name) => {
      if (typeof value !== "string" || name === "csrfmiddlewaretoken" || name.indexOf("kind_") === 0) return;
      (found[name] = found[name] || []).push(value);
    });
    return found;
  }

  function typed() {
    const found = fields();
    delete found.version;
    delete found.uid;
    return JSON.stringify(found);
  }

  function fill(kept) {
    Object.keys(kept).forEach((name) => {
      if (name === "version" || name === "uid") return;
      const controls = all("[name='" + name + "']", form);
      controls.forEach((control) => {
        if (control.type === "checkbox") control.checked = kept[name].indexOf(control.value) >= 0;
        else if (control.type !== "file") control.value = kept[name][0];
      });
    });
    if (!kept.guardian_consent) form.guardian_consent.checked = false;
  }

  function keepHere(sent) {
    return drafts.save({ uid: state.uid, person: person, fields: fields(), at: Date.now(), sent: Boolean(sent), title: form.title.value, edit: state.photosUrl ? location.pathname : "" });
  }

  function packed(kept, deed) {
    const body = new FormData();
    Object.keys(kept).forEach((name) => kept[name].forEach((value) => body.append(name, value)));
    body.set("deed", deed);
    return body;
  }

  function post(address, body) {
    return fetch(address, { method: "POST", body: body, credentials: "same-origin", headers: { "X-CSRFToken": csrf(), Accept: "application/json" } });
  }

  async function autosave() {
    if (state.saving || state.stopped || state.leaving) return false;
    const now = typed();
    if (state.photosUrl && now === state.sent) return true;
    state.saving = true;
    await keepHere(false);
    try {
      const response = await post(state.photosUrl ? location.pathname : form.dataset.new, packed(fields(), "autosave"));
      const what = answered(response);
      if (what === "expired") { $("[data-expired]").hidden = false; return false; }
      if (what === "refused") { await refused(response); return false; }
      const saved = await response.json();
      $("[data-expired]").hidden = true;
      offline(false);
      form.version.value = saved.version;
      state.photosUrl = saved.photos;
      state.sent = now;
      if (location.pathname !== saved.edit) history.replaceState(null, "", saved.edit);
      if (form.pxClean) form.pxClean();
      await keepHere(now === typed());
      const wrong = Object.keys(saved.errors).length;
      draftSaid((wrong ? "有 " + wrong + " 处没有存上 " : "草稿已存 ") + saved.saved, wrong ? "exclamation-circle" : "check2");
      marked(saved.errors);
      return true;
    } catch (fault) {
      offline(true);
      draftSaid("存在本机", "phone");
      return false;
    } finally {
      state.saving = false;
    }
  }

  async function refused(response) {
    let said = {};
    try { said = await response.json(); } catch (fault) { said = {}; }
    if (said.closed && said.url) { state.leaving = true; await drafts.drop(state.uid); location.assign(said.url); return; }
    if (said.stale || said.closed) {
      state.stopped = true;
      $("[data-conflict-said]").textContent = said.message || "";
      $("[data-conflict]").hidden = false;
      return;
    }
    draftSaid(said.message || "草稿没有存上，稍后再试", "exclamation-circle");
  }

  function marked(errors) {
    all("[data-live-error]", form).forEach((node) => node.remove());
    needed.concat([["start_time", ""], ["volunteers", ""], ["organiser", ""]]).forEach((pair) => {
      const control = form[pair[0]];
      const text = errors[pair[0]];
      if (!text) { if (control.dataset.liveBad) { control.classList.remove("is-bad"); control.removeAttribute("aria-invalid"); delete control.dataset.liveBad; } return; }
      const note = document.createElement("div");
      note.className = "err";
      note.id = "live-" + pair[0];
      note.dataset.liveError = "1";
      say(note, "exclamation-circle", text);
      control.closest(".f").appendChild(note);
      control.classList.add("is-bad");
      control.dataset.liveBad = "1";
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", note.id);
    });
  }

  let soon = null;
  let here = null;
  function changed() {
    tell();
    clearTimeout(here);
    here = setTimeout(() => keepHere(false), 300);
    clearTimeout(soon);
    soon = setTimeout(autosave, 3000);
  }
  form.addEventListener("input", (event) => { if (!event.target.closest("[data-photo]")) changed(); });
  form.addEventListener("change", (event) => {
    if (event.target.closest("[data-photo]") || event.target.type === "file") return;
    changed();
    clearTimeout(soon);
    // The chips of a new category arrive first.
    soon = setTimeout(autosave, event.target.name === "category" ? 900 : 150);
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && typed() !== state.sent) { keepHere(false); autosave(); } });
  window.addEventListener("online", () => { offline(false); autosave().then(sendPhotos); sendOthers(); });
  window.addEventListener("offline", () => offline(true));
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "tasks-field") changed(); });

  // --- photos ------------------------------------------------------------------------------------------------------------------

  function paint(row, number, total) {
    const said = $("[data-said]", row);
    const place = number + "/" + total + " ";
    const percent = row.dataset.percent || 0;
    const bar = $("[data-bar]", row);
    if (bar) { bar.hidden = row.dataset.state !== "sending"; bar.value = percent; }
    const again = $("[data-again]", row);
    if (again) again.hidden = row.dataset.state !== "failed";
    $("[data-kind]", row).setAttribute("aria-label", "第 " + number + " 张照片的类别");
    if (row.dataset.state === "saved") { said.className = "state ok b"; say(said, "check-circle-fill", place + "已保存"); }
    else if (row.dataset.state === "sending") { said.className = "state go"; say(said, "", place + "上传 " + percent + "%"); }
    else if (row.dataset.state === "failed") { said.className = "state late"; say(said, "x-circle", place + "没有传上"); }
    else { said.className = "state warn"; say(said, "clock", place + (navigator.onLine === false ? "等待网络" : "等待上传")); }
  }

  // A smaller picture leaves the phone: at most 1,600 px, upright. What the browser cannot read (HEIC) goes as it is.
  async function shrunk(file) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || !window.createImageBitmap) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const share = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
      if (share === 1 && file.size < 1024 * 1024 && file.type !== "image/webp") { picture.close(); return file; }
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * share);
      canvas.height = Math.round(picture.height * share);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
      return blob && blob.size < file.size ? blob : file;
    } catch (fault) {
      return file;
    }
  }

  function named(name, blob) {
    return blob.type === "image/jpeg" && !/\.jpe?g$/i.test(name) ? name.replace(/\.[^.]*$/, "") + ".jpg" : name;
  }

  function addRow(photo) {
    const row = template.content.firstElementChild.cloneNode(true);
    row.dataset.uid = photo.uid;
    const image = $("img", row);
    const address = URL.createObjectURL(photo.blob);
    image.addEventListener("error", () => { image.hidden = true; });
    image.src = address;
    image.alt = photo.name;
    $("[data-kind]", row).value = photo.kind;
    $("[data-receipt]", row).textContent = photo.name;
    row.dataset.turns = photo.turns || 0;
    box.appendChild(row);
    return row;
  }

  async function choose(list) {
    const room = MOST_PHOTOS - rows().length;
    if (list.length > room) window.penxi.say("一条记录最多 " + MOST_PHOTOS + " 张照片");
    for (const file of Array.from(list).slice(0, Math.max(room, 0))) {
      const blob = await shrunk(file);
      const order = rows().length;
      const photo = { uid: newUid(), activity: state.uid, person: person, blob: blob, name: named(file.name || "照片.jpg", blob), kind: order ? "process" : "scene", order: order, turns: 0 };
      await photos.save(photo);
      addRow(photo);
      tell();
    }
    sendPhotos();
  }

  function upload(photo, row) {
    return new Promise((resolve) => {
      const body = new FormData();
      body.append("file", photo.blob, photo.name);
      body.append("uid", photo.uid);
      body.append("kind", row ? $("[data-kind]", row).value : photo.kind);
      const request = new XMLHttpRequest();
      request.open("POST", state.photosUrl);
      request.setRequestHeader("X-CSRFToken", csrf());
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        row.dataset.percent = Math.floor((event.loaded / event.total) * 100);
        tell();
      });
      request.addEventListener("load", () => {
        let said = null;
        try { said = JSON.parse(request.responseText); } catch (fault) { said = null; }
        if (request.status === 200 && said && said.id) resolve({ saved: said });
        else if (request.status === 422 || request.status === 413 || request.status === 404) resolve({ reason: (said && said.reason) || "这张照片太大或打不开，请换一张" });
        else if (request.status >= 500) resolve({ wait: true });
        else resolve({ expired: true });
      });
      request.addEventListener("error", () => resolve({ wait: true }));
      request.addEventListener("abort", () => resolve({ wait: true }));
      request.send(body);
    });
  }

  let sending = null;
  function sendPhotos() {
    if (!sending) sending = sendAll().finally(() => { sending = null; tell(); });
    return sending;
  }

  async function sendAll() {
    if (!rows().some((row) => row.dataset.state === "waiting")) return;
    if (!state.photosUrl && !(await autosave())) return;
    for (;;) {
      const row = rows().find((one) => one.dataset.state === "waiting");
      if (!row) return;
      const photo = (await photos.of(state.uid)).find((one) => one.uid === row.dataset.uid) || row.photo;
      if (!photo) { row.remove(); continue; }
      row.dataset.state = "sending";
      row.dataset.percent = 0;
      tell();
      const outcome = await upload(photo, row);
      if (outcome.saved) await settled(row, outcome.saved);
      else if (outcome.reason) { row.dataset.state = "failed"; $("[data-receipt]", row).textContent = outcome.reason; await photos.drop(photo.uid); row.photo = photo; }
      else {
        row.dataset.state = "waiting";
        $("[data-receipt]", row).textContent = "已中断，联网后自动重传";
        if (outcome.expired) $("[data-expired]").hidden = false; else offline(true);
        tell();
        return;
      }
      tell();
    }
  }

  async function settled(row, saved) {
    row.dataset.state = "saved";
    row.dataset.id = saved.id;
    row.dataset.delete = saved.delete;
    row.dataset.rotate = saved.rotate;
    row.dataset.setKind = saved.set_kind;
    $("[data-receipt]", row).textContent = "回执 " + saved.receipt + " · " + sized(saved.size);
    const image = $("img", row);
    URL.revokeObjectURL(image.src);
    image.hidden = false;
    image.src = saved.preview;
    await photos.drop(saved.uid);
    const turns = Number(row.dataset.turns || 0);
    for (let turn = 0; turn < turns; turn += 1) await turned(row);
  }

  function sized(bytes) {
    return bytes < 1024 * 1024 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1024 / 1024).toFixed(1) + " MB";
  }

  async function turned(row) {
    const response = await post(row.dataset.rotate, new FormData());
    if (response.ok) { const saved = await response.json(); $("img", row).src = saved.preview; $("[data-receipt]", row).textContent = "回执 " + saved.receipt + " · " + sized(saved.size); }
    else window.penxi.say("照片没有转成，请重试");
  }

  box.addEventListener("click", async (event) => {
    const row = event.target.closest("[data-photo]");
    if (!row) return;
    const saved = row.dataset.state === "saved";
    if (event.target.closest("[data-turn]")) {
      event.preventDefault();
      if (!saved) { row.dataset.turns = (Number(row.dataset.turns || 0) + 1) % 4; $("img", row).className = "turn-" + row.dataset.turns; return; }
      try { await turned(row); } catch (fault) { offline(true); }
    } else if (event.target.closest("[data-again]")) {
      row.dataset.state = "waiting";
      $("[data-receipt]", row).textContent = "";
      if (row.photo) await photos.save(row.photo);
      sendPhotos();
    } else if (event.target.closest("[data-remove]")) {
      event.preventDefault();
      if (saved) {
        try {
          const response = await post(row.dataset.delete, new FormData());
          if (!response.ok) { window.penxi.say("照片没有删掉，请重试"); return; }
        } catch (fault) { offline(true); return; }
      }
      await photos.drop(row.dataset.uid);
      const next = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      tell();
      const stop = next ? $("[data-remove]", next) : $("[data-album]", form);
      if (stop) stop.focus();
    }
  });
  box.addEventListener("change", async (event) => {
    const row = event.target.closest("[data-photo]");
    if (!row || !event.target.matches("[data-kind]") || row.dataset.state !== "saved") return;
    const body = new FormData();
    body.set("kind", event.target.value);
    try { if (!(await post(row.dataset.setKind, body)).ok) window.penxi.say("照片类别没有存上，请重试"); } catch (fault) { offline(true); }
  });
  all("[data-camera], [data-album]", form).forEach((input) => input.addEventListener("change", async () => { const list = Array.from(input.files); input.value = ""; await choose(list); }));

  // --- handing in: everything typed and every photo is on the server first -------------------------------------------------------

  form.addEventListener("submit", async (event) => {
    if (state.leaving) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.finishing) return;
    const button = event.submitter || $(".btn-primary", form);
    form.dataset.finishing = "1";
    window.penxi.busy(button);
    clearTimeout(soon);
    await keepHere(false);
    await sendPhotos();
    if (!state.photosUrl && rows().some((row) => row.dataset.state === "waiting")) await sendPhotos();
    while (state.saving) await new Promise((resolve) => setTimeout(resolve, 100));
    const kept = await autosave();
    if (!$("[data-expired]").hidden) { finish(button, "登录已过期，内容都存在本机。请重新登录"); $("[data-login]").focus(); return; }
    const waiting = rows().filter((row) => row.dataset.state === "waiting").length;
    const blocked = !$("[data-expired]").hidden || !$("[data-offline]").hidden || navigator.onLine === false;
    if (waiting && blocked && button.value === "submit") {
      finish(button, "照片还有 " + waiting + " 张没有传上，内容都存在本机。联网后再提交");
      return;
    }
    if (navigator.onLine === false) {
      offline(true);
      finish(button, "没有网络，内容都存在本机。联网后再" + (button.value === "submit" ? "提交" : "暂存"));
      return;
    }
    // The page itself answers, as without script; the photos are there already.
    state.leaving = true;
    $("#id_photos", form).disabled = true;
    all("[data-camera], [data-album]", form).forEach((input) => { input.disabled = true; });
    const deed = document.createElement("input");
    deed.type = "hidden";
    deed.name = "deed";
    deed.value = button.value || "save";
    form.appendChild(deed);
    form.action = state.photosUrl ? location.pathname : form.dataset.new;
    if (form.pxClean) form.pxClean();
    await keepHere(kept);
    form.submit();
  }, true);

  function finish(button, words) {
    delete form.dataset.finishing;
    window.penxi.rested(button);
    window.penxi.say(words);
  }
  window.addEventListener("pageshow", (event) => { if (event.persisted) { state.leaving = false; delete form.dataset.finishing; all(".busy").forEach(window.penxi.rested); } });

  // --- what lay in this browser ----------------------------------------------------------------------------------------------------

  async function restorePhotos() {
    const shown = rows().map((row) => row.dataset.uid);
    (await photos.of(state.uid)).forEach((photo) => { if (shown.indexOf(photo.uid) < 0) addRow(photo); else photos.drop(photo.uid); });
    tell();
    sendPhotos();
  }

  async function restore() {
    const mine = await drafts.all(person);
    const kept = mine.find((draft) => draft.uid === state.uid);
    // A page that came back with reasons holds the newest words already.
    if (kept && !kept.sent && form.dataset.fresh === "yes" && JSON.stringify(kept.fields.content) + JSON.stringify(kept.fields.title) !== JSON.stringify(fields().content) + JSON.stringify(fields().title)) {
      fill(kept.fields);
      window.penxi.say("已恢复本机保存的内容");
      changed();
    }
    const left = mine.filter((draft) => draft.uid !== state.uid && !draft.sent && (draft.title || (draft.fields.content || [""])[0]));
    if (left.length && !form.dataset.photos) offer(left[left.length - 1]);
    await restorePhotos();
    await sweep(mine);
  }

  // What the server has is forgotten here after a day.
  function sweep(mine) {
    const old = Date.now() - 24 * 3600 * 1000;
    return Promise.all(mine.filter((draft) => draft.sent && draft.at < old && draft.uid !== state.uid).map((draft) => drafts.drop(draft.uid)));
  }

  function offer(draft) {
    const found = $("[data-found]");
    $("[data-found-said]").textContent = (draft.title || "未命名活动") + "，" + new Date(draft.at).toLocaleString("zh-CN", { hour12: false });
    found.hidden = false;
    $("[data-found-use]").addEventListener("click", async () => {
      found.hidden = true;
      state.uid = draft.uid;
      form.uid.value = draft.uid;
      fill(draft.fields);
      await restorePhotos();
      changed();
    });
    $("[data-found-drop]").addEventListener("click", async () => { found.hidden = true; await drafts.drop(draft.uid); });
  }

  // Drafts of earlier pages that never reached the server go out quietly; the unique uid makes a second sending the same record.
  function sendOthers() {
    return alone("penxi-send-drafts", async () => {
      for (const draft of await drafts.all(person)) {
        if (draft.uid === state.uid || draft.sent || !draft.title) continue;
        try {
          const response = await post(form.dataset.new, packed(Object.assign({}, draft.fields, { uid: [draft.uid] }), "autosave"));
          if (answered(response) === "ok") await drafts.save(Object.assign(draft, { sent: true }));
          else if (response.status === 409 && (await response.json()).closed) await drafts.drop(draft.uid);
        } catch (fault) { return; }
      }
    });
  }

  const login = $("[data-login]");
  login.addEventListener("click", () => { login.href = login.getAttribute("href").replace(/\?.*/, "") + "?next=" + encodeURIComponent(location.pathname); state.leaving = true; if (form.pxClean) form.pxClean(); });

  state.sent = form.dataset.photos && form.dataset.fresh === "yes" ? typed() : "";
  tell();
  restore();
  if (navigator.onLine === false) offline(true);
  if ("serviceWorker" in navigator && window.isSecureContext) {
    navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready)
      .then((registration) => { if (registration.active) registration.active.postMessage("keep-shell"); }).catch(() => undefined);
  }
})();
