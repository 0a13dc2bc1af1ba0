// Several cursors: Command or Control and D, Alt and a click, Alt and a drag. One caret is the browser's own, as in any
// field; drawing it costs a layout with every key. Several can only be drawn.

import { Compartment, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, rectangularSelection } from "@codemirror/view";

const shown = new Compartment();
const ONE = [];
const MANY = drawSelection();

export const cursors = [
  EditorState.allowMultipleSelections.of(true),
  EditorView.clickAddsSelectionRange.of(({ altKey }) => altKey),
  rectangularSelection(),
  shown.of(ONE),
  EditorState.transactionExtender.of(({ newSelection, startState }) => {
    const now = newSelection.ranges.length > 1 ? MANY : ONE;
    return shown.get(startState) === now ? null : { effects: shown.reconfigure(now) };
  }),
];
