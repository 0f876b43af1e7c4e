/** What lies at hand in a call: favourites and 確認しました in place, each with a way back. */

import { ask } from "./server.js";
import { tell, toast } from "./toasts.js";

const BUTTONS = "button[name=action]";

/** A button is called action, which hides the form's own. */
function addressOf(form) {
  return form.getAttribute("action");
}

/** Draw a piece of the screen anew; whoever was at one of its buttons goes on at the one that took its place. */
async function renew(selector) {
  const old = document.querySelector(selector);
  if (!old) return;
  const html = await (await ask(location.href, { quiet: true })).text();
  const made = new DOMParser().parseFromString(html, "text/html").querySelector(selector);
  if (!made || !old.isConnected) return;
  const at = [...old.querySelectorAll(BUTTONS)].indexOf(document.activeElement);
  for (const one of old.querySelectorAll("details[open][id]")) made.querySelector(`#${one.id}`)?.setAttribute("open", "");
  old.replaceWith(made);
  const buttons = [...made.querySelectorAll(BUTTONS)];
  if (at >= 0) (buttons[at] ?? buttons.at(-1) ?? document.getElementById("view"))?.focus({ preventScroll: true });
}

async function renewPane() {
  await renew("[data-hand]");
  const count = document.querySelector("[data-unread-count]");
  const unread = document.querySelector("[data-hand]")?.dataset.unread;
  if (!count || !unread) return;
  count.hidden = unread === "0";
  count.firstChild.data = unread;
}

/** Every star of this page on the screen says whether it is kept. */
function mark(action, isKept) {
  for (const form of document.querySelectorAll("form[data-kept]")) {
    if (addressOf(form) !== action) continue;
    const button = form.querySelector(BUTTONS);
    button.value = isKept ? "drop" : "add";
    button.setAttribute("aria-pressed", String(isKept));
  }
}

async function send(action, fields, isKept) {
  try {
    const { told, back } = await (await ask(action, { fields })).json();
    const undo = back && (() => send(action, new URLSearchParams(back), isKept && back.action));
    toast(told, { undo });
    if (!isKept) return await renewPane();
    mark(action, isKept === "add");
    return await renew("[data-near]");
  } catch (error) {
    return tell(error);
  }
}

function submitted(event) {
  const form = event.target.closest?.("form[data-kept], form[data-hand-form]");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter ?? form.querySelector(BUTTONS)));
  send(addressOf(form), fields, form.matches("[data-kept]") && fields.get("action"));
}

export function init() {
  document.addEventListener("submit", submitted);
  let last = "";
  document.addEventListener("kb:call", (event) => {
    const { state } = event.detail;
    // A call that is over stands among those of today.
    if (last && state !== last && state === "off") renewPane().catch(() => {});
    last = state;
  });
}
