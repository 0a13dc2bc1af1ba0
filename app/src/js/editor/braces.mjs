// `{{` closes itself: `}}` is put behind it, is written over when somebody types it all the same, and goes with the
// brace that brought it. Single brackets are left alone: prompts are prose, and hold JSON in pieces.

import { EditorSelection, StateEffect, StateField } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

const owe = StateEffect.define({ map: (at, changes) => changes.mapPos(at) });
const pay = StateEffect.define();

/** Where closing braces stand that nobody typed. Forgotten when every cursor has left their line. */
const owed = StateField.define({
  create: () => [],
  update(value, { changes, effects, state, docChanged }) {
    if (docChanged) value = value.map(({ from, to }) => ({ from: changes.mapPos(from, 1), to: changes.mapPos(to, -1) }));
    for (const effect of effects) {
      if (effect.is(owe)) value = [...value, { from: effect.value, to: effect.value + 2 }];
      if (effect.is(pay)) value = value.map((one) => (one.from === effect.value ? { ...one, from: one.from + 1 } : one));
    }
    if (value.length === 0) return value;
    const lines = state.selection.ranges.map(({ head }) => state.doc.lineAt(head));
    return value.filter(({ from, to }) => from < to && lines.some((line) => line.from <= from && to <= line.to));
  },
});

const closers = (state, at) => state.field(owed).find(({ from, to }) => from === at && /^}+$/.test(state.sliceDoc(from, to)));

/** Whether a brace typed here is the second of two, and nothing that it would close follows. */
function opens({ doc }, at) {
  const before = doc.sliceString(Math.max(0, at - 3), at);
  const after = doc.sliceString(at, at + 2);
  return before.endsWith("{") && !/[\\{]\{$/.test(before) && after !== "}}" && !/^[\p{L}\p{N}_]/u.test(after);
}

function type(view, from, to, text) {
  const { state } = view;
  const { ranges } = state.selection;
  const everywhere = (test) => !state.readOnly && ranges.every((range) => range.empty && test(range.head));
  if (text === "{" && everywhere((at) => opens(state, at))) {
    const close = ({ head }) => ({ changes: { from: head, insert: "{}}" }, range: EditorSelection.cursor(head + 1), effects: owe.of(head + 1) });
    view.dispatch(state.changeByRange(close), { userEvent: "input.type", scrollIntoView: true });
    return true;
  }
  if (text === "}" && everywhere((at) => closers(state, at))) {
    const selection = EditorSelection.create(ranges.map(({ head }) => EditorSelection.cursor(head + 1)), state.selection.mainIndex);
    view.dispatch({ selection, effects: ranges.map(({ head }) => pay.of(head)), userEvent: "input.type", scrollIntoView: true });
    return true;
  }
  return false;
}

/** Backspace in an empty pair. */
export function unclose({ state, dispatch }) {
  const empty = ({ head, empty }) => empty && state.sliceDoc(Math.max(0, head - 2), head + 2) === "{{}}" && closers(state, head);
  if (state.readOnly || !state.selection.ranges.every(empty)) return false;
  const remove = ({ head }) => ({ changes: { from: head - 1, to: head + 2 }, range: EditorSelection.cursor(head - 1) });
  dispatch(state.update(state.changeByRange(remove), { userEvent: "delete.backward", scrollIntoView: true }));
  return true;
}

export const braces = [owed, EditorView.inputHandler.of(type)];
