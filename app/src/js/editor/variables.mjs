// The variables that the prompt declares, as the page says them in `data-variables`.

import { StateEffect, StateField } from "@codemirror/state";

export const declare = StateEffect.define();

/** `[{ name, type, description }]`; empty where the page says nothing. */
export const variables = StateField.define({
  create: () => [],
  update: (value, transaction) => transaction.effects.reduce((now, effect) => (effect.is(declare) ? effect.value : now), value),
});

/** An attribute's JSON list. The page is rendered by us, but half of it may be another version: no list is no reason to fail. */
export function list(element, name) {
  try {
    const value = JSON.parse(element.getAttribute(name) || "[]");
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
