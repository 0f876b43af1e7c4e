/** Copy what to say. */

import { toast } from "./toasts.js";
import { word } from "./words.js";

/** What a button copies: of several wordings the one that is shown. */
function find(button, selector) {
  const near = button.closest("[data-body]")?.querySelectorAll(selector) ?? [];
  const found = [...(near.length ? near : document.querySelectorAll(selector))];
  return found.find((one) => one.checkVisibility?.() !== false) ?? found[0];
}

async function copy(text, place) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https there is no clipboard object; the old way still works from a click or a key.
    const field = Object.assign(document.createElement("textarea"), { value: text, className: "sr", readOnly: true });
    const before = document.activeElement;
    // Beside an open dialog nothing can be selected.
    place.append(field);
    field.select();
    const isDone = document.execCommand("copy");
    field.remove();
    before?.focus?.({ preventScroll: true });
    return isDone;
  }
}

export function init() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    const source = button && find(button, button.dataset.copy);
    if (!source) return;
    const isCopied = await copy(("value" in source ? source.value : source.innerText).trim(), button.closest("dialog") ?? document.body);
    toast(word(isCopied ? "copied" : "notCopied"), { bad: !isCopied });
    if (isCopied) button.dispatchEvent(new CustomEvent("kb:copied", { bubbles: true }));
  });
}
