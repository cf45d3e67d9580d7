/* Keeps one page: what to read while the network is gone. Nothing personal is kept on the device. */
"use strict";
const KEPT = "offline-1", PAGE = "{% url "web:offline" %}";
self.addEventListener("install", (event) => event.waitUntil(caches.open(KEPT).then((c) => c.add(PAGE)).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
});
