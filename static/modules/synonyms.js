/** The synonyms' desk: what a line would be read as while it is typed, a filter that answers at once, deeds in place. */

import { ask } from "./server.js";
import { announce, tell } from "./toasts.js";
import { calm } from "./typing.js";

const LIST = "list";

/** Show under the line how it is read; once somebody has tried it, the trial keeps step with the line. */
class Reading {
  constructor(desk) {
    this.desk = desk;
    this.pane = desk.querySelector("[data-reading]");
    this.isTrying = false;
    this.running = null;
    this.drawSoon = calm(200, () => this.draw());
  }

  async draw() {
    this.drawSoon.stop();
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    const fields = new URLSearchParams(new FormData(this.desk.querySelector("form")));
    if (this.isTrying) {
      fields.set("action", "try");
      fields.set("try", this.pane.querySelector("[name=try]")?.value ?? "");
    }
    try {
      const html = await (await ask(this.desk.dataset.synonyms, { fields, signal: running.signal })).text();
      if (running.signal.aborted) return;
      const wasTrying = this.pane.contains(document.activeElement);
      this.pane.innerHTML = html;
      if (wasTrying) this.pane.querySelector("[name=try]")?.focus();
      announce(this.pane.querySelector("[data-say]")?.textContent.trim() ?? "");
    } catch (error) {
      tell(error);
    }
  }

  try() {
    this.isTrying = true;
    this.draw();
  }
}

const readings = new WeakMap();

function readingOf(part) {
  const desk = part.closest("[data-synonyms]");
  if (desk && !readings.has(desk)) readings.set(desk, new Reading(desk));
  return readings.get(desk);
}

/** The same screen as the server draws it now. */
function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

/** Put the list of another drawing of this screen in place of the list here, with what it tells. */
function take(drawn) {
  document.getElementById(LIST).replaceWith(drawn.getElementById(LIST));
  for (const toast of drawn.querySelectorAll("[data-toast]")) document.querySelector("[data-toasts]")?.append(toast);
}

function siblingsAfter(node) {
  const all = [...node.parentElement.children];
  return all.slice(all.indexOf(node) + 1);
}

async function openRow(link) {
  const id = link.dataset.inPlace;
  const drawn = parsed(await (await ask(link.href)).text());
  const row = drawn.getElementById(id);
  if (!row) return location.assign(link.href);
  document.getElementById(id).replaceWith(row);
  row.querySelector("[name=line], a")?.focus();
}

async function send(form, button) {
  const row = form.closest("li");
  const place = row ? [...row.parentElement.children].indexOf(row) : 0;
  const fields = new URLSearchParams(new FormData(form));
  fields.set(button.name, button.value);
  take(parsed(await (await ask(form.getAttribute("action"), { fields })).text()));
  form.closest("[data-toast]")?.remove();
  // The button that was pressed is gone: go on with the row that stands there now.
  const rows = document.querySelectorAll(`#${LIST} .entry`);
  (rows[Math.min(place, rows.length - 1)] ?? document).querySelector(".row a, .row button, #f-q")?.focus();
}

async function filter(form) {
  const url = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
  filter.running?.abort();
  filter.running = new AbortController();
  const drawn = parsed(await (await ask(url, { signal: filter.running.signal })).text());
  const here = document.getElementById(LIST);
  // The field that is being typed into stays; everything after it is the new list.
  const search = here.querySelector("[data-filters]");
  const next = drawn.getElementById(LIST).querySelector("[data-filters]");
  search.querySelector("[data-count]").textContent = next.querySelector("[data-count]").textContent;
  for (const old of siblingsAfter(search)) old.remove();
  search.after(...siblingsAfter(next));
  history.replaceState(history.state, "", url);
}

const filterSoon = calm(150, (form) => filter(form).catch(tell));

export function init() {
  if (!document.querySelector("[data-synonyms]")) return;
  document.addEventListener("input", (event) => {
    if (event.isComposing) return;
    if (event.target.name === "line") readingOf(event.target)?.drawSoon();
    else if (event.target.form?.dataset.filters) filterSoon(event.target.form);
  });
  document.addEventListener("compositionend", (event) => {
    event.target.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-in-place]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openRow(link).catch(tell);
  });
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.dataset.filters) {
      event.preventDefault();
      filter(form).catch(tell);
    } else if (form.dataset.inPlace !== undefined) {
      event.preventDefault();
      send(form, submitter).catch(tell);
    } else if (submitter?.value === "try") {
      event.preventDefault();
      readingOf(form)?.try();
    }
  });
}
