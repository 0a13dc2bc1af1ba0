// What keys do in the text. Tab leaves it, as it leaves any field; Command or Control and Enter are the page's.

import {
  addCursorAbove,
  addCursorBelow,
  copyLineDown,
  copyLineUp,
  deleteLine,
  historyKeymap,
  insertNewlineKeepIndent,
  moveLineDown,
  moveLineUp,
  simplifySelection,
  standardKeymap,
} from "@codemirror/commands";
import { gotoLine, searchKeymap } from "@codemirror/search";
import { keymap } from "@codemirror/view";

import { unclose } from "./braces.mjs";
import { hush, nextWarning, previousWarning } from "./warnings.mjs";

const enter = (view) => !view.state.readOnly && insertNewlineKeepIndent(view);

export const keys = keymap.of([
  { key: "Enter", run: enter, shift: enter },
  { key: "Backspace", run: unclose },
  { key: "F8", run: nextWarning, shift: previousWarning },
  { key: "Escape", run: hush },
  { key: "Alt-ArrowUp", run: moveLineUp, shift: copyLineUp },
  { key: "Alt-ArrowDown", run: moveLineDown, shift: copyLineDown },
  { key: "Mod-Alt-ArrowUp", run: addCursorAbove },
  { key: "Mod-Alt-ArrowDown", run: addCursorBelow },
  { key: "Shift-Mod-k", run: deleteLine },
  // A prompt's lines have no numbers.
  ...searchKeymap.filter(({ run }) => run !== gotoLine),
  { key: "Escape", run: simplifySelection },
  ...historyKeymap,
  ...standardKeymap,
]);
