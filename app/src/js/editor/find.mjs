// Find and replace, over the text. Its fields belong to no form, and what is typed in them is not the prompt's.

import {
  closeSearchPanel,
  findNext,
  findPrevious,
  getSearchQuery,
  replaceAll,
  replaceNext,
  search,
  SearchQuery,
  selectMatches,
  setSearchQuery,
} from "@codemirror/search";
import { runScopeHandlers } from "@codemirror/view";

const MOST = 1000; // matches that are counted

const icon = (name) => `<svg class="c-icon" aria-hidden="true"><use href="/icons.svg#i-${name}"></use></svg>`;
const quiet = (name, label, picture) =>
  `<button class="c-btn" data-kind="quiet" data-icon data-size="s" type="button" name="${name}" aria-label="${label}">${icon(picture)}</button>`;
const button = (name, label) => `<button class="c-btn" data-size="s" type="button" name="${name}">${label}</button>`;
const field = (name, label, more = "") =>
  `<input class="c-input" data-size="s" name="${name}" aria-label="${label}" placeholder="${label}" form="" autocomplete="off" spellcheck="false" ${more}>`;
const tick = (name, label) => `<label class="c-check"><input type="checkbox" name="${name}" form="">${label}</label>`;

const FIND = `<div>${field("search", "Find", 'main-field="true"')}<span class="c-hint" role="status"></span>
  ${quiet("previous", "Previous match", "up-arrow")}${quiet("next", "Next match", "down-arrow")}${button("every", "Select all")}${quiet("close", "Close", "x")}</div>`;
const REPLACE = `<div>${field("replace", "Replace with")}${button("replaceNext", "Replace")}${button("replaceAll", "Replace all")}</div>`;
const TICKS = `<div>${tick("caseSensitive", "Match case")}${tick("wholeWord", "Whole words")}${tick("regexp", "Regular expression")}</div>`;

const ACTS = { previous: findPrevious, next: findNext, every: selectMatches, close: closeSearchPanel, replaceNext, replaceAll };

/** “3 of 12”, where the selection is a match. */
function count(query, { doc, selection }) {
  if (!query.search) return "";
  if (!query.valid) return "not readable";
  let all = 0;
  let here = 0;
  for (const { from, to } of { [Symbol.iterator]: () => query.getCursor(doc) }) {
    all += 1;
    if (from === selection.main.from && to === selection.main.to) here = all;
    if (all === MOST) return `${MOST} or more`;
  }
  return here ? `${here} of ${all}` : all === 0 ? "none" : `${all} found`;
}

function panel(view) {
  const dom = document.createElement("div");
  dom.className = "c-find";
  dom.role = "search";
  dom.ariaLabel = "Find and replace in this text";
  dom.innerHTML = FIND + (view.state.readOnly ? "" : REPLACE) + TICKS;
  const inputs = [...dom.querySelectorAll("input")];
  const main = inputs[0];
  const status = dom.querySelector("[role=status]");

  const read = () => Object.fromEntries(inputs.map(({ name, type, checked, value }) => [name, type === "checkbox" ? checked : value]));
  const show = (query) => {
    for (const input of inputs) {
      if (input.type === "checkbox") input.checked = query[input.name];
      else if (input.value !== query[input.name]) input.value = query[input.name];
    }
  };
  const tell = (state) => {
    const query = getSearchQuery(state);
    status.textContent = count(query, state);
    main.setAttribute("aria-invalid", String(Boolean(query.search) && !query.valid));
  };
  dom.addEventListener("input", () => view.dispatch({ effects: setSearchQuery.of(new SearchQuery({ literal: true, ...read() })) }));
  dom.addEventListener("click", ({ target }) => ACTS[target.closest("button")?.name]?.(view));
  dom.addEventListener("keydown", (event) => {
    const enter = event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches("input");
    const act = event.target.name === "replace" ? replaceNext : event.shiftKey ? findPrevious : findNext;
    if (runScopeHandlers(view, event, "search-panel") || (enter && act(view))) event.preventDefault();
  });
  show(getSearchQuery(view.state));
  tell(view.state);
  return {
    dom,
    top: true,
    mount: () => main.select(),
    update({ state, docChanged, selectionSet, transactions }) {
      const asked = transactions.some(({ effects }) => effects.some((effect) => effect.is(setSearchQuery)));
      if (asked) show(getSearchQuery(state));
      if (asked || docChanged || selectionSet) tell(state);
    },
  };
}

export const finding = search({ top: true, literal: true, createPanel: panel });
