"use strict";
/* Answers that wait on this phone. Each is sealed (AES-GCM) under a key that no script can read out, with its random id
   and its athlete bound to it; it is kept for seven days at most, and sent once there is a connection and a session of
   the same athlete. The node takes an id once, so that sending one again is harmless. */
globalThis.ownAnswers = (() => {
  const { athlete, csrf } = document.currentScript.dataset;
  const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
  const able = globalThis.isSecureContext && "indexedDB" in globalThis && "locks" in navigator && "subtle" in crypto;

  const settled = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  async function within(store, mode, act) {
    const opening = indexedDB.open("homefield-own", 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("key");
      opening.result.createObjectStore("waiting", { keyPath: "id" });
    };
    const database = await settled(opening);
    try {
      // Nothing but this one request is awaited while the transaction is open: it would close by itself.
      return await settled(act(database.transaction(store, mode).objectStore(store)));
    } finally {
      database.close();
    }
  }

  async function phoneKey() {
    const held = await within("key", "readonly", (keys) => keys.get(1));
    if (held) return held;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    // "add" fails where another tab was first, and then its key counts.
    await within("key", "readwrite", (keys) => keys.add(made, 1)).catch(() => undefined);
    return within("key", "readonly", (keys) => keys.get(1));
  }

  const bound = (id, whose) => new TextEncoder().encode(JSON.stringify(["homefield-own-answer", whose, id]));

  async function keep(answer) {
    const [key, iv] = [await phoneKey(), crypto.getRandomValues(new Uint8Array(12))];
    const how = { name: "AES-GCM", iv, additionalData: bound(answer.id, athlete) };
    const sealed = await crypto.subtle.encrypt(how, key, new TextEncoder().encode(JSON.stringify(answer)));
    const row = { id: answer.id, athlete, since: Date.now(), iv, sealed };
    await within("waiting", "readwrite", (rows) => rows.put(row));
  }

  async function opened(row) {
    const how = { name: "AES-GCM", iv: row.iv, additionalData: bound(row.id, row.athlete) };
    return new TextDecoder().decode(await crypto.subtle.decrypt(how, await phoneKey(), row.sealed));
  }

  const rows = () => within("waiting", "readonly", (held) => held.getAll());
  const drop = (id) => within("waiting", "readwrite", (held) => held.delete(id));
  const own = async () => (await rows()).filter((row) => row.athlete === athlete).sort((a, b) => a.since - b.since);

  async function dropOld() {
    const old = (await rows()).filter((row) => Date.now() - row.since > WEEK_MS);
    for (const row of old) await drop(row.id);
    return old.length;
  }

  async function post(row) {
    const body = new URLSearchParams({ csrf, athlete, sending: await opened(row) });
    try {
      return await fetch("/me/answers", { method: "POST", body, redirect: "error", cache: "no-store" });
    } catch {
      return null;
    }
  }

  // Returns what came of it: how many were sent, where the last one stands, what was refused, and why the rest waits.
  const send = () =>
    navigator.locks.request("homefield-own-answers", async () => {
      const found = { sent: 0, old: await dropOld(), refused: [], where: "", why: "" };
      for (const row of await own()) {
        const answer = await post(row);
        if (answer === null) found.why = "waits";
        else if (answer.status === 401 || answer.status === 403) found.why = "sign";
        else if (answer.ok) {
          found.where = (await answer.json()).where;
          found.sent += 1;
          await drop(row.id);
        } else if ([409, 410, 422].includes(answer.status)) {
          const said = await answer.json().catch(() => ({}));
          found.refused.push(said.text || "");
          await drop(row.id);
        } else found.why = "later";
        if (found.why) break;
      }
      found.waiting = (await own()).length;
      return found;
    });

  return { able, session: csrf, keep, send };
})();
