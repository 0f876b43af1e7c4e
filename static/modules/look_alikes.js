/** While a story is being written, show what is already told. */

import { ask } from "./server.js";
import { calm } from "./typing.js";

class LookAlikes {
  constructor(form, fields, list) {
    this.form = form;
    this.fields = fields;
    this.list = list;
    this.asked = this.text;
    this.running = null;
    this.lookSoon = calm(600, () => this.look());
  }

  get text() {
    return this.fields.map((field) => field.value.trim()).filter(Boolean).join("\n");
  }

  async look() {
    const { text } = this;
    if (text === this.asked || text.length === 1) return;
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    try {
      const fields = new URLSearchParams({ text });
      const url = this.fields[0].dataset.lookAlikes;
      const html = await (await ask(url, { fields, signal: running.signal, quiet: true })).text();
      if (running.signal.aborted) return;
      this.asked = text;
      if (html.trim() !== this.list.innerHTML.trim()) this.list.innerHTML = html;
    } catch {
      // The list is a help, not a need: what stands there stays.
    }
  }

  listen() {
    for (const field of this.fields) {
      field.addEventListener("input", (event) => event.isComposing || this.lookSoon());
      field.addEventListener("compositionend", () => this.lookSoon());
    }
  }
}

export function init() {
  const list = document.querySelector("[data-look-alikes-list]");
  const fields = [...document.querySelectorAll("[data-look-alikes]")].filter((field) => field.dataset.lookAlikes);
  if (list && fields.length) new LookAlikes(fields[0].form, fields, list).listen();
}
