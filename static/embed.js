/** The search of this FAQ inside another site: the element <kb-search>. No cookies, and no other name outside. */
(() => {
  if (customElements.get("kb-search")) return;
  // The server puts its own sentences here, by language.
  const WORDS = {};
  const script = document.currentScript;
  const base = new URL(script.src).origin;
  const given = script.dataset;

  const STYLE = `
    :host { all: initial; display: block; color-scheme: light; container-type: inline-size;
      --ground: #fff; --sunken: #eceeec; --line: #d8dddb; --edge: #7b8789; --text: #1b2426; --text-2: #4a5659;
      --accent: #006173; --accent-strong: #004c59; --on-accent: #fff; --focus: #1b2426; --halo: #ffd43d; }
    @media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { color-scheme: dark; DARK } }
    :host([theme="dark"]) { color-scheme: dark; DARK }
    :host([hidden]), [hidden] { display: none !important; }
    * { box-sizing: border-box; }
    section { position: relative; padding: 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--ground); color: var(--text);
      font: 16px/1.7 "BIZ UDPGothic", "Hiragino Sans", "Hiragino Kaku Gothic ProN", "Noto Sans JP", Meiryo, system-ui, sans-serif;
      line-break: strict; overflow-wrap: anywhere; text-align: start; }
    h2, p, ul, ol, dl, dd, form { margin: 0; padding: 0; }
    h2 { font-size: 18px; line-height: 1.4; }
    .list { list-style: none; margin-top: 12px; border-top: 1px solid var(--line); }
    form { display: flex; gap: 8px; }
    label, .told { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    input { flex: 1; min-width: 0; min-height: 44px; padding: 8px 12px; border: 1px solid var(--edge); border-radius: 8px;
      background: var(--ground); color: inherit; font: inherit; }
    input::placeholder { color: var(--text-2); opacity: 1; }
    button { min-height: 44px; padding: 8px 16px; border: 1px solid var(--edge); border-radius: 8px; background: var(--ground);
      color: inherit; font: inherit; cursor: pointer; }
    .go { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 700; }
    .go:hover { background: var(--accent-strong); }
    a { color: var(--accent); text-underline-offset: .2em; }
    a:hover { color: var(--accent-strong); }
    .list a { display: block; padding: 12px 0; border-bottom: 1px solid var(--line); text-decoration: none; }
    .list b { display: block; font-weight: 700; }
    .list a:hover b { text-decoration: underline; }
    .list span { display: -webkit-box; overflow: hidden; color: var(--text-2); font-size: 14px; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
    :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; box-shadow: 0 0 0 2px var(--halo); }
    h2:focus { outline: 0; box-shadow: none; }
    .answer { margin-top: 12px; }
    .answer h2 { margin: 16px 0 8px; }
    .body { max-height: 420px; overflow: auto; }
    .body > * + *, .body li + li { margin-top: 8px; }
    .body ul, .body ol { padding-inline-start: 1.5em; }
    .body table { border-collapse: collapse; font-size: 14px; }
    .body th, .body td { padding: 4px 8px; border: 1px solid var(--line); text-align: start; }
    .body img { max-width: 100%; height: auto; }
    .body pre { overflow: auto; padding: 8px; background: var(--sunken); }
    .note { margin-top: 12px; color: var(--text-2); font-size: 14px; }
  `.replaceAll("DARK", `--ground: #1a2122; --sunken: #151b1c; --line: #354042; --edge: #7d8a8d; --text: #e6ebea; --text-2: #b3bfc0;
    --accent: #79e2f2; --accent-strong: #c8f8ff; --on-accent: #00262d; --focus: #fff; --halo: #1b2426;`);

  function made(name, facts = {}, ...inside) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(facts)) element.setAttribute(key, value);
    element.append(...inside);
    return element;
  }

  /** The HTML of an answer, whose addresses are of the FAQ and not of this site; plain text where the site forbids HTML. */
  function drawn(html) {
    const kept = document.createElement("template");
    try {
      kept.innerHTML = html;
    } catch {
      return html.replace(/<[^>]*>/g, " ");
    }
    for (const name of ["href", "src"]) {
      for (const element of kept.content.querySelectorAll(`[${name}]`)) {
        element.setAttribute(name, new URL(element.getAttribute(name), base).href);
      }
    }
    for (const link of kept.content.querySelectorAll("a[href]")) Object.assign(link, { target: "_blank", rel: "noopener" });
    return kept.content;
  }

  class KbSearch extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      this.spoken = (this.getAttribute("lang") || "ja").startsWith("en") ? "en" : "ja";
      this.words = WORDS[this.spoken];
      this.home = `${base}/${this.spoken}/`;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      this.build(root);
      this.listen(root);
    }

    build(root) {
      const words = this.words;
      this.input = made("input", { id: "q", type: "search", placeholder: words.example, maxlength: 400, autocomplete: "off", enterkeyhint: "search" });
      const go = made("button", { class: "go", type: "submit" }, words.search);
      this.form = made("form", { role: "search" }, made("label", { for: "q" }, words.label), this.input, go);
      this.told = made("p", { class: "told", role: "status" });
      this.list = made("ul", { class: "list", "aria-label": words.results, hidden: "" });
      this.answer = made("div", { class: "answer", hidden: "" });
      this.note = made("p", { class: "note" }, made("a", { href: this.home, target: "_blank", rel: "noopener" }, words.all));
      root.append(made("section", { "aria-label": words.name, lang: this.spoken }, this.form, this.told, this.list, this.answer, this.note));
    }

    listen(root) {
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.find();
      });
      this.input.addEventListener("input", (event) => {
        clearTimeout(this.soon);
        if (!event.isComposing) this.soon = setTimeout(() => this.find(), 300);
      });
      this.input.addEventListener("compositionend", () => {
        clearTimeout(this.soon);
        this.soon = setTimeout(() => this.find(), 300);
      });
      root.addEventListener("keydown", (event) => this.key(event));
      this.list.addEventListener("click", (event) => {
        const link = event.target.closest("a");
        // With a key held the visitor wants the page itself.
        if (!link?.dataset.id || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.open(link);
      });
    }

    /** Arrows walk from the field through the list; Escape goes back by one step. */
    key(event) {
      if (event.isComposing || event.keyCode === 229) return;
      const links = [...this.list.querySelectorAll("a")];
      const place = links.indexOf(this.shadowRoot.activeElement);
      const isIn = place >= 0 || this.shadowRoot.activeElement === this.input;
      if (event.key === "Escape" && !this.answer.hidden) this.back();
      else if (event.key === "Escape" && place >= 0) this.input.focus();
      else if (event.key === "ArrowDown" && isIn && place + 1 < links.length && !this.list.hidden) links[place + 1].focus();
      else if (event.key === "ArrowUp" && place >= 0) (links[place - 1] ?? this.input).focus();
      else return;
      event.preventDefault();
    }

    async ask(path) {
      this.running?.abort();
      this.running = new AbortController();
      const answer = await fetch(base + path, { credentials: "omit", referrerPolicy: "no-referrer", signal: this.running.signal });
      if (!answer.ok) throw new Error(`${answer.status}`);
      return answer.json();
    }

    async find() {
      const words = this.input.value.trim();
      this.answer.hidden = true;
      if (!words) {
        this.running?.abort();
        this.list.hidden = true;
        this.told.textContent = "";
        return this.say(this.home, this.words.all);
      }
      const more = `${this.home}search?q=${encodeURIComponent(words)}`;
      try {
        const found = await this.ask(`/api/v1/search?limit=5&language=${this.spoken}&q=${encodeURIComponent(words)}`);
        this.list.replaceChildren(...found.hits.map((hit) => this.row(hit)));
        this.list.hidden = !found.hits.length;
        this.told.textContent = found.total ? this.words.found.replace("{n}", found.total) : this.words.none;
        this.say(more, found.total ? this.words.more.replace("{n}", found.total) : this.words.elsewhere, found.total ? "" : this.words.none);
      } catch (fault) {
        this.failed(fault, more);
      }
    }

    row(hit) {
      const about = made("span", {}, hit.snippet);
      return made("li", {}, made("a", { href: hit.url, "data-id": hit.id }, made("b", {}, hit.title), about));
    }

    async open(link) {
      try {
        const told = await this.ask(`/api/v1/answers/${link.dataset.id}`);
        const back = made("button", { type: "button" }, this.words.back);
        back.addEventListener("click", () => this.back());
        const body = made("div", { class: "body", tabindex: "0", role: "region", "aria-label": told.title }, drawn(told.html));
        const title = made("h2", { tabindex: "-1" }, told.title);
        this.answer.replaceChildren(back, title, body);
        this.opened = link;
        this.answer.hidden = false;
        this.list.hidden = true;
        this.say(told.url, this.words.whole);
        title.focus();
      } catch (fault) {
        this.failed(fault, link.href);
      }
    }

    back() {
      this.answer.hidden = true;
      this.list.hidden = false;
      this.say(`${this.home}search?q=${encodeURIComponent(this.input.value.trim())}`, this.words.elsewhere);
      this.opened?.focus();
    }

    /** The line below: a sentence, and a link into the FAQ itself. */
    say(address, words, sentence = "") {
      this.note.replaceChildren(sentence, sentence ? " " : "", made("a", { href: address, target: "_blank", rel: "noopener" }, words));
    }

    async failed(fault, address) {
      if (fault.name === "AbortError") return;
      this.list.hidden = true;
      this.told.textContent = this.words.failed;
      this.say(address, this.words.elsewhere, this.words.failed);
      if (!(fault instanceof TypeError)) return;
      // A server that answers, but not to this site, has not been told of it.
      const isThere = await fetch(`${base}/health/live`, { mode: "no-cors", credentials: "omit" }).then(() => true, () => false);
      console.error(`<kb-search> ${isThere ? this.words.notAllowed.replace("{origin}", location.origin) : this.words.unreachable.replace("{base}", base)}`);
    }
  }

  customElements.define("kb-search", KbSearch);

  /** Where the page has no <kb-search> of its own, one is put where the script stands, or into data-target. */
  function place() {
    if (document.querySelector("kb-search")) return;
    const element = document.createElement("kb-search");
    for (const name of ["lang", "theme"]) if (given[name]) element.setAttribute(name, given[name]);
    const target = given.target && document.querySelector(given.target);
    if (target) target.append(element);
    else if (script.isConnected && document.body.contains(script)) script.after(element);
    else document.body.append(element);
  }

  // Only a page that is whole tells whether it has an element of its own.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place, { once: true });
  else place();
})();
