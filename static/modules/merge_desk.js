/** The merge screen: passages go where they belong without a new page, by click, by digits, or by what is selected. */

import { fieldsOf } from "./fields.js";
import { ask } from "./server.js";
import { announce, tell, toast } from "./toasts.js";
import { calm, hasModifier, inConversion, isTyping } from "./typing.js";
import { replace } from "./writing.js";

const DRAWN = ["[data-merge-diff]", "[data-merge-size]", "[data-merge-count]"];

/** Write the new text over the old one, touching only what differs: the caret and Ctrl+Z keep their sense. */
function rewrite(field, text) {
  const old = field.value;
  if (old === text) return;
  let start = 0;
  while (start < old.length && old[start] === text[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, text.length) - start && old.at(-1 - end) === text.at(-1 - end)) end += 1;
  if (field.hidden) {
    field.value = text;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    return;
  }
  replace(field, start, old.length - end, text.slice(start, text.length - end));
  field.setSelectionRange(start, text.length - end);
  const line = (field.scrollHeight * start) / (text.length || 1);
  if (line < field.scrollTop || line > field.scrollTop + field.clientHeight * 0.8) field.scrollTop = line - field.clientHeight / 3;
}

class Desk {
  constructor(form) {
    this.form = form;
    this.story = form.querySelector("[data-merge-story]");
    this.back = document.querySelector("[data-merge-undo]");
    this.steps = [];
    this.kept = ["body", "inside", "phrases", "passages"].filter((name) => form.elements[name]);
    this.lookSoon = calm(500, () => this.look());
  }

  get state() {
    return Object.fromEntries(this.kept.map((name) => [name, this.form.elements[name].value]));
  }

  get picks() {
    return [...this.story.querySelectorAll('input[name="pick"]')];
  }

  /** What is selected inside the story goes before what is ticked: a part of a sentence can be enough. */
  get piece() {
    const chosen = getSelection();
    const isHere = !chosen.isCollapsed && this.story.contains(chosen.anchorNode) && this.story.contains(chosen.focusNode);
    return isHere ? chosen.toString().trim() : "";
  }

  async answer(put) {
    for (;;) {
      const before = JSON.stringify(this.state);
      const fields = fieldsOf(this.form);
      fields.set("put", put);
      if (this.piece && !put.includes(":")) fields.set("piece", this.piece);
      const html = await (await ask(location.href, { fields })).text();
      // Whoever typed meanwhile loses nothing: the question is asked again with the new text.
      if (JSON.stringify(this.state) === before) return new DOMParser().parseFromString(html, "text/html");
    }
  }

  async put(name) {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      const page = await this.answer(name);
      const before = this.state;
      const said = page.querySelector("[data-merge-said]")?.textContent.trim() ?? "";
      const isDone = this.take(page);
      getSelection().removeAllRanges();
      if (!isDone) return announce(said) ?? toast(said);
      this.steps.push(before);
      this.back.disabled = false;
      toast(said, { undo: () => this.undo() });
      announce(said);
    } catch (error) {
      tell(error);
    } finally {
      this.isBusy = false;
    }
  }

  /** Show what the server made of it; true when the text is another one now. */
  take(page) {
    const old = JSON.stringify(this.state);
    const focus = document.activeElement?.id;
    const number = document.activeElement?.closest?.(".pick")?.querySelector("input")?.id;
    for (const name of this.kept) rewrite(this.form.elements[name], page.querySelector(`[name="${name}"]`).value);
    this.draw(page);
    const fresh = page.querySelector("[data-merge-story]");
    const { scrollTop } = this.story;
    this.story.replaceChildren(...document.adoptNode(fresh).childNodes);
    this.story.scrollTop = scrollTop;
    (document.getElementById(number || focus || "") ?? this.picks[0])?.focus({ preventScroll: true });
    return JSON.stringify(this.state) !== old;
  }

  draw(page) {
    for (const place of DRAWN) {
      const fresh = page.querySelector(place);
      document.querySelector(place)?.replaceChildren(...(fresh ? document.adoptNode(fresh).childNodes : []));
    }
  }

  async look() {
    try {
      this.draw(await this.answer("look"));
    } catch {
      // The next change asks again; nothing was lost.
    }
  }

  async undo() {
    const before = this.steps.pop();
    this.back.disabled = !this.steps.length;
    if (!before) return;
    for (const name of this.kept) rewrite(this.form.elements[name], before[name]);
    const page = await this.answer("look").catch(tell);
    if (page) this.take(page);
  }

  pressed(event) {
    if (hasModifier(event) || inConversion(event) || isTyping(event.target)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = this.picks.findIndex((one) => one.closest(".pick").contains(event.target));
    if (step && at >= 0) {
      event.preventDefault();
      this.picks[at + step]?.focus();
    } else if (event.key === "Enter" && event.target.name === "pick") {
      event.preventDefault();
      event.target.closest(".pick").querySelector("button")?.click();
    } else if (/^[1-9]$/.test(event.key) && at >= 0) {
      const target = this.story.querySelectorAll(".merge__targets button")[Number(event.key) - 1];
      if (!target) return;
      event.preventDefault();
      // A digit on a passage means that passage, unless others were ticked.
      if (!this.picks.some((one) => one.checked)) this.picks[at].checked = true;
      target.click();
    }
  }

  listen() {
    // Before whatever else hears that the form is sent: putting a passage sends nothing.
    document.addEventListener("submit", (event) => {
      if (event.target !== this.form || event.submitter?.name !== "put") return;
      event.preventDefault();
      this.put(event.submitter.value);
    }, true);
    this.story.addEventListener("keydown", (event) => this.pressed(event));
    // A press on a target must not take away what is selected.
    this.story.addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault());
    this.form.addEventListener("input", (event) => this.kept.includes(event.target.name) && this.lookSoon());
    this.back?.addEventListener("click", () => this.undo());
    this.form.querySelector("[data-merge-said]").hidden = true;
  }
}

for (const form of document.querySelectorAll("form[data-merge]")) new Desk(form).listen();
