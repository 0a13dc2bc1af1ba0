// What the kit needs from the browser before and beside the wasm: it works by delegation, so a page
// that has just arrived can be used at once. It changes attributes and focus, never what Leptos renders.

const root = document.documentElement;
const find = (selector) => document.querySelector(selector);
const say = (text) => {
  const said = find("#said");
  if (said) said.textContent = text;
};

// Dialogs: `command` and `commandfor` where the browser does not know them.
const knowsCommands = "commandForElement" in HTMLButtonElement.prototype;
function command(button) {
  const target = document.getElementById(button.getAttribute("commandfor"));
  const name = button.getAttribute("command");
  if (name === "show-modal" && !target?.open) target?.showModal();
  if (name === "close" || name === "request-close") target?.close();
}

// Menus: a place beside their button where the browser has no anchors.
const hasAnchors = CSS.supports("position-area", "block-end");
function place(menu) {
  const button = find(`[popovertarget="${menu.id}"]`)?.getBoundingClientRect();
  if (!button) return;
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = button.bottom + 4 + height < innerHeight;
  menu.style.inset = "auto";
  menu.style.margin = "0";
  menu.style.top = `${below ? button.bottom + 4 : Math.max(8, button.top - height - 4)}px`;
  menu.style.left = `${Math.max(8, Math.min(button.left, innerWidth - width - 8))}px`;
}
if (!hasAnchors) {
  addEventListener("toggle", (e) => e.newState === "open" && e.target.matches(".c-menu") && place(e.target), true);
}

async function copy(button) {
  const from = button.dataset.copyFrom;
  try {
    await navigator.clipboard.writeText(from ? find(from).textContent : button.dataset.copy);
    button.dataset.copied = "";
    say("Copied");
    setTimeout(() => {
      delete button.dataset.copied;
      say("");
    }, 2000);
  } catch {
    say("The browser did not allow copying");
  }
}

addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target : e.target.parentElement;
  const button = at?.closest("button");
  if (button?.hasAttribute("commandfor") && !knowsCommands) command(button);
  if (button?.matches("[data-copy], [data-copy-from]")) copy(button);
  if (at?.closest(".c-skip")) find("#main")?.focus();
  // What was chosen in a menu, or in the navigation of a narrow screen, closes it.
  if (at?.closest("a, .c-menu button:not([popovertarget])")) {
    for (const open of document.querySelectorAll("[popover]:popover-open")) if (open.contains(at)) open.hidePopover();
  }
});

// Light, dark or the system's: a cookie, so that the server renders the next page in it.
addEventListener("change", (e) => {
  if (!e.target.matches?.("input[name=theme]")) return;
  const theme = e.target.value;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  document.cookie = `theme=${theme === "system" ? "" : theme}; Path=/; SameSite=Lax; Max-Age=${theme === "system" ? 0 : 31536000}${secure}`;
});

// A file's text (data-as="url": its data URL) goes into a field, and its name into another: data-fills, data-names; data-most is its greatest size.
const dataUrl = (file) =>
  new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
async function fill(chosen) {
  const file = chosen.files[0];
  const field = document.getElementById(chosen.dataset.fills);
  if (!file || !field) return;
  const most = Number(chosen.dataset.most);
  const large = file.size > most;
  chosen.setCustomValidity(large ? `This file is over ${most >> 20} MiB.` : "");
  if (large) return chosen.reportValidity();
  field.value = chosen.dataset.as === "url" ? await dataUrl(file) : await file.text();
  document.getElementById(chosen.dataset.names).value = file.name;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  say(`${file.name} is read`);
}
addEventListener("change", (e) => e.target.matches?.("input[type=file][data-fills]") && fill(e.target));

// Keys. An element names its own: data-key="n", or data-go="p" for g p. Off where [data-keys=off].
const typing = (el) => el?.closest?.("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable], [role=textbox]");
const NEVER = -Infinity; // not 0: time begins with the page, and its first keys count
let leader = NEVER;
function press(selector) {
  const el = [...document.querySelectorAll(selector)].find((e) => e.checkVisibility());
  if (!el) return false;
  if (el.matches("input, textarea")) {
    el.focus();
    el.select();
  } else el.click();
  return true;
}
function toggle(id) {
  const dialog = document.getElementById(id);
  if (dialog?.open) dialog.close();
  else dialog?.showModal();
  return Boolean(dialog);
}
// The row after or before the one that is open beside its list.
function beside(way) {
  const link = find("tr[data-open]")?.[way]?.querySelector("th a");
  link?.click();
  return Boolean(link);
}
function handle(e) {
  const open = find("dialog[open]");
  if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "k") return (!open || open.id === "palette") && toggle("palette");
  if (e.ctrlKey || e.metaKey || e.altKey || open) return false;
  if (e.key === "Escape") return !typing(e.target) && !find("[popover]:popover-open") && press("a[data-esc]");
  if (typing(e.target) || find("[data-keys=off]")) return false;
  const led = e.timeStamp - leader < 1500;
  leader = NEVER;
  if (led) return press(`[data-go="${CSS.escape(e.key)}"]`);
  if (e.key === "g") leader = e.timeStamp;
  if (e.key === "?") return toggle("shortcuts");
  if (e.key === "j" || e.key === "k") return beside(e.key === "j" ? "nextElementSibling" : "previousElementSibling");
  return e.key.length === 1 && press(`[data-key="${CSS.escape(e.key)}"]`);
}
addEventListener("keydown", (e) => {
  if (!e.defaultPrevented && !e.isComposing && !e.repeat && handle(e)) e.preventDefault();
});

// Command or Control and Enter press the button that says so.
addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || !(e.metaKey || e.ctrlKey)) return;
  const button = find('[aria-keyshortcuts~="Control+Enter"]');
  if (!button) return;
  e.preventDefault();
  button.click();
});

// The editor over a prompt's textarea is fetched where one is shown. Until it is there, and without it, the textarea serves.
let editor;
customElements.define(
  "prompt-editor",
  class extends HTMLElement {
    async connectedCallback() {
      try {
        editor ??= import("/pkg/editor.js");
        const { mount } = await editor;
        if (this.isConnected) mount(this);
      } catch {
        editor = undefined; // the next one asks again
      }
    }
    // A message that moves leaves and comes back at once: it keeps what can be undone.
    async disconnectedCallback() {
      await undefined;
      if (!this.isConnected) this.editor?.destroy();
    }
  },
);
