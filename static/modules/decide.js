/** The bar that decides: a key leads to a decision and never makes it, ready words go into the field, Esc closes. */

const bar = document.querySelector("[data-decide]");

function init() {
  const panels = [...bar.querySelectorAll("details[name]")];
  // One letter must not publish anything: it leads to the button, and Enter presses that.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-only-focus]");
    if (!button || event.isTrusted) return;
    event.preventDefault();
    event.stopPropagation();
    button.focus();
  }, true);
  for (const panel of panels) {
    panel.addEventListener("toggle", () => {
      if (panel.open) panel.querySelector("[data-first]")?.focus();
    });
  }
  document.addEventListener("keydown", (event) => {
    const open = panels.find((panel) => panel.open);
    if (event.key !== "Escape" || !open || event.isComposing || document.querySelector("dialog[open]")) return;
    open.open = false;
    if (open.contains(document.activeElement)) open.querySelector("summary").focus();
    event.preventDefault();
  });
  bar.addEventListener("change", (event) => {
    if (event.target.dataset?.ready === undefined) return;
    const words = bar.elements.thanks;
    words.value = event.target.value;
    event.target.checked = false;
    words.dispatchEvent(new Event("input", { bubbles: true }));
    words.focus();
  });
}

if (bar) init();
