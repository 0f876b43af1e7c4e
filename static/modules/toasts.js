/** Short messages about what was just done, with a way back where there is one. */

import { word } from "./words.js";

const LEAVES = 12000;
let cameFrom = null;

/** Take a message away; whoever was in it goes on where they came from, and not at the top of the page. */
function away(toast) {
  const wasIn = toast.contains(document.activeElement);
  toast.remove();
  if (wasIn) (cameFrom?.isConnected ? cameFrom : document.getElementById("main"))?.focus({ preventScroll: true });
}

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000, toast);
  else toast.remove();
}

/** Show a message; `undo` adds a button that takes the deed back, `bad` keeps it until it is closed. */
export function toast(message, { undo = null, bad = false } = {}) {
  const shelf = document.querySelector("[data-toasts]");
  const pattern = document.getElementById("toast-pattern");
  if (!shelf || !pattern) return;
  const made = pattern.content.firstElementChild.cloneNode(true);
  made.querySelector("[data-message]").textContent = message;
  made.classList.toggle("toast--bad", bad);
  const back = made.querySelector("[data-undo]");
  if (undo) back.addEventListener("click", () => { undo(); away(made); });
  else back.remove();
  // The same sentence twice would stand there twice and say no more than once.
  for (const old of shelf.children) if (old.querySelector("[data-message]")?.textContent === message) old.remove();
  shelf.append(made);
  if (!bad) setTimeout(leave, LEAVES, made);
}

/** Tell a screen reader what the eye sees by itself. */
export function announce(sentence) {
  const voice = document.querySelector("[data-announce]");
  if (voice) voice.textContent = sentence;
}

/** Tell why something did not work: in the server's words, or that it could not be reached. */
export function tell(error) {
  if (error?.name !== "AbortError") toast(error?.sentence || word("unreachable"), { bad: true });
}

export function init() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-dismiss]");
    if (button) away(button.closest("[data-toast]") ?? button.parentElement);
  });
  document.addEventListener("focusin", (event) => {
    const shelf = event.target.closest?.("[data-toasts]");
    if (shelf && !shelf.contains(event.relatedTarget)) cameFrom = event.relatedTarget;
  });
  for (const shown of document.querySelectorAll("[data-toast]:not(.toast--bad)")) setTimeout(leave, LEAVES, shown);
}
