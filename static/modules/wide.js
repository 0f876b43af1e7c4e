/** Tables that are wider than their place scroll by themselves; the keyboard reaches them in every browser. */

const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

/** Watch the tables of this part of the page. */
export function dress(root) {
  for (const table of root.querySelectorAll(".prose table")) watch.observe(table);
}
