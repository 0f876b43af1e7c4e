/** Lines that wait in the browser, under the person's own name, until the server has them: each is kept exactly once. */

import { ask } from "./server.js";
import { word } from "./words.js";

const AGAIN = 5000;
const store = `kb:unsent:${word("who")}:${location.pathname}`;
let kept = [];
let isSending = false;
let told = {};

function keep() {
  try {
    localStorage.setItem(store, JSON.stringify(kept));
  } catch {
    // A full store must not stop anybody: then this page alone remembers.
  }
}

/** `sent` comes when nothing waits any more, `failed` when it is tried again later, `refused` for what is never taken. */
export function start(calls) {
  told = calls;
  try {
    kept = JSON.parse(localStorage.getItem(store)) ?? [];
  } catch {
    kept = [];
  }
  window.addEventListener("online", send);
}

export function all() {
  return kept;
}

/** Put a form's fields down; the key keeps the server from taking them twice. */
export function add(url, fields) {
  const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`.slice(0, 36);
  kept.push({ ...fields, url, key });
  keep();
}

/** Send what waits, in order and one at a time. */
export async function send() {
  if (isSending || !kept.length) return;
  isSending = true;
  try {
    // A line that comes while the wall is drawn anew is sent too: nobody else would think of it.
    do {
      while (kept.length) {
        const { url, ...fields } = kept[0];
        try {
          await ask(url, { fields: new URLSearchParams(fields) });
        } catch (error) {
          if (error.name !== "Refusal" || error.isStranger || error.status >= 500) throw error;
          told.refused(error, fields);
        }
        kept.shift();
        keep();
      }
      await told.sent();
    } while (kept.length);
  } catch {
    told.failed();
    setTimeout(send, AGAIN);
  } finally {
    isSending = false;
  }
}
