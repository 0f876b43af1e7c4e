/** The bar of the call as somebody sees it: clock, chips, how it ended, and the half minute after it. */

import { call, now } from "./call.js";
import * as log from "./call_log.js";
import { ask } from "./server.js";
import { tell, toast } from "./toasts.js";
import { hasModifier, inConversion, isTyping } from "./typing.js";
import { word } from "./words.js";

const bar = document.querySelector("section[data-call]");
const wrap = document.querySelector("[data-wrap]");
const ending = document.getElementById("call-end");

const seconds = (from) => Math.max(0, Math.floor((now() - Date.parse(from)) / 1000));
const told = (name, n) => bar.dataset[name].replace("{n}", n);
const outcomeWord = (outcome) => ending.querySelector(`[data-outcome="${outcome}"]`)?.lastChild.textContent.trim() ?? "";

function drawFact(form, value) {
  const shown = form.querySelector("[data-chosen]");
  const field = form.querySelector('input:not([type="hidden"])');
  if (field && document.activeElement !== field) field.value = value;
  if (shown) shown.textContent = value || shown.dataset.empty;
  shown?.parentElement.classList.toggle("is-empty", !value);
  for (const button of form.querySelectorAll("button[name]")) {
    const isChosen = button.value === value;
    button.setAttribute("aria-pressed", String(isChosen));
    if (isChosen && shown) shown.replaceChildren(...[...button.childNodes].slice(1).map((node) => node.cloneNode(true)));
  }
}

class Bar {
  constructor() {
    this.memo = wrap.elements.memo;
    this.key = null;
    this.next = null;
    this.cameFrom = null;
  }

  draw({ state, call: facts }) {
    for (const one of bar.querySelectorAll("[data-when]")) one.hidden = !one.dataset.when.split(" ").includes(state);
    for (const field of document.querySelectorAll("[data-call-key]")) field.value = facts?.key ?? "";
    for (const form of bar.querySelectorAll("[data-call-set]")) drawFact(form, facts?.[form.dataset.callSet] ?? form.dataset.usual);
    const link = bar.querySelector("[data-ticket-link]");
    link.hidden = !(facts?.ticket && bar.dataset.ticket);
    if (!link.hidden) link.href = bar.dataset.ticket.replaceAll("{ticket}", encodeURIComponent(facts.ticket));
    const more = bar.querySelector("[data-told-facts]");
    more.textContent = [facts?.ivr, facts?.campaign].filter(Boolean).join("　");
    more.hidden = !more.textContent;
    bar.hidden = state === "wrap" && !call.unsent;
    this.drawWrap(state, facts);
    this.tick();
    if (this.next && state !== "on") this.begin();
  }

  drawWrap(state, facts) {
    wrap.hidden = state !== "wrap";
    if (!wrap.hidden) wrap.querySelector("[data-outcome-told]").textContent = outcomeWord(facts.outcome);
    if (wrap.hidden || this.key === facts.key) return;
    this.key = facts.key;
    const kept = log.get("memo");
    this.memo.value = kept?.call === facts.key ? kept.text : (facts.memo ?? "");
  }

  /** Something was written and is not saved, or is about to be done: the end of the time must not cut it off. */
  get isBusy() {
    const isAtButton = wrap.contains(document.activeElement) && document.activeElement !== this.memo;
    return isAtButton || this.memo.value.trim() !== (call.facts?.memo ?? "") || document.querySelector("dialog[open]");
  }

  tick() {
    const { facts, state } = call;
    const unsent = bar.querySelector("[data-unsent-told]");
    const sentence = call.unsent ? told("unsent", call.unsent) : "";
    if (unsent.textContent !== sentence) unsent.textContent = sentence;
    if (state === "on") {
      const gone = seconds(facts.started_at);
      const parts = [Math.floor(gone / 3600), Math.floor(gone / 60) % 60, gone % 60].map((part) => String(part).padStart(2, "0"));
      const time = bar.querySelector("[data-clock] time");
      time.textContent = (gone < 3600 ? parts.slice(1) : parts).join(":");
      time.dateTime = `PT${gone}S`;
    } else if (state === "wrap") {
      const left = Number(wrap.dataset.seconds) - seconds(facts.ended_at);
      wrap.querySelector("[data-left]").textContent = left > 0 ? told("left", left) : bar.dataset.over;
      // Whoever still looks at the empty field may be thinking: they get the same time once more.
      const isHere = document.activeElement === this.memo;
      if (left > (isHere ? -Number(wrap.dataset.seconds) : 0) || this.isBusy) return;
      call.wrap();
      if (isHere) document.querySelector('[data-deed="search"]')?.focus();
    }
  }

  end(outcome) {
    const { key } = call;
    ending.close();
    call.end(outcome);
    toast(bar.dataset.ended.replace("{word}", outcomeWord(outcome)), { undo: () => call.key === key && call.reopen() });
    if (!wrap.hidden) this.memo.focus();
  }

  /** Keep what stands in the memo as the next call begins; nobody is there to be asked, so personal data is masked. */
  leave() {
    const memo = this.memo.value.trim();
    if (call.state === "wrap" && memo !== (call.facts.memo ?? "")) call.set("memo", memo);
    log.remove("memo");
  }

  begin(facts = this.next ?? JSON.parse(bar.dataset.arrived)) {
    const box = document.querySelector('[data-deed="search"]');
    this.next = null;
    bar.querySelector("[data-next]").hidden = true;
    this.leave();
    call.start(facts);
    box?.focus();
    box?.select();
  }

  /** Save the memo, once the server has all that came before it; then the room begins anew for the next customer. */
  async send() {
    await call.kept();
    const fields = new URLSearchParams(new FormData(wrap));
    fields.set("action", "wrap");
    try {
      // Its buttons are called "action", and would stand in for it as a property.
      await ask(wrap.getAttribute("action"), { fields, insist: true });
      log.remove("memo");
      location.assign(bar.dataset.room);
    } catch (error) {
      // Whoever wants to write it differently knows why nothing was saved.
      if (!error.findings) tell(error);
    }
  }

  async story(link) {
    this.leave();
    await call.kept();
    if (call.facts?.id) location.assign(link.dataset.story.replace("=0", `=${call.facts.id}`));
    else toast(word("unreachable"), { bad: true });
  }

  set(form, value) {
    const { callSet: field, usual } = form.dataset;
    // A chip that is pressed again is let go, where the fact may be unknown.
    call.set(field, value === call.facts?.[field] && !usual ? "" : value);
    form.querySelector("details")?.removeAttribute("open");
    (this.cameFrom?.isConnected ? this.cameFrom : form.querySelector("summary"))?.focus();
    this.cameFrom = null;
  }

  submitted(event) {
    const form = event.target;
    if (form.dataset.callSet) {
      event.preventDefault();
      this.set(form, event.submitter?.name ? event.submitter.value : form.querySelector('input:not([type="hidden"])').value.trim());
    } else if (form.dataset.when) {
      event.preventDefault();
      this.begin();
    } else if (form === wrap && event.submitter?.dataset.reopen !== undefined) {
      event.preventDefault();
      call.reopen();
    } else if (form === wrap) {
      event.preventDefault();
      this.send();
    }
  }

  clicked(event) {
    const outcome = event.target.closest("[data-outcome]");
    const link = event.target.closest("[data-story]");
    if (outcome) this.end(outcome.dataset.outcome);
    else if (event.target.closest("[data-end]")) call.end();
    else if (event.target.closest("[data-begin]")) this.begin({});
    else if (event.target.closest('[data-deed="type"]')) {
      this.cameFrom = document.activeElement;
      (bar.querySelector('.call__types [aria-pressed="true"]') ?? bar.querySelector(".call__types button")).focus();
    } else if (link) {
      event.preventDefault();
      this.story(link);
    }
  }

  /** A digit presses the button with this number in the group that has the focus; Esc goes back to where one was. */
  pressed(event) {
    const group = event.target.closest?.("[data-digits]");
    if (!group || inConversion(event) || hasModifier(event) || isTyping(event.target)) return;
    const button = /^[1-9]$/.test(event.key) && group.querySelectorAll("button")[event.key - 1];
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    button.click();
  }

  listen() {
    document.addEventListener("kb:call", (event) => this.draw(event.detail));
    document.addEventListener("kb:ending", () => ending.open || ending.showModal());
    document.addEventListener("kb:next", (event) => {
      this.next = event.detail;
      bar.querySelector("[data-next]").hidden = false;
    });
    document.addEventListener("kb:masked", () => toast(bar.dataset.masked));
    for (const place of [bar, wrap, ending]) place.addEventListener("click", (event) => this.clicked(event));
    for (const place of [bar, wrap]) place.addEventListener("submit", (event) => this.submitted(event));
    document.addEventListener("keydown", (event) => this.pressed(event), true);
    this.memo.addEventListener("input", () => log.put("memo", { call: call.key, text: this.memo.value }));
    for (const menu of bar.querySelectorAll("details")) {
      menu.addEventListener("toggle", () => menu.open && menu.querySelector(".menu__list :is(input, [aria-pressed='true'], button)")?.focus());
    }
    setInterval(() => this.tick(), 1000);
  }
}

export function init() {
  if (bar && wrap) new Bar().listen();
}
