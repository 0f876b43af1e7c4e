/** Suggestions under a search box: a combobox after the ARIA pattern, at peace with Japanese conversion. */

import { ask } from "./server.js";
import { calm, hasModifier, inConversion } from "./typing.js";
import { word } from "./words.js";

const CACHE = 60;
let boxes = 0;

class Suggest {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.suggest;
    this.input = form.querySelector('input[name="q"]');
    this.found = [];
    this.cache = new Map();
    this.active = -1;
    this.running = null;
    this.isEnding = false;
    this.askSoon = calm(120, () => this.ask());
    this.build(`suggest-${(boxes += 1)}`);
  }

  build(id) {
    this.panel = document.createElement("div");
    this.panel.className = "search__list";
    this.panel.hidden = true;
    this.list = document.createElement("ul");
    this.list.id = id;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", word("suggestions"));
    this.panel.append(this.list);
    this.voice = document.createElement("p");
    this.voice.className = "sr";
    this.voice.setAttribute("role", "status");
    this.form.append(this.panel, this.voice);
    const facts = { role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list" };
    for (const [name, value] of Object.entries(facts)) this.input.setAttribute(name, value);
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  async ask() {
    const q = this.input.value.trim();
    this.running?.abort();
    if (!q) return this.close();
    const running = new AbortController();
    this.running = running;
    const pending = setTimeout(() => this.form.setAttribute("aria-busy", "true"), 300);
    try {
      const found = await this.fetch(q, running.signal);
      // Only the newest answer may be drawn, and only under a box that somebody is in.
      if (running.signal.aborted || document.activeElement !== this.input) return undefined;
      this.draw(found);
    } catch {
      if (!running.signal.aborted) this.close();
    } finally {
      clearTimeout(pending);
      if (this.running === running) this.form.removeAttribute("aria-busy");
    }
    return undefined;
  }

  async fetch(q, signal) {
    if (this.cache.has(q)) return this.cache.get(q);
    const url = new URL(this.url, location.href);
    url.searchParams.set("q", q);
    const { suggestions = [] } = await (await ask(url, { signal, quiet: true })).json();
    if (this.cache.size >= CACHE) this.cache.delete(this.cache.keys().next().value);
    this.cache.set(q, suggestions);
    return suggestions;
  }

  draw(found) {
    this.found = found;
    this.list.replaceChildren(...found.map((one, at) => this.option(one, at)));
    this.choose(-1);
    this.show(found.length > 0);
    this.voice.textContent = found.length ? word("suggested", { n: found.length }) : word("noneSuggested");
  }

  option({ title }, at) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${at}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const text = document.createElement("span");
    const typed = this.input.value.trim();
    const hit = title.toLowerCase().indexOf(typed.toLowerCase());
    if (hit < 0) {
      text.textContent = title;
    } else {
      const marked = document.createElement("mark");
      marked.textContent = title.slice(hit, hit + typed.length);
      text.append(title.slice(0, hit), marked, title.slice(hit + typed.length));
    }
    option.append(text);
    return option;
  }

  show(isShown) {
    this.panel.hidden = !isShown;
    this.input.setAttribute("aria-expanded", String(isShown));
  }

  close() {
    this.askSoon.stop();
    this.running?.abort();
    this.form.removeAttribute("aria-busy");
    this.show(false);
    this.choose(-1);
    this.voice.textContent = "";
  }

  choose(at) {
    this.active = at;
    for (const [index, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(index === at));
      if (index === at) option.scrollIntoView({ block: "nearest" });
    }
    if (at < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", this.list.children[at].id);
  }

  open(at, { aside = false } = {}) {
    const { url } = this.found[at];
    this.close();
    if (aside) return window.open(url, "_blank", "noopener");
    const chosen = new CustomEvent("kb:chosen", { bubbles: true, cancelable: true, detail: url });
    if (this.form.dispatchEvent(chosen)) location.assign(url);
    return undefined;
  }

  step(way) {
    const places = this.found.length + 1;
    this.choose(((this.active + 1 + way + places) % places) - 1);
  }

  pressed(event) {
    if (inConversion(event)) {
      // Some browsers send a form with the Enter that ends a conversion.
      this.isEnding = event.key === "Enter" || event.code === "Enter";
      setTimeout(() => { this.isEnding = false; }, 50);
      return;
    }
    if (hasModifier(event) || event.shiftKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!this.isOpen) {
        if (event.key === "ArrowDown" && this.input.value.trim()) this.ask();
        else return;
      } else {
        this.step(event.key === "ArrowDown" ? 1 : -1);
      }
    } else if (event.key === "Enter" && this.isOpen && this.active >= 0) {
      this.open(this.active);
    } else if (event.key === "Escape" && this.isOpen) {
      this.close();
    } else {
      if (event.key === "Enter") this.close();
      return;
    }
    event.preventDefault();
  }

  listen() {
    this.input.addEventListener("input", this.askSoon);
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => this.close());
    this.form.addEventListener("submit", (event) => {
      if (this.isEnding) event.preventDefault();
      else this.close();
    });
    // The box keeps its focus while an option is pressed.
    this.panel.addEventListener("mousedown", (event) => event.preventDefault());
    this.panel.addEventListener("click", (event) => {
      const at = [...this.list.children].indexOf(event.target.closest('[role="option"]'));
      if (at >= 0) this.open(at, { aside: event.ctrlKey || event.metaKey });
    });
    addEventListener("pageshow", (event) => event.persisted && this.close());
  }
}

export function init() {
  for (const form of document.querySelectorAll("form[data-suggest]")) {
    const box = form.querySelector('input[name="q"]');
    if (box) new Suggest(form).listen();
  }
}
