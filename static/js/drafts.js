// Drafts and photos kept in this browser until the server has them: an expired session, a dead network, a closed page lose nothing.
// One database per device; every entry names its person, so that people who share a phone never see each other's drafts.
(function () {
  "use strict";

  const NAME = "penxi-drafts";

  function open() {
    return new Promise((resolve, reject) => {
      if (!window.indexedDB) { reject(new Error("no IndexedDB")); return; }
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("drafts", { keyPath: "uid" });
        request.result.createObjectStore("photos", { keyPath: "uid" });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  function work(store, mode, act) {
    return open().then((database) => new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => { database.close(); resolve(request && request.result); };
      transaction.onerror = transaction.onabort = () => { database.close(); reject(transaction.error); };
    }));
  }

  // A browser without storage (private window) keeps nothing; the form works all the same.
  const quietly = (promise, otherwise) => promise.catch(() => otherwise);

  const drafts = {
    save: (draft) => quietly(work("drafts", "readwrite", (store) => store.put(draft))),
    get: (uid) => quietly(work("drafts", "readonly", (store) => store.get(uid))),
    all: (person) => quietly(work("drafts", "readonly", (store) => store.getAll()), []).then((rows) => (rows || []).filter((row) => row.person === person)),
    drop: (uid) => quietly(work("drafts", "readwrite", (store) => store.delete(uid)))
      .then(() => photos.of(uid)).then((rows) => Promise.all(rows.map((row) => photos.drop(row.uid)))),
  };
  const photos = {
    save: (photo) => quietly(work("photos", "readwrite", (store) => store.put(photo))),
    of: (activity) => quietly(work("photos", "readonly", (store) => store.getAll()), [])
      .then((rows) => (rows || []).filter((row) => row.activity === activity).sort((a, b) => a.order - b.order)),
    drop: (uid) => quietly(work("photos", "readwrite", (store) => store.delete(uid))),
  };

  function newUid() {
    if (window.crypto.randomUUID) return window.crypto.randomUUID();
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  // Only one page of this browser sends at a time, or a draft would be sent twice.
  function alone(name, act) {
    if (!navigator.locks) return act();
    return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? act() : undefined));
  }

  function csrf() {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    const cookie = document.cookie.split("; ").find((part) => /csrftoken=/.test(part));
    return cookie ? cookie.slice(cookie.indexOf("=") + 1) : field ? field.value : "";
  }

  // What became of a request: "ok", "expired" (log in again), "refused", "offline".
  function answered(response) {
    if (response.redirected && /\/login\//.test(new URL(response.url).pathname)) return "expired";
    if (response.status === 401 || response.status === 403) return "expired";
    return response.ok ? "ok" : "refused";
  }

  window.penxiDrafts = { drafts: drafts, photos: photos, newUid: newUid, alone: alone, csrf: csrf, answered: answered };
})();
