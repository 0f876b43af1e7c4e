/** Put a picture into the text: chosen, pasted or dropped; it becomes a file of the page and a mark at the caret. */

import { ask } from "./server.js";
import { tell, toast } from "./toasts.js";
import { caretOf, replace } from "./writing.js";
import { word } from "./words.js";

const PICTURES = /^image\/(png|jpeg|gif|webp)$/;

// The page answers with its list of files, each with the words that show it; the newest has the highest number.
async function upload(url, file) {
  const fields = new FormData();
  fields.set("action", "attach");
  fields.set("file", file, file.name || "image.png");
  const page = new DOMParser().parseFromString(await (await ask(url, { fields })).text(), "text/html");
  const found = [...page.querySelectorAll("[data-attachment]")];
  const newest = found.sort((a, b) => b.dataset.attachment - a.dataset.attachment)[0];
  return newest?.textContent ?? "";
}

async function put(button, field, files) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    for (const file of files) {
      const words = await upload(button.dataset.attach, file);
      const at = caretOf(field);
      if (words) replace(field, at, at, words);
    }
    toast(word("attached"));
  } catch (error) {
    tell(error);
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

function dress(button, field) {
  const choice = Object.assign(document.createElement("input"), { type: "file", accept: "image/*", multiple: true });
  choice.addEventListener("change", () => {
    put(button, field, [...choice.files]);
    choice.value = "";
  });
  button.addEventListener("click", () => choice.click());
  const take = (event, data) => {
    const pictures = [...(data?.files ?? [])].filter((file) => PICTURES.test(file.type));
    // A table copied from a spreadsheet also carries a picture of itself; its text is what is wanted.
    if (!pictures.length || data.types.includes("text/plain")) return;
    event.preventDefault();
    put(button, field, pictures);
  };
  field.addEventListener("paste", (event) => take(event, event.clipboardData));
  field.addEventListener("drop", (event) => take(event, event.dataTransfer));
}

export function init() {
  for (const button of document.querySelectorAll("[data-attach]")) {
    const field = button.closest("[data-editor]")?.querySelector("textarea[data-body]");
    if (field && button.dataset.attach) dress(button, field);
    else button.hidden = true;
  }
}
