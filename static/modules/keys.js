/** Keys that are written on what they press: data-key="/", "mod+s", "mod+Enter". */

import { hasModifier, inConversion, isTyping } from "./typing.js";

function isPressed(event, keys) {
  const parts = keys.split("+");
  const key = keys === "/" ? "/" : parts.pop();
  const wantsMod = parts.includes("mod");
  const isMod = event.ctrlKey || event.metaKey;
  const isSame = event.key.toLowerCase() === key.toLowerCase();
  return isSame && isMod === wantsMod && !event.altKey && (!event.shiftKey || !wantsMod);
}

export function init() {
  document.addEventListener("keydown", (event) => {
    if (inConversion(event) || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (!hasModifier(event) && isTyping(event.target)) return;
    for (const one of document.querySelectorAll("[data-key]")) {
      if (one.disabled || one.checkVisibility?.() === false || !isPressed(event, one.dataset.key)) continue;
      event.preventDefault();
      if (event.repeat) return;
      if (isTyping(one)) {
        one.focus();
        one.select?.();
      } else {
        one.click();
      }
      return;
    }
  });
}
