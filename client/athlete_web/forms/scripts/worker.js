"use strict";
/* Without a connection: the empty page of a form in place of what the node would send. The network always comes first,
   so that a kept page is seen only where there is none; it is deleted as soon as nobody is signed in here. */
const STORE = "homefield-own-1";
const PATIENCE_MS = 8000;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

function keptPath(path) {
  const form = /^\/me\/forms\/([a-z0-9-]+)(\/of\/\d\/\d)?$/.exec(path);
  return form ? `/me/offline/${form[1]}` : "/me/offline";
}

// Looks without opening: that would make the store anew after a sign-out.
const held = (path) => caches.match(path, { cacheName: STORE });

async function page(request, path) {
  const kept = (await held(keptPath(path))) || (await held("/me/offline"));
  const asked = fetch(request);
  try {
    const answer = await (kept ? Promise.race([asked, late()]) : asked);
    if (path === "/me/sign-in" && answer.ok) await caches.delete(STORE);
    return answer;
  } catch (error) {
    if (!kept) throw error;
    return kept;
  }
}

const late = () => new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), PATIENCE_MS));

async function file(request, path) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await held(path);
    if (!kept) throw error;
    return kept;
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === "/me/sign-out") event.waitUntil(caches.delete(STORE));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request, pathname));
  else if (/^\/(static|me\/scripts)\//.test(pathname)) event.respondWith(file(request, pathname));
});
