// Warnings that the page found in the text (`data-warnings`): a line under each, what it says, and what mends it.

import { closeHoverTooltips, EditorView, hasHoverTooltips } from "@codemirror/view";
import { forEachDiagnostic, nextDiagnostic, previousDiagnostic, setDiagnostics } from "@codemirror/lint";

import { list } from "./variables.mjs";

const SEVERITY = { bad: "error", warn: "warning", info: "info" };

/** Where a warning stands by now: text was written since. */
function place(state, warning) {
  let found = null;
  forEachDiagnostic(state, (one, from, to) => {
    if (one === warning) found = { from, to };
  });
  return found;
}

function mend(view, warning, insert) {
  const at = place(view.state, warning);
  if (at) view.dispatch({ changes: { ...at, insert }, selection: { anchor: at.from + insert.length }, userEvent: "input.mend" });
  view.focus();
}

function draw(view, warning, say, fixes) {
  const box = document.createElement("div");
  box.className = "c-warning";
  box.append(say);
  for (const { label, insert } of fixes) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "c-btn";
    button.dataset.size = "s";
    button.textContent = label;
    button.addEventListener("click", () => mend(view, warning, insert));
    box.append(button);
  }
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    hush(view);
    view.focus();
  });
  return box;
}

function diagnostic({ from, to, tone, say = "", fixes = [] }, length) {
  const clamp = (at) => Math.min(Math.max(0, at | 0), length);
  const warning = { from: clamp(from), to: Math.max(clamp(from), clamp(to)), severity: SEVERITY[tone] ?? "warning", message: say };
  warning.renderMessage = (view) => draw(view, warning, say, fixes);
  return warning;
}

/** Shows what the textarea's `data-warnings` says; its places may be a few keys old. */
export function warn(view, textarea) {
  const { length } = view.state.doc;
  view.dispatch(setDiagnostics(view.state, list(textarea, "data-warnings").map((one) => diagnostic(one, length))));
}

/** Takes the words off that hang over the text. */
export function hush(view) {
  if (!hasHoverTooltips(view.state)) return false;
  view.dispatch({ effects: closeHoverTooltips });
  return true;
}

/** Goes to a warning and says it, aloud too. */
const tell = (go) => (view) => {
  if (!go(view)) return false;
  const { from, to } = view.state.selection.main;
  const said = [];
  forEachDiagnostic(view.state, (one, start, end) => start <= from && to <= end && said.push(one.message));
  view.dispatch({ effects: EditorView.announce.of(said.join(" ")) });
  return true;
};

export const nextWarning = tell(nextDiagnostic);
export const previousWarning = tell(previousDiagnostic);
