/** The wall of a story session: keys, a quiet timer, and what is noted. */

import { digitOf } from "./digits.js";
import { ask } from "./server.js";
import { announce, tell } from "./toasts.js";
import { hasModifier, inConversion, isTyping } from "./typing.js";
import * as waiting from "./unsent.js";

const ARROWS = { ArrowLeft: "←", ArrowRight: "→" };
const wall = () => document.querySelector("[data-stage]");
const field = () => document.querySelector("[data-add-note] textarea");
let until = 0;

/** The ring empties and the prompts go by thirds; nothing blinks, and nothing is said aloud. */
function tick() {
  const stage = wall();
  if (!stage || stage.dataset.runs === undefined) return;
  const of = Number(stage.dataset.of);
  const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
  stage.querySelector("[data-clock]").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  stage.querySelector(".timer .go").setAttribute("stroke-dasharray", `${(100 * left) / of} 100`);
  const says = stage.querySelector("[data-time-word]");
  if (left === 0) says.textContent = says.dataset.over;
  const prompts = [...stage.querySelectorAll("[data-prompts] > li")];
  const now = Math.min(prompts.length - 1, Math.floor(((of - left) / of) * prompts.length));
  prompts.forEach((one, at) => {
    one.classList.toggle("now", at === now);
    if (at === now) one.setAttribute("aria-current", "step");
    else one.removeAttribute("aria-current");
  });
}

/** What is not on the server yet stands under what is. */
function draw() {
  const list = document.querySelector("[data-notes]");
  const pattern = document.querySelector("[data-note-pattern]");
  if (!list || !pattern) return;
  list.querySelectorAll(".is-waiting").forEach((one) => one.remove());
  for (const note of waiting.all()) {
    const made = pattern.content.firstElementChild.cloneNode(true);
    made.classList.add(`note--${note.kind}`, "is-waiting");
    made.querySelector(".badge").textContent = document.querySelector(`[name="kind"][value="${note.kind}"] + span`)?.textContent ?? "";
    made.querySelector(".said").textContent = note.words;
    list.append(made);
  }
  list.scrollTop = list.scrollHeight;
}

function arrived() {
  until = performance.now() + Number(wall().dataset.left) * 1000;
  tick();
  draw();
}

/** Take the wall out of the page as the server draws it now; what is being typed, and where, stays. */
async function renew(answer) {
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-stage]");
  if (!drawn) return location.reload();
  const old = field();
  const isHere = document.activeElement === old;
  const moved = wall().dataset.at !== drawn.dataset.at;
  const kind = document.querySelector('[name="kind"]:checked')?.value;
  const [from, to] = [old?.selectionStart, old?.selectionEnd];
  wall().replaceWith(drawn);
  if (old && field()) {
    field().value = old.value;
    document.querySelector(`[name="kind"][value="${kind}"]`).checked = true;
    if (isHere) {
      field().focus({ preventScroll: true });
      field().setSelectionRange(from, to);
    }
  }
  if (moved && !isHere) document.getElementById("wall")?.focus({ preventScroll: true });
  if (moved) announce(document.getElementById("story")?.textContent ?? "");
  document.dispatchEvent(new CustomEvent("kb:drawn", { detail: drawn }));
  arrived();
}

const look = async () => renew(await ask(location.pathname));

function add(form) {
  const words = field().value.trim();
  if (!words) return;
  const fields = Object.fromEntries(new FormData(form));
  delete fields.csrf_token;
  waiting.add(form.action, { ...fields, words });
  field().value = "";
  draw();
  waiting.send();
}

/** What the server will never take goes back to whoever wrote it. */
function refused(error, fields) {
  if (field() && !field().value) field().value = fields.words;
  tell(error);
}

async function go(form) {
  try {
    await renew(await ask(form.action, { fields: new URLSearchParams(new FormData(form)) }));
  } catch (error) {
    tell(error);
  }
}

async function takeBack(form) {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("action", "undo");
  try {
    const said = await (await ask(form.action, { fields })).json();
    if (field() && !field().value) field().value = said.words;
    await look();
    field()?.focus();
  } catch (error) {
    tell(error);
  }
}

function submitted(event) {
  const form = event.target;
  const does = form.matches("[data-add-note]") ? add : form.matches("[data-go]") ? go : form.matches("[data-take-back]") ? takeBack : null;
  if (!does) return;
  event.preventDefault();
  does(form);
}

function mark(step) {
  const all = [...document.querySelectorAll('[data-add-note] [name="kind"]')];
  const at = all.findIndex((one) => one.checked);
  all[(at + step + all.length) % all.length].checked = true;
}

function typed(event) {
  const box = field();
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    return box.form.requestSubmit();
  }
  if (event.key === "Escape") return document.getElementById("wall")?.focus({ preventScroll: true });
  if (box.value || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  mark(event.key === "ArrowUp" ? -1 : 1);
}

function pressed(event) {
  if (event.defaultPrevented || inConversion(event) || hasModifier(event) || document.querySelector("dialog[open]")) return;
  if (event.target === field()) return typed(event);
  if (isTyping(event.target) || event.target.type === "radio") return;
  const arrow = ARROWS[event.key];
  const chosen = document.querySelectorAll('[data-add-note] [name="kind"]')[digitOf(event) - 1];
  if (!chosen && !arrow) return;
  event.preventDefault();
  if (chosen) {
    chosen.checked = true;
    return field().focus();
  }
  const form = document.querySelector(`[data-go="${arrow}"]`);
  if (form) form.requestSubmit();
  else if (arrow === "→") document.querySelector("[data-finish]")?.click();
}

function init() {
  if (!wall()) return;
  waiting.start({ sent: look, failed: draw, refused });
  arrived();
  document.addEventListener("submit", submitted);
  document.addEventListener("keydown", pressed);
  setInterval(tick, 1000);
  waiting.send();
}

init();
