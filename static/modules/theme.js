/** Light, dark or as the device says: the reader's own choice, kept in a cookie so that the next page comes in it at once. */

const NAME = "kb_theme";
const YEAR = 31_536_000;

const wanted = () => new RegExp(`(?:^|; )${NAME}=(light|dark)(?:;|$)`).exec(document.cookie)?.[1] ?? "";

function keep(theme) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${NAME}=${theme}; Path=/; Max-Age=${theme ? YEAR : 0}; SameSite=Lax${secure}`;
}

/** The document as the cookie says; a page out of a cache may be older than the choice. */
function show() {
  const theme = wanted();
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.querySelector('meta[name="color-scheme"]')?.setAttribute("content", theme || "light dark");
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
}

export function init() {
  show();
  window.addEventListener("pageshow", (event) => event.persisted && show());
  // Chosen in another tab: this one follows when it is looked at again.
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && show());
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    keep(button.dataset.themeChoice);
    show();
  });
}
