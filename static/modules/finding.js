/** What a search finds, brought up to date while somebody types: the newest words alone, and nothing moves under a finger. */

import { ask } from "./server.js";
import { announce } from "./toasts.js";
import { calm } from "./typing.js";

// Settled text is searched soon. In a conversion the reader looks at the candidates, not at the list: only a long
// pause over it, as when somebody reads the list in the middle of a word, searches for the text as it is to be seen.
const SETTLED = 150;
const CONVERTING = 700;
const BUSY = 150;
const TOLD = 700;
const WALK = 1000;
const CLICK = 80;

class Finding {
  constructor(form, place) {
    this.form = form;
    this.place = place;
    this.input = form.querySelector('input[name="q"]');
    this.staysHere = document.querySelector("[data-view]") !== null;
    this.drawn = this.address();
    this.tail = document.title.slice(this.title.length);
    this.running = null;
    this.waiting = null;
    this.isPressed = false;
    this.walkedAt = -Infinity;
    this.isSent = false;
    this.settledSoon = calm(SETTLED, () => this.typed());
    this.pausedSoon = calm(CONVERTING, () => this.typed());
    this.tellSoon = calm(TOLD, () => announce(place.querySelector("[data-told]")?.textContent ?? ""));
  }

  get title() {
    return this.place.querySelector("[data-title]")?.dataset.title ?? "";
  }

  /** The address of this search, as the form would send it. */
  address() {
    const url = new URL(this.form.action);
    for (const [name, value] of new FormData(this.form)) if (value.trim()) url.searchParams.set(name, value.trim());
    return url.href;
  }

  typed() {
    const address = this.address();
    if (address === this.drawn) this.forget();
    else this.look(address, { typed: true });
  }

  /** Want no answer to what was asked before. */
  forget() {
    this.running?.abort();
    this.waiting = null;
  }

  /** Ask for a list and draw it; resolves to whether it was drawn, or will be as soon as nothing is touched. */
  async look(address, { typed = false } = {}) {
    this.settledSoon.stop();
    this.pausedSoon.stop();
    this.forget();
    const running = new AbortController();
    this.running = running;
    const dim = setTimeout(() => this.place.setAttribute("aria-busy", "true"), BUSY);
    try {
      const url = new URL(address);
      url.searchParams.set("part", "list");
      const html = await (await ask(url, { signal: running.signal, quiet: true })).text();
      // Only the newest answer counts, however late an older one comes.
      if (running.signal.aborted) return false;
      this.waiting = { html, address, typed };
      this.drawWaiting();
      return true;
    } catch {
      // What stands there stays; Enter asks the plain way, which knows how to say what is wrong.
      return false;
    } finally {
      clearTimeout(dim);
      if (this.running === running) this.place.removeAttribute("aria-busy");
    }
  }

  drawWaiting() {
    if (!this.waiting || this.isPressed) return;
    const left = this.walkedAt + WALK - performance.now();
    if (left > 0) {
      setTimeout(() => this.drawWaiting(), left);
      return;
    }
    const { html, address, typed } = this.waiting;
    this.waiting = null;
    this.draw(html);
    this.drawn = address;
    if (typed) this.write(address);
    document.title = this.title + this.tail;
    this.tellSoon();
    this.found();
  }

  /** Tell the desk that the list is there; `sent`: somebody has pressed Enter for it. */
  found() {
    const sent = this.isSent;
    this.isSent = false;
    document.dispatchEvent(new CustomEvent("kb:found", { detail: { sent } }));
  }

  draw(html) {
    const open = [...this.place.querySelectorAll("details[open][id]")].map((one) => one.id);
    const focused = this.place.contains(document.activeElement) ? document.activeElement : null;
    const hit = focused?.dataset.hit;
    this.place.innerHTML = html;
    for (const id of open) this.place.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    if (!focused) return;
    const again = hit && this.place.querySelector(`[data-hit="${CSS.escape(hit)}"]`);
    (again || this.input).focus({ preventScroll: true });
  }

  /** Follow in the address bar. What somebody settled on stays in the history; typing rewrites its own entry alone. */
  write(address) {
    const isOwn = history.state?.typed || !new URL(location.href).searchParams.get("q");
    history[isOwn ? "replaceState" : "pushState"]({ open: null, typed: true }, "", address);
  }

  /** Show the list that the address bar names: somebody went back or forward. */
  restore() {
    const url = new URL(location.href);
    this.input.value = url.searchParams.get("q") ?? "";
    for (const name of ["open", "part"]) url.searchParams.delete(name);
    url.hash = "";
    if (url.href !== this.drawn) this.look(url.href);
    else this.found();
  }

  /** Enter: where the page opens beside the list there is no need to leave. */
  async sent(event) {
    if (event.defaultPrevented || !this.staysHere || !this.input.value.trim()) return;
    event.preventDefault();
    this.walkedAt = -Infinity;
    this.isSent = true;
    const address = this.address();
    if (address === this.drawn && !this.waiting) this.found();
    else if (!(await this.look(address, { typed: true })) && this.isSent) this.form.submit();
  }

  listen() {
    this.input.addEventListener("input", (event) => {
      this.walkedAt = -Infinity;
      this.isSent = false;
      this.settledSoon.stop();
      if (event.isComposing) {
        this.pausedSoon();
      } else {
        this.forget();
        this.settledSoon();
      }
    });
    this.input.addEventListener("compositionend", () => this.settledSoon());
    this.form.addEventListener("submit", (event) => this.sent(event));
    document.addEventListener("kb:walked", () => { this.walkedAt = performance.now(); });
    this.place.addEventListener("pointerdown", () => { this.isPressed = true; });
    for (const end of ["pointerup", "pointercancel"]) {
      // The click comes after this, and has to meet what the finger saw.
      addEventListener(end, () => setTimeout(() => { this.isPressed = false; this.drawWaiting(); }, CLICK));
    }
    addEventListener("popstate", (event) => event.state && this.restore());
    if (!history.state) history.replaceState({ open: null }, "");
  }
}

export function init() {
  for (const form of document.querySelectorAll("form[data-live]")) {
    const place = document.getElementById(form.dataset.live);
    if (place) new Finding(form, place).listen();
  }
}
