/** Change a text field as if the person had typed it, so that Ctrl+Z takes it back. */

const visited = new WeakSet();
document.addEventListener("focusin", (event) => visited.add(event.target));

/** Where the person was writing; the end of a field in which nobody has been yet. */
export function caretOf(field) {
  return visited.has(field) ? field.selectionEnd : field.value.length;
}

/** Put `text` in place of the characters from `start` to `end`; the caret stands behind it. */
export function replace(field, start, end, text) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, end);
  if (start === end && !text) return;
  // execCommand is the only way of every browser to write into a field and keep its undo.
  const isDone = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (isDone) return;
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** The whole lines that the selection touches: [start, end) without the last line end. */
export function linesAround(field) {
  const { value, selectionStart, selectionEnd } = field;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  // A selection that ends just behind a line end does not mean the next line.
  const last = selectionEnd > selectionStart && value[selectionEnd - 1] === "\n" ? selectionEnd - 1 : selectionEnd;
  const found = value.indexOf("\n", last);
  return [start, found < 0 ? value.length : found];
}

/** What must stand before a paragraph at this place, so that an empty line parts it from the text above. */
export function gapBefore(value, at) {
  const before = value.slice(0, at);
  if (!before.trim() || before.endsWith("\n\n")) return "";
  return before.endsWith("\n") ? "\n" : "\n\n";
}
