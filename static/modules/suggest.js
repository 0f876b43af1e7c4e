/** Suggestions under a search box: a combobox after the ARIA pattern, at peace with Japanese conversion. */

import { ask } from "./server.js";
import { announce } from "./toasts.js";
import { calm, hasModifier, inConversion } from "./typing.js";
import { word } from "./words.js";

const CACHE = 60;
let boxes = 0;

function made(name, facts = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(facts)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

/** Pieces of text, each with whether it is what was asked for. */
function marked(pieces) {
  return pieces.map(([text, isHit]) => (isHit ? made("mark", {}, text) : text));
}

class Suggest {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.suggest;
    // Where the list below follows the typing anyway, suggestions are for conversions, and for whoever asks by arrow.
    this.isLive = Boolean(form.dataset.live);
    this.input = form.querySelector('input[name="q"]');
    this.options = [];
    this.cache = new Map();
    this.active = -1;
    this.running = null;
    this.isEnding = false;
    this.askSoon = calm(120, () => this.ask());
    this.tellSoon = calm(500, (sentence) => announce(sentence));
    this.build(`suggest-${(boxes += 1)}`);
  }

  build(id) {
    this.list = made("div", { id, role: "listbox", "aria-label": word("suggestions") });
    this.panel = made("div", { class: "search__list" }, this.list);
    this.panel.hidden = true;
    this.form.append(this.panel);
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
    const found = await (await ask(url, { signal, quiet: true })).json();
    if (this.cache.size >= CACHE) this.cache.delete(this.cache.keys().next().value);
    this.cache.set(q, found);
    return found;
  }

  draw({ completions = [], suggestions = [] }) {
    const words = completions.map((one) => ({ element: this.option(one.fills), fills: one.fills }));
    const pages = suggestions.map((one) => ({ element: this.option(...this.page(one)), url: one.url }));
    this.options = [...words, ...pages];
    for (const [at, { element }] of this.options.entries()) element.id = `${this.list.id}-${at}`;
    this.list.replaceChildren(...this.group("words", words), ...this.group("pages", pages));
    this.choose(-1);
    this.show(this.options.length > 0);
    this.tellSoon(this.isOpen ? word("suggested", { n: this.options.length }) : word("noneSuggested"));
  }

  group(name, options) {
    if (!options.length) return [];
    const id = `${this.list.id}-${name}`;
    const label = made("p", { id, class: "search__group caption", role: "presentation" }, word(`${name}Suggested`));
    return [made("div", { role: "group", "aria-labelledby": id }, label, ...options.map(({ element }) => element))];
  }

  /** A page by its title; if a phrase of it matched, that stands beside. */
  page({ title, phrase, pieces = [[title, false]] }) {
    if (!phrase) return [made("span", {}, ...marked(pieces))];
    return [made("span", {}, title), made("span", { class: "caption" }, ...marked(pieces))];
  }

  option(...inside) {
    return made("div", { role: "option", "aria-selected": "false" }, ...inside);
  }

  show(isShown) {
    this.panel.hidden = !isShown;
    this.input.setAttribute("aria-expanded", String(isShown));
  }

  stop() {
    this.askSoon.stop();
    this.tellSoon.stop();
    this.running?.abort();
    this.form.removeAttribute("aria-busy");
  }

  close() {
    this.stop();
    this.show(false);
    this.choose(-1);
  }

  choose(at) {
    this.active = at;
    for (const [index, { element }] of this.options.entries()) {
      element.setAttribute("aria-selected", String(index === at));
      if (index === at) element.scrollIntoView({ block: "nearest" });
    }
    if (at < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", this.options[at].element.id);
  }

  open(at, { aside = false } = {}) {
    const { url, fills } = this.options[at];
    this.close();
    if (fills) {
      this.input.value = fills;
      return this.form.requestSubmit();
    }
    if (aside) return window.open(url, "_blank", "noopener");
    const chosen = new CustomEvent("kb:chosen", { bubbles: true, cancelable: true, detail: url });
    if (this.form.dispatchEvent(chosen)) location.assign(url);
    return undefined;
  }

  step(way) {
    const places = this.options.length + 1;
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
    this.input.addEventListener("input", (event) => {
      if (!this.isLive || event.isComposing || this.isOpen) this.askSoon();
    });
    this.input.addEventListener("compositionend", () => this.isLive && this.stop());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => this.close());
    this.form.addEventListener("submit", (event) => {
      if (this.isEnding) event.preventDefault();
      else this.close();
    });
    // The list below says it all now, unless somebody is just choosing.
    document.addEventListener("kb:found", () => {
      if (this.active < 0 && !this.panel.matches(":hover")) this.close();
    });
    // The box keeps its focus while an option is pressed.
    this.panel.addEventListener("mousedown", (event) => event.preventDefault());
    this.panel.addEventListener("click", (event) => {
      const chosen = event.target.closest('[role="option"]');
      const at = this.options.findIndex(({ element }) => element === chosen);
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
