/** Copy what to say, and tell how long it takes to say it. */

import { toast } from "./toasts.js";
import { word } from "./words.js";

// About 330 characters a minute is calm Japanese on the phone; English runs at about 150 words a minute.
const LETTERS_A_SECOND = 5.5;
const WORDS_A_SECOND = 2.5;

function find(button, selector) {
  return button.closest("[data-body]")?.querySelector(selector) ?? document.querySelector(selector);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https there is no clipboard object; the old way still works from a click or a key.
    const field = Object.assign(document.createElement("textarea"), { value: text, className: "sr", readOnly: true });
    const before = document.activeElement;
    document.body.append(field);
    field.select();
    const isDone = document.execCommand("copy");
    field.remove();
    before?.focus?.({ preventScroll: true });
    return isDone;
  }
}

/** Seconds to read a text aloud. */
export function secondsOf(text) {
  const words = text.match(/[A-Za-z][A-Za-z'’-]*/g) ?? [];
  const letters = text.replace(/[A-Za-z][A-Za-z'’-]*/g, "").match(/[\p{L}\p{N}]/gu) ?? [];
  return Math.max(1, Math.round(letters.length / LETTERS_A_SECOND + words.length / WORDS_A_SECOND));
}

/** Write the seconds beside each text to say in this part of the page. */
export function dress(root) {
  for (const shown of root.querySelectorAll("[data-seconds]")) {
    const said = find(shown, shown.dataset.seconds);
    if (said) shown.textContent = word("aboutSeconds", { n: secondsOf(said.innerText) });
  }
}

export function init() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    const source = button && find(button, button.dataset.copy);
    if (!source) return;
    const isCopied = await copy(("value" in source ? source.value : source.innerText).trim());
    toast(word(isCopied ? "copied" : "notCopied"), { bad: !isCopied });
  });
}
