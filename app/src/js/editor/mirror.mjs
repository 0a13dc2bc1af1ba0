// The textarea stays what the form sends and what the page reads; the editor is laid over it. The text goes from here to
// there after the frame that shows it, so that no listener can hold up a key, and at once wherever it could be read sooner.
// A text so long that this takes its time goes less often: handing it over is given a tenth of the time at most.

import { isolateHistory } from "@codemirror/commands";
import { Annotation } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

const LONGEST = 250; // ms

const taken = Annotation.define();

/** The one stretch in which two texts differ. */
function difference(was, now) {
  let from = 0;
  let end = 0;
  const most = Math.min(was.length, now.length);
  while (from < most && was[from] === now[from]) from += 1;
  while (end < most - from && was[was.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  return { from, to: was.length - end, insert: now.slice(from, now.length - end) };
}

export class Mirror {
  stale = false;
  took = 0; // ms, the last time

  constructor(textarea) {
    this.textarea = textarea;
    const flush = () => this.flush();
    this.extension = [
      EditorView.updateListener.of(({ transactions }) => {
        if (transactions.some((one) => one.docChanged && !one.annotation(taken))) this.later();
      }),
      EditorView.domEventObservers({
        blur: flush,
        keydown: ({ ctrlKey, metaKey }) => (ctrlKey || metaKey) && flush(),
      }),
    ];
  }

  attach(view) {
    this.view = view;
    const { textarea } = this;
    const flush = () => this.flush();
    this.left = new AbortController();
    const { signal } = this.left;
    // Before the form's own listeners.
    addEventListener("submit", ({ target }) => target === textarea.form && flush(), { signal, capture: true });
    addEventListener("pagehide", flush, { signal });
    document.addEventListener("visibilitychange", flush, { signal });
    document.addEventListener("atelier:flush", flush, { signal });
    textarea.addEventListener("atelier:set", () => this.take(), { signal });
    // What the textarea is asked while it is hidden: by its label, and by whoever moves the focus to it.
    textarea.addEventListener("click", () => view.focus(), { signal });
    textarea.focus = () => view.focus();
    // The page's listeners know the textarea, not what the editor is made of.
    for (const type of ["input", "change"]) view.dom.addEventListener(type, (event) => event.stopPropagation());
  }

  detach() {
    this.left.abort();
    delete this.textarea.focus;
    // Nobody listens any more to what has left the page.
    if (this.textarea.isConnected) this.flush();
    else if (this.stale) this.textarea.value = this.text;
  }

  get text() {
    return this.view.state.doc.toString();
  }

  later() {
    if (this.stale) return;
    this.stale = true;
    requestAnimationFrame(() => setTimeout(() => this.flush(), Math.min(LONGEST, 10 * this.took)));
  }

  flush() {
    if (!this.stale) return;
    this.stale = false;
    const began = performance.now();
    this.textarea.value = this.text;
    this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
    this.took = performance.now() - began;
  }

  /** The page has set the textarea's value: the text follows, and can be undone. */
  take() {
    this.stale = false;
    const changes = difference(this.text, this.textarea.value);
    if (changes.from === changes.to && !changes.insert) return;
    this.view.dispatch({ changes, annotations: [taken.of(true), isolateHistory.of("full")] });
  }
}
