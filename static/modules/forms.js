/** Small help for forms: send on change, and lead to the first thing that needs mending. */

export function init() {
  let isByKey = false;
  document.addEventListener("keydown", () => { isByKey = true; }, true);
  document.addEventListener("pointerdown", () => { isByKey = false; }, true);
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    const isChoice = event.target.matches("select, [type=checkbox], [type=radio]");
    // Arrow keys walk through a list of choices: whoever uses them presses the button when they have arrived.
    if (isChoice && !isByKey && form?.dataset.submitOnChange !== undefined) form.requestSubmit();
  });
  document.querySelector("[data-focus]")?.focus();
}
