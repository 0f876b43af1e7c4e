/** 役に立ちましたか without leaving the page: the answer is drawn in place, the focus stays, and the thanks are said aloud. */

import { ask } from "./server.js";
import { announce } from "./toasts.js";
import { word } from "./words.js";

/** Show a sentence in the form that was sent; what was typed stays. */
function complain(box, form, sentence) {
  const place = form.querySelector("[data-vote-error]") ?? box.querySelector("[data-vote-trouble]");
  place.querySelector("span").textContent = sentence;
  place.hidden = false;
}

async function send(box, form, button) {
  const fields = new URLSearchParams(new FormData(form, button));
  fields.set("part", "1");
  box.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(form.action, { fields, quiet: true, timeout: 15000 });
    const part = box.querySelector("[data-vote-part]");
    part.innerHTML = await answer.text();
    box.querySelector("[data-vote-trouble]").hidden = true;
    // The same button is there again; only 送る has gone with its form.
    const next = part.querySelector("[data-vote-done]") ?? part.querySelector(`button[name="said"][value="${button.value}"]`);
    next?.focus();
    announce([...part.querySelectorAll("[data-told]")].map((told) => told.textContent).join(" "));
  } catch (error) {
    complain(box, form, error?.sentence || word("unreachable"));
  } finally {
    box.removeAttribute("aria-busy");
  }
}

export function init() {
  document.addEventListener("submit", (event) => {
    const box = event.target.closest?.("[data-vote]");
    if (!box || !event.submitter || !box.querySelector("[data-vote-trouble]")) return;
    event.preventDefault();
    if (!box.hasAttribute("aria-busy")) send(box, event.target, event.submitter);
  });
}
