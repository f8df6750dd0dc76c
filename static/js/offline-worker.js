// Service worker: network first for pages and /static/, never touches a POST. Without network only the empty form 记活动
// is shown; what is typed and photographed lies in IndexedDB (drafts.js) and goes out when the network is back.
"use strict";

const CACHE = "penxi-shell-1";
const SHELL = "/activities/new/";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith("penxi-") && name !== CACHE).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

// The page of 记活动 asks for its shell to be kept; logging out asks for everything to be forgotten.
self.addEventListener("message", (event) => {
  if (event.data === "keep-shell") {
    event.waitUntil(fetch(SHELL, { credentials: "same-origin" }).then((response) => {
      if (!response.ok || response.redirected) return undefined;
      return caches.open(CACHE).then((cache) => cache.put(SHELL, response));
    }).catch(() => undefined));
  }
  if (event.data === "forget") event.waitUntil(caches.delete(CACHE));
});

function fromCacheFirst(request) {
  return caches.open(CACHE).then((cache) => cache.match(request).then((kept) => kept || fetch(request).then((response) => {
    if (response.ok) cache.put(request, response.clone());
    return response;
  })));
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (address.pathname.startsWith("/static/")) {
    // While there is a network the newest file counts; the kept one serves when there is none.
    event.respondWith(fetch(request).then((response) => {
      if (response.ok) { const copy = response.clone(); caches.open(CACHE).then((cache) => cache.put(request, copy)); }
      return response;
    }).catch(() => fromCacheFirst(request)));
    return;
  }
  if (request.mode === "navigate" && /^\/activities\/(new|\d+\/edit)\/$/.test(address.pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(SHELL).then((shell) => shell || Response.error())));
  }
});
