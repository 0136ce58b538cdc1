"use strict";
/* A form that is sent through the queue of this phone, and the line that says what became of it. Where the browser
   lacks what that needs (plain http, an old phone), nothing is changed: the form is a document and works as one. */
(() => {
  const line = document.getElementById("kept");
  const form = document.querySelector("form[data-form]");
  const queue = globalThis.ownAnswers;
  const ready = (how) => document.documentElement.setAttribute("data-ready", how);

  function say(found) {
    if (!line) return;
    const told = [];
    if (found.sent) told.push(line.dataset.sent);
    if (found.why) told.push(line.dataset[found.why]);
    if (found.waiting) told.push(`${line.dataset.number} ${found.waiting}.`);
    for (const text of found.refused) told.push(`${line.dataset.refused} ${text}`.trim());
    if (found.old) told.push(line.dataset.old);
    line.textContent = told.join(" ");
    line.hidden = told.length === 0;
    line.dataset.waiting = found.waiting;
  }

  async function send() {
    const found = await queue.send();
    say(found);
    return found;
  }

  // The page may have been kept for days: id and day are those of this moment, in the node's time zone.
  const localDay = () => new Intl.DateTimeFormat("en-CA", { timeZone: line.dataset.zone }).format(new Date());

  function renew() {
    form.elements.id.value = crypto.randomUUID();
    const [chosen, today] = [form.elements.day, localDay()];
    if (chosen.options[0].value === today) return;
    const from = new Date(`${today}T00:00:00Z`);
    for (const [ago, option] of [...chosen.options].entries())
      option.value = new Date(from - ago * 86400000).toISOString().slice(0, 10);
    for (const [ago, option] of [...chosen.options].entries()) if (ago > 1) option.textContent = option.value;
    chosen.selectedIndex = 0;
  }

  function answered() {
    const found = {};
    for (const field of form.querySelectorAll("[name^='item-']")) {
      const id = field.name.slice("item-".length);
      if ("area" in field.dataset) {
        if (field.checked) found[id] = [...(found[id] || []), field.value];
      } else if (field.type === "radio" ? field.checked : field.value !== "") found[id] = Number(field.value);
    }
    return found;
  }

  function filledIn() {
    const fields = new FormData(form);
    return {
      id: fields.get("id"),
      form: form.dataset.form,
      version: Number(form.dataset.version),
      day: fields.get("day"),
      part: Number(fields.get("part") || 1),
      answered_at: new Date().toISOString(),
      answers: answered(),
      note: fields.get("note") || "",
      note_for: fields.get("note_for") || null,
    };
  }

  async function submitted(event) {
    event.preventDefault();
    const button = form.querySelector("button.go");
    if (button.disabled) return;
    button.disabled = true;
    try {
      const answer = filledIn();
      await queue.keep(answer);
      form.reset();
      renew();
      const found = await send();
      if (found.sent && !found.waiting && !found.refused.length) location.assign(found.where);
      else line.scrollIntoView();
    } catch {
      line.textContent = line.dataset.failed;
      line.hidden = false;
    } finally {
      button.disabled = false;
    }
  }

  // What this phone keeps for when there is no connection: empty pages, and the files that they need; once a sign-in.
  async function keepPages() {
    if (sessionStorage.getItem("kept") === queue.session && (await caches.has("homefield-own-1"))) return;
    const store = await caches.open("homefield-own-1");
    const files = ["/static/tokens.css", "/static/homefield.css", "/static/forms.css", "/static/mark.svg"];
    const pages = ["/me/offline", ...line.dataset.keep.split(" ").filter(Boolean).map((id) => `/me/offline/${id}`)];
    for (const path of [...pages, ...files, "/me/scripts/queue.js", "/me/scripts/forms.js"]) {
      const answer = await fetch(path, { redirect: "error", cache: "no-store" });
      if (answer.ok) await store.put(path, answer);
    }
    sessionStorage.setItem("kept", queue.session);
  }

  async function worker() {
    await navigator.serviceWorker.register("/me/worker.js", { scope: "/me" });
    await navigator.serviceWorker.ready;
    if (line && navigator.onLine) await keepPages();
  }

  if (!queue || !queue.able) {
    ready("document");
    return;
  }
  if (form && line) {
    renew();
    form.addEventListener("submit", submitted);
  }
  addEventListener("online", send);
  send();
  if ("serviceWorker" in navigator) worker().then(() => ready("kept"), () => ready("queue"));
  else ready("queue");
})();
