/** Digits that choose one of a few on a screen of their own; whoever switched single keys off has them off as well. */

import { hasModifier, inConversion, isTyping } from "./typing.js";

const isOn = Object.values(document.getElementById("shortcuts")?.dataset ?? {}).some(Boolean);

/** The digit that was pressed, or 0 where it would be written into something. */
export function digitOf(event) {
  const isFree = isOn && !event.shiftKey && !hasModifier(event) && !inConversion(event) && !isTyping(event.target);
  return isFree && /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
}
