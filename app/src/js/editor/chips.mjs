// Variables and includes as chips: marks over the text that is in view, so that a long text costs no more than a short one.

import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, ViewPlugin } from "@codemirror/view";

import { tagsIn } from "./tags.mjs";
import { variables } from "./variables.mjs";

// Names are no words: no spelling marks under them.
const mark = (name, more) => Decoration.mark({ class: name, attributes: { spellcheck: "false", ...more } });
const variable = mark("c-var");
const undeclared = mark("c-var", { "data-undeclared": "" });
const include = mark("c-inc");

// How far before the view a tag may begin. Lines can be as long as the text.
const BEFORE = 300;

function chips({ state, visibleRanges }) {
  const known = new Set(state.field(variables).map(({ name }) => name));
  const builder = new RangeSetBuilder();
  let done = 0;
  for (const { from, to } of visibleRanges) {
    const start = Math.max(done, state.doc.lineAt(from).from, from - BEFORE);
    for (const tag of tagsIn(state.sliceDoc(start, Math.min(state.doc.length, to + BEFORE)))) {
      const stranger = tag.kind === "variable" && known.size > 0 && !known.has(tag.inside);
      const chip = tag.kind === "include" ? include : stranger ? undeclared : variable;
      done = start + tag.to;
      builder.add(start + tag.from, done, chip);
    }
  }
  return builder.finish();
}

export const chipped = ViewPlugin.define(
  (view) => ({
    chips: chips(view),
    update({ view, docChanged, viewportChanged, startState, state }) {
      const declared = startState.field(variables) !== state.field(variables);
      if (docChanged || viewportChanged || declared) this.chips = chips(view);
    },
  }),
  { decorations: (plugin) => plugin.chips },
);
