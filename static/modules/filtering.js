/** Lists that htmx narrows in place: what they say to a screen reader, and what happens when no list comes back. */

import { announce, tell } from "./toasts.js";

const listOf = (event) => (event.detail.target?.id === "list" ? event.detail.target : null);

export function init() {
  document.addEventListener("htmx:beforeRequest", (event) => listOf(event)?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event;
    // Somebody who was signed out meanwhile gets another page than the list: it is opened as a page.
    if (!listOf(event) || detail.isError || detail.serverResponse.includes('id="list"')) return;
    detail.shouldSwap = false;
    location.assign(detail.pathInfo.finalRequestPath);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "list") announce(document.getElementById("list-count")?.textContent ?? "");
  });
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failure, (event) => {
      listOf(event)?.removeAttribute("aria-busy");
      tell(null);
    });
  }
}
