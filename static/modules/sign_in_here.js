/** Sign in again without leaving the screen: what was being written stays where it is. */

import { quiet } from "./typing.js";
import { toast } from "./toasts.js";
import { word } from "./words.js";

const JSON_ONLY = { Accept: "application/json" };
let waiting = null;
let saidLater = false;

/** The token that this page's forms carry. */
export function token() {
  return document.querySelector('input[name="csrf_token"]')?.value ?? "";
}

function renew(fresh) {
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = fresh;
}

async function enter(dialog, form) {
  const start = await fetch(dialog.dataset.token, { headers: JSON_ONLY, cache: "no-store" });
  const fields = new URLSearchParams(new FormData(form));
  fields.set("csrf_token", (await start.json()).csrf_token);
  const answer = await fetch(form.getAttribute("action"), { method: "POST", headers: JSON_ONLY, body: fields });
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error("refused"), { sentence: told.error?.message });
  renew(told.csrf_token);
  return told.name;
}

function show(dialog) {
  const form = dialog.querySelector("form");
  const problem = dialog.querySelector("[data-problem]");
  const button = form.querySelector('[type="submit"]');
  const secret = form.elements.password;
  problem.hidden = true;
  return new Promise((done) => {
    const submit = async (event) => {
      event.preventDefault();
      button.disabled = true;
      try {
        const name = await enter(dialog, form);
        dialog.close("in");
        toast(word("signedIn", { name }));
      } catch (error) {
        problem.querySelector("span").textContent = error.sentence || word("unreachable");
        problem.hidden = false;
        secret.select();
      } finally {
        button.disabled = false;
      }
    };
    const later = () => dialog.close("later");
    form.addEventListener("submit", submit);
    form.querySelector("[data-later]").addEventListener("click", later);
    dialog.addEventListener("close", () => {
      form.removeEventListener("submit", submit);
      form.querySelector("[data-later]").removeEventListener("click", later);
      secret.value = "";
      done(dialog.returnValue === "in");
    }, { once: true });
    dialog.returnValue = "";
    dialog.showModal();
    (form.elements.name.value ? secret : form.elements.name).focus();
  });
}

async function open(dialog) {
  // A dialog that opens under somebody's fingers would take in the rest of their sentence.
  await quiet(800);
  const isIn = await show(dialog);
  saidLater = !isIn;
  if (isIn) setTimeout(() => document.dispatchEvent(new CustomEvent("kb:signed-in")));
  return isIn;
}

/** Ask who it is; true once they are signed in. Questions asked meanwhile wait for the same answer. */
export function signInHere({ insist = false } = {}) {
  const dialog = document.getElementById("sign-in-here");
  if (!dialog || (saidLater && !insist && !waiting)) return Promise.resolve(false);
  waiting ??= open(dialog).finally(() => { waiting = null; });
  return waiting;
}
