/** When a page does not help: dialogs drawn by the server with what the call knows; without scripts they are pages. */

import { call, now } from "./call.js";
import { ask } from "./server.js";
import { announce, tell, toast } from "./toasts.js";
import { hasModifier, isTyping } from "./typing.js";

let dialog = null;
let isOpening = false;

const stamp = () => new Date(now()).toISOString();

function draw(html) {
  if (!dialog) {
    dialog = Object.assign(document.createElement("dialog"), { className: "dialog help" });
    dialog.setAttribute("aria-labelledby", "help-title");
    dialog.addEventListener("submit", submit);
    dialog.addEventListener("input", write);
    dialog.addEventListener("keydown", digit);
    document.body.append(dialog);
  }
  dialog.innerHTML = html;
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[autofocus]") ?? dialog.querySelector("input:not([type=hidden]), textarea, button"))?.focus();
  write();
}

/** The form's own address, with what stands in the search box and beside it. */
function address(link) {
  const url = new URL(link.href);
  const words = document.querySelector('form[data-live] input[name="q"]')?.value.trim();
  const { page, revision } = document.querySelector("article[data-page]")?.dataset ?? {};
  const told = { page, revision, words, call: call.key, part: "dialog" };
  for (const [name, value] of Object.entries(told)) if (value) url.searchParams.set(name, value);
  return url;
}

async function open(link) {
  if (isOpening) return;
  isOpening = true;
  const words = address(link).searchParams.get("words") ?? "";
  // The call remembers the gap first: nobody is kept from noting it because the server is away.
  const noted = link.dataset.help === "gap" ? words : "";
  if (noted && !call.has("gap", { words })) call.step("gap", { words });
  try {
    if (call.key) await call.kept();
    draw(await (await ask(address(link))).text());
    if (noted) dialog.querySelector("form").dataset.noted = noted;
  } catch (error) {
    tell(error);
  }
  isOpening = false;
}

async function submit(event) {
  const { target: form, submitter } = event;
  event.preventDefault();
  if (submitter?.dataset.endCall) {
    dialog.close();
    return call.end(submitter.dataset.endCall);
  }
  const fields = new URLSearchParams(new FormData(form, submitter));
  if (form.dataset.noted === fields.get("words")) fields.set("noted", "1");
  if (submitter) submitter.disabled = true;
  try {
    if (call.key) await call.kept();
    const { message, html } = await (await ask(form.getAttribute("action"), { fields, insist: true })).json();
    if (html) draw(html);
    else dialog.close();
    (html ? announce : toast)(message);
    if (["end", "send"].includes(fields.get("action"))) call.set("harassment_over_at", stamp());
    document.dispatchEvent(new CustomEvent("kb:asked"));
  } catch (error) {
    refuse(error);
  }
  if (submitter) submitter.disabled = false;
}

function refuse(error) {
  const problem = dialog.querySelector("[data-problem]");
  if (!problem || !error.sentence) return tell(error);
  problem.lastElementChild.textContent = error.sentence;
  problem.hidden = false;
}

function lineOf(one) {
  const value = one.matches("fieldset") ? one.querySelector(":checked")?.parentElement.innerText : one.value ?? one.textContent;
  return value?.trim() ? `${one.dataset.line}${value.includes("\n") ? "\n" : ""}${value.trim()}` : "";
}

/** The card as text follows its fields, and the way to a story the words. */
function write() {
  const text = dialog.querySelector("[data-card]");
  if (text) text.value = [text.dataset.card, ...[...text.form.querySelectorAll("[data-line]")].map(lineOf).filter(Boolean)].join("\n");
  const story = dialog.querySelector("[data-with-words]");
  if (!story) return;
  const url = new URL(story.href);
  url.searchParams.set("words", story.closest("form").elements.words.value);
  story.href = url;
}

/** A digit chooses one of a few, as long as no text is being typed. */
function digit(event) {
  const box = dialog.querySelectorAll("[data-digits] input")[event.key - 1];
  if (!box || isTyping(event.target) || hasModifier(event)) return;
  event.preventDefault();
  box.focus();
  box.click();
}

/** The band while harassment is recorded: minutes, the count of demands, and what was said. */
class Band {
  constructor(place) {
    this.place = place;
    document.addEventListener("kb:call", () => this.refresh());
    setInterval(() => this.refresh(), 15_000);
    place.addEventListener("submit", (event) => {
      event.preventDefault();
      this.demand(event.target.elements.words);
    });
    place.addEventListener("click", (event) => {
      const words = event.target.closest("[data-phrase]")?.innerText.trim();
      if (words) call.step("boundary", { words });
    });
    this.refresh();
  }

  words(kind) {
    return call.facts.steps.filter((step) => step.kind === kind).map((step) => step.words);
  }

  refresh() {
    const { place } = this;
    place.hidden = !call.facts?.harassment_at || Boolean(call.facts.harassment_over_at);
    if (place.hidden) return;
    const minutes = Math.max(1, Math.ceil((now() - Date.parse(call.facts.harassment_at)) / 60_000));
    place.querySelector("[data-hard-minutes]").textContent = place.dataset.minutes.replace("{n}", minutes);
    place.querySelector("[data-hard-count]").textContent = this.words("demand").length;
    const said = this.words("boundary");
    for (const one of place.querySelectorAll("[data-phrase]")) one.classList.toggle("is-said", said.includes(one.innerText.trim()));
  }

  begin() {
    if (!call.facts?.harassment_at) call.set("harassment_at", stamp());
    call.set("harassment_over_at", "");
    this.place.querySelector("details").open = true;
    announce(this.place.dataset.began);
  }

  demand(field) {
    call.step("demand", { words: field.value.trim() });
    field.value = "";
    announce(this.place.dataset.counted.replace("{n}", this.words("demand").length));
  }
}

export function init() {
  const place = document.querySelector("[data-hard]");
  const band = place && new Band(place);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-help]");
    if (!link || event.button || hasModifier(event) || event.shiftKey || event.defaultPrevented) return;
    event.preventDefault();
    if (band && link.dataset.help === "begin") band.begin();
    else open(link);
  });
}
