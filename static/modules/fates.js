/** What becomes of notes, by the keyboard: arrows go from note to note, a space ticks one, a digit decides. */

import { digitOf } from "./digits.js";
import { hasModifier, inConversion, isTyping } from "./typing.js";

const boxes = () => [...document.querySelectorAll('[data-fates] [name="note"]')];

function pressed(event) {
  if (event.defaultPrevented || inConversion(event) || hasModifier(event) || document.querySelector("dialog[open]")) return;
  if (isTyping(event.target)) return;
  const all = boxes();
  const at = all.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    return all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
  }
  const button = document.querySelector(`[data-fate="${digitOf(event)}"]`);
  if (!button || event.repeat) return;
  event.preventDefault();
  // Where nothing is ticked, the note that one stands on is meant.
  if (!all.some((one) => one.checked) && at >= 0) all[at].checked = true;
  button.click();
}

document.addEventListener("keydown", pressed);
