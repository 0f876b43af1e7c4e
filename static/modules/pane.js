/** The page beside the list in a call: what is done with it is written into the call, and stands there when it comes back. */

import { call } from "./call.js";
import { announce } from "./toasts.js";
import { calm } from "./typing.js";
import { word } from "./words.js";

const READ = 1000;
const SETTLED = 600;
const LONGEST = 400;
const WAYS = { phone: "talk", store: "talk", mail: "mail", chat: "chat", sns: "chat" };

/** Words of the page, as they are written down. */
function told(words) {
  return words.replace(/\s+/g, " ").trim().slice(0, LONGEST);
}

function wordsOf(box) {
  return told(box.closest("label")?.innerText ?? "");
}

class Pane {
  constructor(view) {
    this.view = view;
    this.goal = document.querySelector("[data-goal]");
    this.channel = call.facts?.channel;
    this.wasState = call.state;
    this.left = this.asked;
    this.readSoon = calm(READ, () => this.read());
    this.goalSoon = calm(SETTLED, () => this.keepGoal());
  }

  get article() {
    return this.view.querySelector("article[data-page]");
  }

  get shown() {
    const { page, revision } = this.article?.dataset ?? {};
    return { page, revision };
  }

  /** What somebody looked for and looks at. */
  get asked() {
    return `${this.shown.page} ${document.querySelector("form[data-live] input")?.value}`;
  }

  get steps() {
    return [...this.view.querySelectorAll("form[data-step]")];
  }

  get ticks() {
    return [...this.view.querySelectorAll(":is([data-ticks], [data-steps]) .tick input")];
  }

  facts(words = "") {
    return { page: this.shown.page, words: told(words) };
  }

  /** A page stands there: show what was done with it in this call, and the words for its channel. */
  drawn() {
    this.refresh();
    this.speak();
    this.readSoon.stop();
    if (this.article) this.readSoon();
  }

  read() {
    if (this.article && document.visibilityState === "visible") {
      document.dispatchEvent(new CustomEvent("kb:opened", { detail: this.shown }));
    }
  }

  refresh() {
    for (const form of this.steps) {
      const isDone = call.has(form.dataset.step, this.facts(form.dataset.words));
      form.querySelector("button").setAttribute("aria-pressed", String(isDone));
      form.closest(".blk--purpose")?.classList.toggle("is-picked", isDone);
    }
    for (const box of this.ticks) box.checked = call.has(this.kindOf(box), this.facts(wordsOf(box)));
    if (this.goal && document.activeElement !== this.goal) this.goal.value = call.facts?.purpose ?? "";
  }

  kindOf(box) {
    return box.closest("[data-ticks]") ? "ask" : "done";
  }

  /** Choose the wording that the channel of this call wants, where the page has one. */
  speak() {
    const way = this.view.querySelector(`input[name="way"][value="${WAYS[call.facts?.channel] ?? "talk"}"]`);
    if (way) way.checked = true;
  }

  changed() {
    const { state } = call;
    this.refresh();
    if (call.facts?.channel !== this.channel) this.speak();
    this.channel = call.facts?.channel;
    if (state === "on" && this.wasState === "off") this.readSoon();
    if (state === "wrap" && this.wasState !== "wrap") this.left = this.asked;
    // The next call begins with an empty box, unless its customer was quicker than the end of the last one.
    if (state === "off" && this.wasState === "wrap" && this.left === this.asked) {
      document.dispatchEvent(new CustomEvent("kb:rest"));
    }
    this.wasState = state;
  }

  toggle(form) {
    const { step } = form.dataset;
    const words = told(form.dataset.words);
    if (call.has(step, this.facts(words))) call.undo(step, this.facts(words));
    else call.step(step, { ...this.shown, words });
    if (step === "use") announce(word(call.has(step, this.facts(words)) ? "used" : "notUsed"));
    if (step === "purpose") this.suppose(words);
  }

  /** A picked purpose is a first guess at the line of the call, as long as nobody has written another. */
  suppose(words) {
    const written = call.facts?.purpose ?? "";
    const titles = this.steps.filter((form) => form.dataset.step === "purpose").map((form) => form.dataset.words);
    if (written && !titles.includes(written)) return;
    const picked = titles.findLast((title) => call.has("purpose", this.facts(title)));
    const line = call.has("purpose", this.facts(words)) ? words : picked ?? "";
    if (line !== written) call.set("purpose", line);
  }

  /** The key picks the first purpose, then the next instead, and after the last one none. */
  pick() {
    const forms = this.steps.filter((form) => form.dataset.step === "purpose");
    const at = forms.findIndex((form) => call.has("purpose", this.facts(form.dataset.words)));
    if (at >= 0) this.toggle(forms[at]);
    if (forms[at + 1]) this.toggle(forms[at + 1]);
    announce(forms[at + 1]?.dataset.words ?? word("notPicked"));
  }

  keepGoal() {
    const line = this.goal.value.trim();
    if (line !== (call.facts?.purpose ?? "")) call.set("purpose", line);
  }

  listen() {
    document.addEventListener("kb:drawn", (event) => event.detail === this.view && this.drawn());
    document.addEventListener("kb:call", () => this.changed());
    document.addEventListener("submit", (event) => {
      if (!event.target.matches?.("form[data-step]")) return;
      event.preventDefault();
      this.toggle(event.target);
    });
    document.addEventListener("click", (event) => event.target.closest?.("[data-pick]") && this.pick());
    document.addEventListener("kb:copied", ({ target }) => {
      if (!this.article || !this.view.contains(target)) return;
      call.step("copy", { ...this.shown, words: this.view.querySelector('input[name="way"]:checked')?.value ?? "" });
    });
    this.view.addEventListener("change", ({ target }) => {
      if (!this.ticks.includes(target)) return;
      const [kind, words] = [this.kindOf(target), wordsOf(target)];
      if (target.checked) call.step(kind, { ...this.shown, words });
      else call.undo(kind, this.facts(words));
    });
    this.goal?.addEventListener("input", () => this.goalSoon());
    this.goal?.addEventListener("change", () => this.keepGoal());
    this.goal?.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.keepGoal();
    });
  }
}

export function init() {
  const view = document.querySelector("[data-view]");
  if (!view || !document.querySelector("section[data-call]")) return;
  const pane = new Pane(view);
  pane.listen();
  pane.drawn();
}
