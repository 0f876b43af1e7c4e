/** The talk on an item: a passage of the text becomes the quote of a comment, and @ offers whom one can call. */

import { calm, inConversion } from "./typing.js";

const MOST = 500;
const here = document.querySelector("[data-quote-here]");
const box = document.querySelector("[data-quote-box]");
const field = document.querySelector("[data-calls]");
const list = document.getElementById("callable");

/** What is selected inside one passage, or nothing. */
function selected() {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const around = range.commonAncestorContainer;
  const element = around.nodeType === Node.ELEMENT_NODE ? around : around.parentElement;
  const words = selection.toString().trim();
  if (!element?.closest("[data-passage]") || words.length < 2 || words.length > MOST) return null;
  return { words, at: range.getBoundingClientRect() };
}

function offer() {
  const found = selected();
  here.hidden = !found;
  if (!found) return;
  const { offsetWidth: wide, offsetHeight: high } = here;
  const below = found.at.bottom + 6 + high < innerHeight ? found.at.bottom + 6 : found.at.top - high - 6;
  here.style.top = `${Math.max(4, below)}px`;
  here.style.left = `${Math.max(4, Math.min(found.at.right - wide, innerWidth - wide - 4))}px`;
}

function quote(words) {
  if (!box || !field) return;
  box.open = true;
  const passage = box.querySelector("textarea");
  passage.value = words.slice(0, MOST);
  passage.dispatchEvent(new Event("input", { bubbles: true }));
  document.getSelection()?.removeAllRanges();
  here.hidden = true;
  field.focus();
  field.closest("[data-talk]").scrollIntoView({ block: "nearest" });
}

/** The name that is being typed behind an @, up to the caret. */
function begun() {
  const before = field.value.slice(0, field.selectionStart);
  return /(?:^|[^0-9A-Za-z._+-])[@＠]([^@＠\n]{0,30})$/.exec(before)?.[1];
}

const options = () => [...list.children].filter((one) => !one.hidden);
const chosen = () => list.querySelector('[aria-selected="true"]');

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function close() {
  list.hidden = true;
  choose(null);
}

function narrow() {
  const typed = begun()?.toLowerCase();
  if (typed === undefined) return close();
  const bare = (words) => words.toLowerCase().replaceAll(/\s/g, "");
  for (const one of list.children) {
    const names = [one.dataset.handle, one.dataset.also].map(bare);
    one.hidden = !names.some((name) => name.startsWith(bare(typed)) && name !== bare(typed));
  }
  list.hidden = options().length === 0;
  choose(list.hidden ? null : options()[0]);
}

function call(option) {
  const end = field.selectionStart;
  field.setRangeText(`${option.dataset.handle} `, end - begun().length, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  close();
  field.focus();
}

function pressed(event) {
  if (list.hidden || inConversion(event)) return;
  const all = options();
  const at = all.indexOf(chosen());
  if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
  else if (event.key === "ArrowUp") choose(all[(at + all.length - 1) % all.length]);
  else if (event.key === "Enter" || event.key === "Tab") call(all[at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

if (here && box && field) {
  document.addEventListener("selectionchange", calm(150, offer));
  document.addEventListener("scroll", () => { here.hidden = true; }, { passive: true });
  // The press itself would take the selection away.
  here.addEventListener("pointerdown", (event) => event.preventDefault());
  here.addEventListener("click", () => quote(selected()?.words ?? ""));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-quote-all]");
    const passage = button?.previousElementSibling;
    if (passage) quote(passage.innerText.trim());
  });
}
if (list && field) {
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.addEventListener("input", (event) => { if (!event.isComposing) narrow(); });
  field.addEventListener("compositionend", narrow);
  field.addEventListener("keydown", pressed);
  field.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[data-handle]");
    if (option) call(option);
  });
}
