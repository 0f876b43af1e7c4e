/** Keys: each reader's own single keys by deed (data-deed="search"), and fixed ones written on what they press (data-key="mod+s"). */

import { hasModifier, inConversion, isTyping } from "./typing.js";

const own = document.getElementById("shortcuts")?.dataset ?? {};

/** The deed that this key does for this reader, or nothing; a key that would be written into a field does none. */
export function deedOf(event) {
  if (hasModifier(event) || inConversion(event) || isTyping(event.target)) return "";
  const key = event.key?.toLowerCase() ?? "";
  // Shift makes another key of a letter; many other signs can't be typed without it.
  if (event.shiftKey && /^[a-z]$/.test(key)) return "";
  if (own.open && /^[1-9]$/.test(key)) return "open";
  return Object.keys(own).find((deed) => own[deed] === key) ?? "";
}

function isPressed(event, keys) {
  const parts = keys.split("+");
  const key = parts.pop().toLowerCase();
  const isAlt = parts.includes("alt");
  // With the option key of a Mac a letter becomes another sign; the place of the key says which it was.
  const isSame = event.key.toLowerCase() === key || (isAlt && event.code === `Key${key.toUpperCase()}`);
  return isSame && (event.ctrlKey || event.metaKey) === parts.includes("mod") && event.altKey === isAlt && !event.shiftKey;
}

function usable(selector) {
  return [...document.querySelectorAll(selector)].find((one) => !one.disabled && one.checkVisibility?.() !== false);
}

function doIt(one) {
  if (!isTyping(one)) return one.click();
  one.focus();
  return one.select?.();
}

/** Leave in the list of keys only those that do something on this screen. */
function narrow(help) {
  for (const row of help.querySelectorAll("[data-needs]")) row.hidden = !document.querySelector(row.dataset.needs);
}

function pressed(event) {
  if (inConversion(event) || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const deed = deedOf(event);
  const help = deed === "help" && document.getElementById("shortcuts-help");
  const one = deed
    ? usable(`[data-deed="${deed}"]`)
    : [...document.querySelectorAll("[data-key]")].find((each) => isPressed(event, each.dataset.key) && !each.disabled);
  if (!one && !help) return;
  event.preventDefault();
  if (event.repeat) return;
  if (one) return doIt(one);
  narrow(help);
  help.showModal();
}

/** A field for one key holds the last one that was typed, without first being emptied. */
function keepLast(event) {
  if (event.target.dataset?.oneKey === undefined || event.isComposing) return;
  event.target.value = [...event.target.value.trim()].pop() ?? "";
}

export function init() {
  document.addEventListener("keydown", pressed);
  document.addEventListener("input", keepLast);
  document.addEventListener("compositionend", keepLast);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.('[data-dialog="shortcuts-help"]')) narrow(document.getElementById("shortcuts-help"));
  });
}
