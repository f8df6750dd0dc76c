// Photos and papers one at a time: each goes to the server as soon as it is chosen and shows its receipt. Lists may come later (htmx).
// Without this script the page has a plain file field instead.
(function () {
  "use strict";
  if (!window.fetch || !window.FormData) return;
  const LONG_SIDE = 1600;
  const $ = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  document.documentElement.classList.add("scripted");
  let sending = 0;

  function token() {
    const field = $("input[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  }

  function post(address, values) {
    const body = new FormData();
    Object.keys(values).forEach((name) => body.append(name, values[name], ...(values[name] instanceof File ? [values[name].name] : [])));
    body.append("csrfmiddlewaretoken", token());
    return fetch(address, { method: "POST", body: body, credentials: "same-origin", headers: { Accept: "application/json" } });
  }

  function tell(list, detail) {
    const rows = all("[data-shot]", list);
    const kept = rows.filter((row) => row.dataset.shot === "saved").length;
    const failed = rows.filter((row) => row.dataset.shot === "failed").length;
    const node = $("[data-shots-said]", list);
    if (node) {
      node.className = failed ? "said late" : kept === rows.length ? "said ok b" : "said";
      node.textContent = rows.length ? kept + "/" + rows.length + " 已保存" + (failed ? "，" + failed + " 张没有传上" : "") : "";
    }
    list.dispatchEvent(new CustomEvent("shots", { bubbles: true, detail: Object.assign({ sending: sending }, detail) }));
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
      return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" }) : file;
    } catch (fault) {
      return file;
    }
  }

  async function send(list, file) {
    const row = $("template[data-shot-template]").content.firstElementChild.cloneNode(true);
    const image = $("img", row);
    if (/^image\//.test(file.type)) image.src = URL.createObjectURL(file);
    else image.hidden = true;
    image.addEventListener("error", () => { image.hidden = true; });
    image.alt = file.name;
    $("[data-shot-name]", row).textContent = file.name.length > 9 ? file.name.slice(0, 8) + "…" : file.name;
    list.insertBefore(row, $("[data-shoot-row]", list));
    sending += 1;
    tell(list);
    let outcome = {};
    try {
      const uid = window.crypto.randomUUID ? { uid: window.crypto.randomUUID() } : {};
      const response = await post(list.dataset.photos, Object.assign({ file: await shrunk(file) }, uid));
      const answer = await response.json().catch(() => ({}));
      if (!response.ok || !answer.id) throw new Error(answer.reason || "没有传上，请重新选择");
      row.dataset.shot = "saved";
      row.dataset.delete = answer.delete;
      $("a", row).href = answer.url;
      if (answer.preview) { image.src = answer.preview; image.hidden = false; }
      outcome = answer;
    } catch (fault) {
      row.dataset.shot = "failed";
      window.penxi.say(fault instanceof TypeError ? "网络断开，没有传上。联网后请重新选择" : fault.message);
    }
    row.classList.remove("sending");
    sending -= 1;
    tell(list, outcome);
  }

  document.addEventListener("change", async (event) => {
    if (!event.target.matches("[data-shoot]")) return;
    const list = event.target.closest("[data-photos]");
    const chosen = Array.from(event.target.files);
    event.target.value = "";
    for (const file of chosen) await send(list, file);
  });

  document.addEventListener("click", async (event) => {
    const drop = event.target.closest("[data-drop]");
    if (!drop) return;
    event.preventDefault();
    const row = drop.closest("[data-shot]");
    const list = drop.closest("[data-photos]");
    let outcome = {};
    if (row.dataset.delete) {
      const response = await post(row.dataset.delete, {}).catch(() => null);
      if (!response || !response.ok) { window.penxi.say("没有删掉，请重试"); return; }
      outcome = await response.json().catch(() => ({}));
    }
    row.remove();
    tell(list, outcome);
    $("[data-shoot]", list).focus();
  });

  // A form is not sent while a photo is on its way.
  document.addEventListener("submit", (event) => {
    if (!sending || event.target.method !== "post") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    window.penxi.say("照片还在上传，传完再提交");
  }, true);

  all("[data-photos]").forEach((list) => tell(list));
  document.addEventListener("htmx:afterSwap", (event) => all("[data-photos]", event.target).forEach((list) => tell(list)));
})();
