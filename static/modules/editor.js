/** The tools above a Markdown text: each writes as the person would have typed it, so undo takes it back. */

import { gapBefore, linesAround, replace } from "./writing.js";
import { hasModifier, inConversion } from "./typing.js";
import { counted, word } from "./words.js";

/** Put marks around the selection, or take them off. */
export function wrap(field, before, after = before) {
  const { value, selectionStart: start, selectionEnd: end } = field;
  const chosen = value.slice(start, end);
  const isInside = value.slice(0, start).endsWith(before) && value.slice(end).startsWith(after);
  if (isInside) {
    replace(field, start - before.length, end + after.length, chosen);
    field.setSelectionRange(start - before.length, end - before.length);
  } else if (chosen.length > before.length + after.length && chosen.startsWith(before) && chosen.endsWith(after)) {
    replace(field, start, end, chosen.slice(before.length, -after.length));
    field.setSelectionRange(start, end - before.length - after.length);
  } else {
    replace(field, start, end, before + chosen + after);
    field.setSelectionRange(start + before.length, end + before.length);
  }
}

/** Put a mark before each chosen line, or take it off where all have it. */
export function mark(field, prefix) {
  const [start, end] = linesAround(field);
  const lines = field.value.slice(start, end).split("\n");
  const numbers = /^\d+\.\s/;
  const isNumbered = numbers.test(prefix);
  const isOn = (line) => (isNumbered ? numbers.test(line) : line.startsWith(prefix));
  const full = lines.filter((line) => line.trim());
  const off = full.length > 0 && full.every(isOn);
  let count = 0;
  const changed = lines.map((line) => {
    if (!line.trim() && lines.length > 1) return line;
    if (off) return isNumbered ? line.replace(numbers, "") : line.slice(prefix.length);
    // One mark takes the place of another: a heading becomes a list, not a heading in a list.
    const bare = line.replace(/^(#{1,6}|[-*]|\d+\.|>)\s+/, "");
    count += 1;
    return (isNumbered ? `${count}. ` : prefix) + bare;
  }).join("\n");
  replace(field, start, end, changed);
  if (lines.length > 1) field.setSelectionRange(start, start + changed.length);
}

// A block can't stand inside another, so whoever is inside one gets the place behind it.
function outsideOfBlocks(value, at) {
  let place = 0;
  let isOpen = false;
  for (const line of value.split("\n")) {
    const end = place + line.length;
    if (/^ {0,3}:{3,}/.test(line)) isOpen = !/^ {0,3}:{3,}\s*$/.test(line);
    if (end >= at && !isOpen) return { isMoved: place > at, end };
    place = end + 1;
  }
  return { isMoved: false, end: value.length };
}

/** Put the chosen lines into a block of that name, or an empty block where the caret is. */
export function block(field, name, argument = "") {
  const { value, selectionStart, selectionEnd } = field;
  const [first, last] = linesAround(field);
  const place = outsideOfBlocks(value, selectionStart);
  const takes = selectionEnd > selectionStart && !place.isMoved;
  const start = takes ? first : place.end;
  const end = takes ? last : place.end;
  const isList = name === "ask" || name === "limit";
  const inner = takes ? value.slice(start, end) : isList ? "- " : "";
  const gap = gapBefore(value, start);
  const head = `${gap}:::${name}${argument ? ` ${argument}` : ""}\n`;
  const after = value.slice(end);
  const tail = `\n:::${after && !after.startsWith("\n\n") ? (after.startsWith("\n") ? "\n" : "\n\n") : ""}`;
  replace(field, start, end, head + inner + tail);
  const body = start + head.length;
  if (name === "purpose" && argument) field.setSelectionRange(body - 1 - argument.length, body - 1);
  else field.setSelectionRange(takes ? body : body + inner.length, body + inner.length);
}

function press(field, button) {
  const { wrap: marks, line, block: name, argument } = button.dataset;
  if (marks) wrap(field, marks);
  else if (line) mark(field, line);
  else if (name) block(field, name, argument);
  else if (button.dataset.wikiLink !== undefined) wrap(field, "[[", "]]");
}

// One stop for Tab, arrows inside: the pattern of a toolbar.
function rove(bar) {
  const buttons = [...bar.querySelectorAll("button")];
  const stand = (chosen) => { for (const one of buttons) one.tabIndex = one === chosen ? 0 : -1; };
  stand(buttons[0]);
  bar.addEventListener("focusin", (event) => stand(event.target));
  bar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined || hasModifier(event)) return;
    event.preventDefault();
    buttons.at(next % buttons.length).focus();
  });
}

function count(field) {
  const shown = field.form?.querySelector("[data-count]");
  if (shown) shown.textContent = word("characters", { n: counted([...field.value].length) });
}

function dress(field) {
  const bar = field.closest("[data-editor]")?.querySelector('[role="toolbar"]');
  if (bar) {
    rove(bar);
    // The text keeps its selection while a tool is pressed.
    bar.addEventListener("mousedown", (event) => event.preventDefault());
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) press(field, button);
    });
  }
  field.addEventListener("keydown", (event) => {
    const isBold = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "b";
    if (inConversion(event) || !isBold) return;
    event.preventDefault();
    wrap(field, "**");
  });
  field.addEventListener("input", () => count(field));
  count(field);
}

export function init() {
  for (const field of document.querySelectorAll("textarea[data-body]")) dress(field);
}
