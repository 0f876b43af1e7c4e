/** Ask before a deed that is hard to take back, and open dialogs that stand in the page. */

/** Resolves to true when the person presses the button that bears the deed's own name. */
function confirm(sentence, deed, isDanger) {
  const dialog = document.getElementById("confirm-pattern").content.firstElementChild.cloneNode(true);
  dialog.querySelector("[data-sentence]").textContent = sentence;
  const yes = dialog.querySelector("[data-yes]");
  yes.textContent = deed;
  yes.classList.add(isDanger ? "btn--danger" : "btn--primary");
  document.body.append(dialog);
  return new Promise((done) => {
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.querySelector("[data-no]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
    dialog.showModal();
    dialog.querySelector(isDanger ? "[data-no]" : "[data-yes]").focus();
  });
}

async function ask(button) {
  const deed = button.textContent.trim() || button.getAttribute("aria-label");
  if (!(await confirm(button.dataset.confirm, deed, button.classList.contains("btn--danger")))) return;
  if (button.form && button.type === "submit") {
    button.form.requestSubmit(button);
  } else {
    const { confirm: sentence } = button.dataset;
    delete button.dataset.confirm;
    button.click();
    button.dataset.confirm = sentence;
  }
}

export function init() {
  // Before every other listener, because none of them may act until the answer is there.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-confirm]");
    if (!button || !document.getElementById("confirm-pattern")) return;
    event.preventDefault();
    event.stopPropagation();
    ask(button);
  }, true);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    const closer = event.target.closest?.("[data-close]");
    closer?.closest("dialog")?.close();
  });
}
