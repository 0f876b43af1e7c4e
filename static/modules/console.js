/** The staff search without a mouse: choose a hit by key, and its page opens beside the list. */

import { deedOf } from "./keys.js";
import { ask } from "./server.js";
import { announce, tell } from "./toasts.js";
import { hasModifier, inConversion, isTyping, quiet } from "./typing.js";
import { word } from "./words.js";

const FOLLOW = 500;

class Desk {
  constructor(view) {
    this.view = view;
    this.box = document.querySelector('.find input[type="search"]');
    this.running = null;
    this.isWalking = false;
    this.isBack = false;
    const asked = new URL(location.href).searchParams.get("open");
    // A page that somebody chose stays while they type on; one that merely stood first makes way for the next first.
    this.isChosen = Boolean(asked);
    this.shown = this.chosen?.dataset.hit ?? asked;
    history.replaceState({ ...history.state, open: this.chosen?.dataset.hit ?? null }, "");
  }

  get hits() {
    return [...document.querySelectorAll("[data-hits] [data-hit]")];
  }

  get chosen() {
    return document.querySelector("[data-hits] [data-hit][aria-current]");
  }

  point(id, { scroll = true } = {}) {
    for (const link of this.hits) {
      const isChosen = link.dataset.hit === String(id);
      link.closest("li").classList.toggle("is-selected", isChosen);
      if (isChosen) {
        link.setAttribute("aria-current", "true");
        if (scroll) link.closest("li").scrollIntoView({ block: "nearest" });
      } else {
        link.removeAttribute("aria-current");
      }
    }
  }

  /** Open a page beside the list. A walk with the arrows is one step of the history, not one a page. */
  open(id, href, { walking = false, reveal = true } = {}) {
    const write = walking && this.isWalking ? "replaceState" : "pushState";
    this.isWalking = walking;
    this.isChosen = true;
    history[write]({ open: String(id) }, "", href);
    return this.load(id, href, { reveal });
  }

  async load(id, href, { reveal = false } = {}) {
    this.shown = String(id);
    this.point(id);
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    const dim = setTimeout(() => this.view.setAttribute("aria-busy", "true"), 150);
    try {
      const html = await (await ask(this.address(id), { signal: running.signal })).text();
      if (running.signal.aborted) return;
      this.draw(html, reveal);
    } catch (error) {
      if (running.signal.aborted) return;
      // What can't be shown beside the list is shown the plain way, which knows how to say why.
      if (error.status && !error.isStranger && id !== "0") location.assign(href);
      else tell(error);
    } finally {
      clearTimeout(dim);
      if (this.running === running) this.view.removeAttribute("aria-busy");
    }
  }

  address(id) {
    const url = new URL(this.view.dataset.view.replace(/0$/, id), location.href);
    const q = new URL(location.href).searchParams.get("q");
    if (q) url.searchParams.set("q", q);
    return url;
  }

  draw(html, reveal) {
    this.view.innerHTML = html;
    this.view.scrollTop = 0;
    document.dispatchEvent(new CustomEvent("kb:drawn", { detail: this.view }));
    const title = this.view.querySelector("article h2")?.textContent;
    if (title) announce(word("opened", { title }));
    // In one column the page lies below the list; whoever only typed wants to see the list.
    if (reveal && this.view.getBoundingClientRect().top > innerHeight * 0.7) this.view.scrollIntoView();
  }

  /** A new list is there: the page beside it stays as long as somebody has chosen it. */
  async found(event) {
    // Without words the list is of news, and nobody has asked for any of them.
    const first = this.box.value.trim() ? this.hits[0] : null;
    const isBack = this.isBack;
    this.isBack = false;
    if (event.detail.sent && first) {
      first.focus({ preventScroll: true });
      this.open(first.dataset.hit, first.href, { reveal: false });
    } else if (isBack && first) {
      this.load(first.dataset.hit, first.href);
    } else {
      this.point(this.shown, { scroll: false });
      if (!first && !this.isChosen && !this.box.value.trim()) this.rest();
      if (this.isChosen || !first || first.dataset.hit === this.shown) return;
      await quiet(FOLLOW);
      if (!this.isChosen && first === this.hits[0]) this.load(first.dataset.hit, first.href);
    }
  }

  /** Nothing is asked for and nothing was chosen: what stood there at first comes back, in rooms that have such a thing. */
  rest() {
    if (this.view.dataset.rest === undefined || !Number(this.shown)) return;
    this.load("0", location.href);
  }

  /** Begin anew, with an empty box. */
  begin() {
    this.isChosen = false;
    this.isWalking = false;
    this.box.value = "";
    this.box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    if (!isTyping(document.activeElement)) this.box.focus();
    this.rest();
  }

  move(way, { focus = true } = {}) {
    const { hits } = this;
    const at = hits.indexOf(this.chosen);
    const next = hits[Math.min(hits.length - 1, Math.max(0, at < 0 ? (way > 0 ? 0 : hits.length - 1) : at + way))];
    document.dispatchEvent(new CustomEvent("kb:walked"));
    if (!next || next === this.chosen) return;
    if (focus) next.focus({ preventScroll: true });
    this.open(next.dataset.hit, next.href, { walking: true });
  }

  pressed(event) {
    if (inConversion(event) || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const isTypingHere = isTyping(event.target);
    if (event.ctrlKey && !event.metaKey && !event.altKey && ["n", "p"].includes(event.key)) {
      this.move(event.key === "n" ? 1 : -1, { focus: !isTypingHere });
    } else if (hasModifier(event)) {
      return;
    } else if (event.key === "Escape") {
      this.box?.focus();
      this.box?.select();
    } else if (isTypingHere || !this.letter(event)) {
      return;
    }
    event.preventDefault();
  }

  /** A key that is no text; true when it did something. */
  letter(event) {
    const isReading = this.view.contains(event.target);
    const deed = deedOf(event);
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !isReading && event.target.type !== "radio") {
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (deed === "next" || deed === "previous") {
      this.move(deed === "next" ? 1 : -1);
    } else if (deed === "open") {
      const hit = this.hits[event.key - 1];
      if (hit) this.open(hit.dataset.hit, hit.href);
    } else if (deed === "why") {
      this.chosen?.closest("li").querySelector("[data-why]")?.click();
    } else {
      return false;
    }
    return true;
  }

  clicked(event) {
    const link = event.target.closest?.("[data-hits] [data-hit]");
    if (!link || event.button || hasModifier(event) || event.shiftKey) return;
    event.preventDefault();
    this.open(link.dataset.hit, link.href);
  }

  /** A suggestion opens beside the list too: the call goes on, so the screen should stay. */
  suggested(event) {
    const id = new URL(event.detail, location.href).pathname.match(/\/pages\/(\d+)/)?.[1];
    if (!id) return;
    event.preventDefault();
    const url = new URL(location.href);
    url.searchParams.set("open", id);
    this.open(id, url.href);
    this.view.focus({ preventScroll: true });
  }

  listen() {
    document.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("kb:chosen", (event) => this.suggested(event));
    document.addEventListener("kb:found", (event) => this.found(event));
    document.addEventListener("kb:rest", () => this.begin());
    addEventListener("popstate", (event) => {
      this.isWalking = false;
      if (!event.state) return;
      this.isChosen = Boolean(event.state.open);
      this.isBack = !this.isChosen;
      if (this.isChosen) this.load(event.state.open, location.href);
    });
  }
}

export function init() {
  const view = document.querySelector("[data-view]");
  if (view?.dataset.view) new Desk(view).listen();
}
