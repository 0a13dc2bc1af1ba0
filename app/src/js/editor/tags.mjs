// Tags of a template as src/template.rs reads them: `{{name}}` a variable, `{{> name@label}}` an include,
// `\{{` a literal; of three braces the first is text.

// Rust's `is_alphabetic` and `is_alphanumeric`.
const VARIABLE = /^[\p{Alphabetic}_][\p{Alphabetic}\p{N}_.-]{0,63}$/u;
const INCLUDE = /^>\s*[^\s@]/;
const KNOWLEDGE = /^knowledge\s/;

function kindOf(inside) {
  if (VARIABLE.test(inside)) return "variable";
  if (INCLUDE.test(inside)) return "include";
  return KNOWLEDGE.test(inside) ? "knowledge" : null;
}

/** The tags of a text, in order: where each stands, its kind, and what stands between its braces. */
export function* tagsIn(text) {
  for (let at = text.indexOf("{{"); at >= 0; at = text.indexOf("{{", at)) {
    if (text[at - 1] === "\\") {
      at += 2;
      continue;
    }
    while (text[at + 2] === "{") at += 1;
    const end = text.indexOf("}}", at + 2);
    if (end < 0) return;
    const inside = text.slice(at + 2, end).trim();
    const kind = kindOf(inside);
    // One that is still being written must not hide those behind it.
    if (kind) yield { from: at, to: end + 2, kind, inside };
    at = kind ? end + 2 : at + 2;
  }
}

/** What was written of a tag that is open at the end of this text, without the braces; null where none is. */
export function openTag(text) {
  const at = text.lastIndexOf("{{");
  const inside = text.slice(at + 2);
  if (at < 0 || /[{}\n]/.test(inside)) return null;
  let run = at;
  while (text[run - 1] === "{") run -= 1;
  const literal = text[run - 1] === "\\" && at - run < 2;
  return literal ? null : inside;
}
