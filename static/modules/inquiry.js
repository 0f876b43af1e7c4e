/** While an inquiry is being written, show what may answer it already; what is opened or touched stays where it is. */

import { ask } from "./server.js";
import { announce } from "./toasts.js";
import { calm } from "./typing.js";

const PAUSE = 700;
const LEAST = 4;

class Inquiry {
  constructor(form, place) {
    this.form = form;
    this.place = place;
    this.fields = [form.elements.subject, form.elements.text];
    this.asked = this.text;
    this.running = null;
    this.first = true;
    this.lookSoon = calm(PAUSE, () => this.look());
  }

  get text() {
    return this.fields.map((field) => field.value.trim()).join("\n");
  }

  /** Whether the list may change: somebody still writes, and reads no answer. */
  get isFree() {
    return this.fields.includes(document.activeElement) && !this.place.querySelector("details[open]");
  }

  async look() {
    const { text } = this;
    if (text === this.asked || text.length < LEAST) return;
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    try {
      const fields = new URLSearchParams({ subject: this.fields[0].value, text: this.fields[1].value });
      if (this.first) fields.set("first", "1");
      const html = await (await ask(this.form.dataset.inquiry, { fields, signal: running.signal, quiet: true })).text();
      if (running.signal.aborted || !this.isFree) return;
      this.asked = text;
      this.draw(html);
    } catch {
      // Whoever saw no answer here is shown them once more before the inquiry is sent.
    }
  }

  draw(html) {
    const before = this.ids().join();
    this.place.innerHTML = html;
    const shown = this.ids();
    if (shown.length) this.first = false;
    const { offered, seen } = this.form.elements;
    offered.value = [...new Set([...offered.value.split(",").filter(Boolean), ...shown])].join();
    seen.value = "1";
    const told = this.place.querySelector("[data-told]");
    if (told && shown.join() !== before) announce(told.textContent);
    told?.remove();
  }

  ids() {
    return [...this.place.querySelectorAll("[data-answer]")].map((one) => one.dataset.answer);
  }

  listen() {
    for (const field of this.fields) {
      field.addEventListener("input", (event) => event.isComposing || this.lookSoon());
      field.addEventListener("compositionend", () => this.lookSoon());
    }
  }
}

export function init() {
  const form = document.querySelector("form[data-inquiry]");
  const place = form?.querySelector("[data-inquiry-answers]");
  if (place) new Inquiry(form, place).listen();
}
