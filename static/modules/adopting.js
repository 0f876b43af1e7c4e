/** On the merge screen: take a piece of the story into the article, where the caret is, with a way back. */

import { toast } from "./toasts.js";
import { caretOf, gapBefore, replace } from "./writing.js";
import { word } from "./words.js";

function pieceFor(field, text) {
  const { value } = field;
  if (field.name === "phrases") {
    if (value.split("\n").some((line) => line.trim() === text)) return null;
    return { at: value.length, piece: (value && !value.endsWith("\n") ? "\n" : "") + text.replaceAll("\n", " ") };
  }
  // The end of the line, so that no sentence is cut in two.
  const line = value.indexOf("\n", caretOf(field));
  const at = line < 0 ? value.length : line;
  const after = value.slice(at);
  const tail = !after || after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  return { at, piece: gapBefore(value, at) + text + tail };
}

function show(field, at) {
  const line = (field.scrollHeight * at) / (field.value.length || 1);
  if (line < field.scrollTop || line > field.scrollTop + field.clientHeight * 0.8) {
    field.scrollTop = line - field.clientHeight / 2;
  }
}

function adopt(button) {
  const field = button.form?.elements[button.dataset.into];
  const text = document.querySelector(button.dataset.take)?.innerText.trim();
  const cell = button.closest(".merge__cell");
  if (!field || !text) return;
  const found = pieceFor(field, text);
  if (!found) {
    toast(word("alreadyThere"));
    return;
  }
  const { at, piece } = found;
  replace(field, at, at, piece);
  show(field, at);
  // Whoever takes one piece often takes the next.
  button.focus({ preventScroll: true });
  const label = field.labels?.[0]?.firstChild?.textContent.trim() ?? "";
  cell?.classList.add("is-taken");
  toast(word("adopted", { field: label }), {
    undo: () => {
      const place = field.value.startsWith(piece, at) ? at : field.value.indexOf(piece);
      if (place >= 0) replace(field, place, place + piece.length, "");
      cell?.classList.remove("is-taken");
    },
  });
}

export function init() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-take]");
    if (button) adopt(button);
  });
}
