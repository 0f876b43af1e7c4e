/** Keep what is being written: on this machine at once, on the server soon, and call it saved only when the server does. */

import { fieldsOf, fill, isTouched } from "./fields.js";
import { LocalCopy, noteSent, settleSent } from "./local_copy.js";
import { ask } from "./server.js";
import { toast } from "./toasts.js";
import { word } from "./words.js";

const QUIET = 1200;
const LONGEST = 8000;
const FIRST_RETRY = 2000;
const LAST_RETRY = 60_000;
const PATIENCE = 8000;

class Keeping {
  constructor(form) {
    this.form = form;
    this.place = form.dataset.place ?? "";
    this.url = this.place ? form.dataset.autosave : "";
    this.status = document.querySelector("[data-autosave-status]");
    this.copy = this.url ? new LocalCopy(this.place) : null;
    this.retry = FIRST_RETRY;
    this.timer = 0;
    this.waitingSince = 0;
    this.saving = null;
    this.sentAt = -Infinity;
    this.keptAt = Date.parse(this.status?.querySelector("time")?.dateTime ?? "") || 0;
    // A browser that remembers fields may show more than the server has.
    this.known = isTouched(form) ? null : this.now();
    if (this.copy) this.offer();
    this.typed();
  }

  now() {
    return fieldsOf(this.form).toString();
  }

  get isUnsaved() {
    return this.url ? this.known !== this.now() : isTouched(this.form);
  }

  typed() {
    if (!this.copy) return;
    if (!this.isUnsaved) {
      this.copy.drop();
      clearTimeout(this.timer);
      return;
    }
    this.copy.write(this.now(), this.keptAt);
    this.waitingSince ||= Date.now();
    this.soon(Math.min(QUIET, Math.max(0, this.waitingSince + LONGEST - Date.now())));
  }

  soon(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save().catch(() => {}), ms);
  }

  /** Save now, after a save that is under way; raises what the server or the network said. */
  async save({ always = false, insist = false } = {}) {
    clearTimeout(this.timer);
    await this.saving?.catch(() => {});
    if (!this.url || (!always && !this.isUnsaved)) return;
    this.saving = this.send(insist);
    try {
      await this.saving;
    } finally {
      this.saving = null;
    }
  }

  async send(insist) {
    const text = this.now();
    const fields = new URLSearchParams(text);
    fields.set("place", this.place);
    this.waitingSince = 0;
    this.show("saving", word("saving"));
    try {
      const answer = await (await ask(this.url, { fields, insist, timeout: PATIENCE })).json();
      const at = Date.parse(answer.saved_at);
      if (!at) throw new TypeError("not an answer of ours");
      this.kept(text, at, answer.told ?? "");
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  kept(text, at, told) {
    this.known = text;
    this.keptAt = at;
    this.retry = FIRST_RETRY;
    const time = told.match(/\d{1,2}:\d{2}/)?.[0] ?? told;
    this.show("saved", word("saved", { time }));
    if (this.isUnsaved) this.typed();
    else this.copy?.drop();
  }

  failed(error) {
    this.copy?.write(this.now(), this.keptAt);
    const why = error.isStranger ? "" : error.sentence ?? "";
    this.show("failed", `${why} ${word("notSaved")}`.trim());
    if (error.isStranger) this.addDoor();
    // A text that is refused stays refused until it changes; a stranger's waits for the sign-in.
    const isFinal = error.status >= 400 && error.status < 500 && error.status !== 429;
    if (isFinal) return;
    this.soon(this.retry * (0.8 + 0.4 * Math.random()));
    this.retry = Math.min(this.retry * 2, LAST_RETRY);
  }

  show(state, sentence) {
    if (!this.status) return;
    // Only trouble is read aloud; a voice at every pause would be in the way of writing.
    this.status.setAttribute("aria-live", state === "failed" ? "polite" : "off");
    this.status.dataset.state = state;
    this.status.textContent = sentence;
  }

  /** A way back in for somebody who said "later". */
  addDoor() {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: word("signInAgain") });
    button.className = "btn btn--small";
    button.addEventListener("click", () => this.save({ always: true, insist: true }).catch(() => {}));
    this.status?.append(" ", button);
  }

  /** Ask whether the server still knows this person before the form goes; true when it may go. */
  async probe() {
    try {
      await this.save({ always: true, insist: true });
    } catch (error) {
      if (error.name === "TypeError") toast(word("unreachable"), { bad: true });
      return error.name !== "TypeError" && !error.isStranger;
    }
    return true;
  }

  async submitted(event) {
    if (event.defaultPrevented) return;
    if (this.isPassing || (!this.url && !this.isSending)) {
      this.isPassing = false;
      this.sentAt = Date.now();
      if (this.copy) noteSent(this.place);
      return;
    }
    event.preventDefault();
    if (this.isProbing || this.isSending) return;
    this.isProbing = true;
    const mayGo = await this.probe();
    this.isProbing = false;
    if (!mayGo) return;
    clearTimeout(this.timer);
    this.isPassing = true;
    this.form.requestSubmit(event.submitter);
    // A field that refuses its value stops the form without an event.
    this.isPassing = false;
  }

  /** Just sent: pressing twice must not send twice. */
  get isSending() {
    return Date.now() - this.sentAt < 4000;
  }

  leaving(event) {
    if (this.form.dataset.warnLeave === undefined || this.isSending || !this.isUnsaved) return;
    event.preventDefault();
    event.returnValue = "";
  }

  /** Show that an earlier visit left a text here; nothing is written over before the person says so. */
  offer() {
    const left = this.copy.setAside(this.now(), this.keptAt);
    const pattern = document.getElementById("kept-here-pattern");
    if (!left || !pattern) return;
    const notice = pattern.content.firstElementChild.cloneNode(true);
    const at = new Date(left.at);
    const time = notice.querySelector("time");
    time.dateTime = at.toISOString();
    time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
    const close = () => { this.copy.forgetAside(); notice.remove(); };
    notice.querySelector("[data-take-back]").addEventListener("click", () => {
      const before = this.now();
      fill(this.form, left.fields);
      close();
      toast(word("tookBack"), { undo: () => fill(this.form, before) });
    });
    notice.querySelector("[data-throw-away]").addEventListener("click", close);
    this.form.prepend(notice);
  }

  listen() {
    this.form.addEventListener("input", () => this.typed());
    this.form.addEventListener("submit", (event) => this.submitted(event));
    addEventListener("beforeunload", (event) => this.leaving(event));
    addEventListener("online", () => this.isUnsaved && this.soon(0));
    addEventListener("pageshow", () => { this.sentAt = -Infinity; });
    document.addEventListener("kb:signed-in", () => this.isUnsaved && this.soon(0));
    document.addEventListener("visibilitychange", () => document.hidden && this.isUnsaved && this.soon(0));
  }
}

export function init() {
  settleSent();
  for (const form of document.querySelectorAll("form[data-autosave], form[data-warn-leave]")) new Keeping(form).listen();
}
