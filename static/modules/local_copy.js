/** What is not on the server yet, kept on this machine under the person's own name. */

import { word } from "./words.js";

const DAYS = 30;

function keyOf(place) {
  return `kb:draft:${place}:${word("who")}`;
}

function read(key) {
  try {
    const copy = JSON.parse(localStorage.getItem(key));
    return copy && Date.now() - copy.at < DAYS * 86_400_000 ? copy : null;
  } catch {
    return null;
  }
}

/** The copy of one form. `since` is when the server last kept this text, as far as this page knows. */
export class LocalCopy {
  constructor(place) {
    this.key = keyOf(place);
  }

  write(fields, since) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), since, fields }));
    } catch {
      // A full or forbidden storage must not stop anybody from writing; the server still gets the text.
    }
  }

  drop() {
    localStorage.removeItem(this.key);
  }

  /** Put aside what an earlier visit left, so that typing can't write over it; null when there is nothing to offer. */
  setAside(shown, keptAt) {
    const left = read(this.key);
    const isNewer = left && (!keptAt || keptAt <= (left.since ?? 0) || left.at > keptAt);
    if (isNewer && left.fields !== shown) localStorage.setItem(`${this.key}:aside`, JSON.stringify(left));
    if (left) this.drop();
    const aside = read(`${this.key}:aside`);
    if (aside && aside.fields !== shown) return aside;
    this.forgetAside();
    return null;
  }

  forgetAside() {
    localStorage.removeItem(`${this.key}:aside`);
  }
}

const SENT = "kb:sent";

/** Remember across the page change which form was just sent. */
export function noteSent(place) {
  sessionStorage.setItem(SENT, place);
}

/** Forget the copy of the form that was sent, if the page that answered is not a refusal. */
export function settleSent() {
  const place = sessionStorage.getItem(SENT);
  if (place === null) return;
  sessionStorage.removeItem(SENT);
  const status = performance.getEntriesByType("navigation")[0]?.responseStatus || 200;
  if (status < 400 && !document.querySelector(`form[data-place="${CSS.escape(place)}"]`)) new LocalCopy(place).drop();
}
