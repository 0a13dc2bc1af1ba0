// What may stand between the braces: variables after `{{`, prompts after `{{>`, a prompt's labels after `@`.

import { autocompletion, pickedCompletion } from "@codemirror/autocomplete";
import { EditorSelection } from "@codemirror/state";

import { findPrompts } from "./prompts.mjs";
import { openTag, tagsIn } from "./tags.mjs";
import { variables } from "./variables.mjs";

// How far back a tag may have been opened: names have 200 characters at most.
const BACK = 300;

/** Puts a tag's inside in the place of what was written of it, and closes it, once. */
function finish(inside) {
  const rest = inside.startsWith(">") ? /^[^{}]*\}\}/ : /^[^\s{}]*\s*\}\}/;
  return (view, completion, from, to) => {
    const { state } = view;
    const typed = state.sliceDoc(from, to);
    const put = (range) => {
      const start = range.head - typed.length;
      // Other cursors come along where the same was written.
      if (start < 0 || state.sliceDoc(start, range.head) !== typed) return { range };
      const behind = state.sliceDoc(range.head, Math.min(range.head + BACK, state.doc.lineAt(range.head).to)).match(rest)?.[0] ?? "";
      return { changes: { from: start, to: range.head + behind.length, insert: `${inside}}}` }, range: EditorSelection.cursor(start + inside.length + 2) };
    };
    view.dispatch(state.changeByRange(put), { annotations: pickedCompletion.of(completion), userEvent: "input.complete", scrollIntoView: true });
  };
}

/** Names that the prompt uses, in whichever message, without those that are declared or just being written. */
function used(written, names) {
  const found = [...document.querySelectorAll("textarea.c-prompt")].flatMap(({ value }) => [...tagsIn(value)]);
  return new Set(found.filter(({ kind, inside }) => kind === "variable" && inside !== written && !names.has(inside)).map(({ inside }) => inside));
}

function offerVariables(context, inside) {
  const declared = context.state.field(variables);
  const names = new Set(declared.map(({ name }) => name));
  const written = inside.trimStart();
  const options = [
    // In the order in which the page has them, before names that are only used.
    ...declared.map(({ name, type, description }, at) => ({ label: name, detail: type, info: description || undefined, boost: Math.max(1, 99 - at), apply: finish(name) })),
    ...[...used(written, names)].map((name) => ({ label: name, detail: "in this prompt", apply: finish(name) })),
    { label: ">", detail: "include a prompt", boost: -99, type: "include", apply: "> " },
  ];
  return { from: context.pos - written.length, options, validFor: /^[\p{Alphabetic}\p{N}_.-]*$/u };
}

async function offerPrompts(context, element, inside) {
  const stop = new AbortController();
  context.addEventListener("abort", () => stop.abort(), { onDocChange: true });
  const [name, label] = inside.slice(inside.indexOf(">") + 1).split("@").map((part) => part.trim());
  const prompts = await findPrompts(element, name, stop.signal);
  if (context.aborted) return null;
  const version = ({ latest, labels = [] }) => [latest && `version ${latest}`, ...labels].filter(Boolean).join(" · ");
  const option = (label, detail, tag) => ({ label, detail, apply: finish(`> ${tag}`) });
  const options =
    label === undefined
      ? prompts.map((prompt) => option(prompt.name, version(prompt), prompt.name))
      : (prompts.find((prompt) => prompt.name === name)?.labels ?? []).filter((one) => one.startsWith(label)).map((one) => option(one, "label", `${name}@${one}`));
  // The server has chosen: the list is not sifted again, and asked for anew with each key.
  return { from: context.pos - inside.length, options, filter: false };
}

export function completion(element) {
  const source = (context) => {
    const { state, pos } = context;
    const inside = openTag(state.sliceDoc(Math.max(state.doc.lineAt(pos).from, pos - BACK), pos));
    if (inside === null) return null;
    return inside.trimStart().startsWith(">") ? offerPrompts(context, element, inside) : offerVariables(context, inside);
  };
  return autocompletion({ override: [source], icons: false, activateOnTypingDelay: 50, activateOnCompletion: ({ type }) => type === "include" });
}
