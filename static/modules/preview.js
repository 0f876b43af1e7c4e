/** Show beside the editor what an audience would read, a moment after the last key. */

import { ask } from "./server.js";
import { calm } from "./typing.js";

class Preview {
  constructor(form, pane, field) {
    this.form = form;
    this.pane = pane;
    this.field = field;
    // Where staff's part is written beside the answer, both make the page.
    this.inside = form.elements.inside;
    this.running = null;
    this.drawSoon = calm(400, () => this.draw());
  }

  get audience() {
    const pressed = this.form.querySelector('[data-preview-as] [aria-pressed="true"]');
    return pressed?.value ?? this.form.elements.audience?.value ?? "staff";
  }

  async draw() {
    this.drawSoon.stop();
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    // The old text stays, dimmed only when the new one is slow.
    const dim = setTimeout(() => this.pane.setAttribute("aria-busy", "true"), 150);
    try {
      const fields = new URLSearchParams({ body: this.field.value, audience: this.audience });
      if (this.inside) fields.set("inside", this.inside.value);
      const html = await (await ask(this.pane.dataset.preview, { fields, signal: running.signal })).text();
      if (running.signal.aborted) return;
      this.pane.innerHTML = html;
      this.pane.removeAttribute("aria-busy");
      document.dispatchEvent(new CustomEvent("kb:drawn", { detail: this.pane }));
    } catch {
      // What stands there is old now, so it stays dimmed until the next one succeeds.
      if (!running.signal.aborted) this.pane.setAttribute("aria-busy", "true");
    } finally {
      clearTimeout(dim);
    }
  }

  choose(button) {
    for (const one of button.closest("[data-preview-as]").querySelectorAll("button")) {
      one.setAttribute("aria-pressed", String(one === button));
    }
    this.draw();
  }

  listen() {
    this.field.addEventListener("input", this.drawSoon);
    this.inside?.addEventListener("input", this.drawSoon);
    this.form.querySelector("[data-preview-as]")?.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      event.preventDefault();
      this.choose(button);
    });
    this.form.addEventListener("change", (event) => {
      if (event.target.name === "audience" && !this.form.querySelector("[data-preview-as]")) this.draw();
    });
    addEventListener("online", () => this.draw());
    document.addEventListener("kb:signed-in", () => this.draw());
  }
}

export function init() {
  for (const pane of document.querySelectorAll("[data-preview]")) {
    const form = pane.closest("form");
    const field = form?.querySelector("textarea[data-body]");
    if (!field || !pane.dataset.preview) continue;
    const preview = new Preview(form, pane, field);
    preview.listen();
    if (field.value.trim()) preview.draw();
  }
}
