/** A menu closes when one looks elsewhere: a click outside, focus that leaves, Esc. */

const open = () => document.querySelectorAll("details[data-menu][open]");

export function init() {
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("focusin", (event) => {
    // A field inside may be waiting for its reason; only another place on the page closes the menu.
    for (const menu of open()) if (!menu.contains(event.target) && event.target !== document.body) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return;
    for (const menu of open()) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      event.preventDefault();
    }
  }, true);
}
