// The editor over a prompt's textarea: CodeMirror, appended behind it as the last child of its `<prompt-editor>`, because
// Leptos goes over the children in their order. public/kit.js loads this where one is shown; until then the textarea serves.

import { history } from "@codemirror/commands";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, placeholder } from "@codemirror/view";

import { braces } from "./braces.mjs";
import { chipped } from "./chips.mjs";
import { completion } from "./completion.mjs";
import { cursors } from "./cursors.mjs";
import { finding } from "./find.mjs";
import { keys } from "./keys.mjs";
import { Mirror } from "./mirror.mjs";
import { declare, list, variables } from "./variables.mjs";
import { warn } from "./warnings.mjs";

// Attributes of the textarea that the text takes over, now and when they change.
const SAME = ["aria-label", "aria-labelledby", "aria-describedby", "aria-invalid"];
const WORN = [...SAME, "placeholder", "readonly", "disabled"];

function worn(textarea) {
  const fixed = textarea.readOnly || textarea.disabled;
  const same = Object.fromEntries(SAME.filter((name) => textarea.hasAttribute(name)).map((name) => [name, textarea.getAttribute(name)]));
  const label = textarea.labels[0]?.textContent.trim();
  // What may only be read stays in reach of the keyboard: it has a caret, and can be copied. A phone shows no keys for it.
  const attributes = { spellcheck: String(!fixed), autocapitalize: "sentences", ...(label && { "aria-label": label }), ...same, ...(fixed && { inputmode: "none" }) };
  return [EditorState.readOnly.of(fixed), EditorView.contentAttributes.of(attributes), placeholder(textarea.placeholder)];
}

/** Keeps up with what the page says by attributes. */
function watch(view, element, textarea, wear) {
  const observer = new MutationObserver((changes) => {
    const changed = new Set(changes.filter(({ target, attributeName, oldValue }) => target.getAttribute(attributeName) !== oldValue).map(({ attributeName }) => attributeName));
    if (WORN.some((name) => changed.has(name))) view.dispatch({ effects: wear.reconfigure(worn(textarea)) });
    if (changed.has("data-variables")) view.dispatch({ effects: declare.of(list(element, "data-variables")) });
    if (changed.has("data-warnings")) warn(view, textarea);
  });
  observer.observe(element, { attributeOldValue: true, attributeFilter: ["data-variables"] });
  observer.observe(textarea, { attributeOldValue: true, attributeFilter: [...WORN, "data-warnings"] });
  return observer;
}

// Typed over a selection that holds chips, browsers write the chips' looks into style attributes, which the page's policy
// forbids. So the text is replaced here, and they only draw it.
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const selection = document.getSelection();
    const range = event.getTargetRanges?.()[0] ?? (selection.rangeCount > 0 ? selection.getRangeAt(0) : undefined);
    const over = event.inputType === "insertText" && event.data && !view.composing && range && !range.collapsed;
    if (!over || view.state.readOnly) return false;
    event.preventDefault();
    // The browser's own selection: the state hears of it a moment later.
    const [from, to] = [view.posAtDOM(range.startContainer, range.startOffset), view.posAtDOM(range.endContainer, range.endOffset)];
    const many = view.state.selection.ranges.length > 1;
    const one = { changes: { from, to, insert: event.data }, selection: { anchor: from + event.data.length } };
    view.dispatch(many ? view.state.replaceSelection(event.data) : one, { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

/** Lays the editor over the textarea of a `<prompt-editor>`; `element.editor` is `{ view, destroy }` from then on. */
export function mount(element) {
  const textarea = element.querySelector(":scope > textarea");
  if (!textarea || element.editor) return;
  const mirror = new Mirror(textarea);
  const wear = new Compartment();
  const forward = textarea.selectionDirection !== "backward";
  const [anchor, head] = forward ? [textarea.selectionStart, textarea.selectionEnd] : [textarea.selectionEnd, textarea.selectionStart];

  const view = new EditorView({
    parent: element,
    doc: textarea.value,
    selection: { anchor, head },
    extensions: [
      EditorView.cspNonce.of(document.querySelector("script[nonce]")?.nonce ?? ""),
      wear.of(worn(textarea)),
      mirror.extension,
      variables.init(() => list(element, "data-variables")),
      braces,
      chipped,
      completion(element),
      finding,
      history(),
      keys,
      cursors,
      replacing,
      EditorState.tabSize.of(8), // as in a textarea
      EditorView.lineWrapping,
    ],
  });
  mirror.attach(view);
  warn(view, textarea);
  const observer = watch(view, element, textarea, wear);
  // It measures itself for two frames, unseen, so that nothing moves when it takes the textarea's place.
  element.dataset.state = "mounting";
  const shown = () => {
    if (!element.editor) return;
    const focused = document.activeElement === textarea;
    if (textarea.value !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: textarea.value } });
    textarea.hidden = true;
    element.dataset.state = "ready";
    view.requestMeasure();
    if (focused) view.focus();
  };
  requestAnimationFrame(() => requestAnimationFrame(shown));

  element.editor = {
    view,
    destroy() {
      observer.disconnect();
      mirror.detach();
      view.destroy();
      textarea.hidden = false;
      delete element.dataset.state;
      delete element.editor;
    },
  };
}
