use atelier_domain::{diff::VersionDiff, prompt::Draft};
use serde_json::{Value, json};

use super::*;

fn draft(value: Value) -> Draft {
    serde_json::from_value(value).unwrap()
}

fn compare(old: Value, new: Value) -> VersionDiff {
    VersionDiff::new(&draft(old), &draft(new))
}

fn texts(old: &str, new: &str) -> VersionDiff {
    compare(json!({"text": old}), json!({"text": new}))
}

fn chat(messages: &[(&str, &str)]) -> Value {
    let messages: Vec<Value> = messages.iter().map(|(role, content)| json!({"role": role, "content": content})).collect();
    json!({"messages": messages})
}

fn view(diff: &VersionDiff) -> DiffView<'_> {
    DiffView { diff, old: "Version 6", new: "Version 7", layout: Layout::Unified, tokens: None, heading: 2 }
}

/// What a screen reader has: the text without tags and without what is hidden from it.
fn heard(html: &str) -> String {
    let mut out = String::new();
    for piece in html.split('<') {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        let glyph = tag == "span aria-hidden=\"true\"";
        out.push_str(if glyph { "" } else { text });
        out.push(' ');
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn lines(range: std::ops::Range<u32>) -> String {
    range.map(|n| format!("line {n}\n")).collect()
}

#[test]
fn what_people_write_is_text_and_never_markup() {
    let evil = "<script>alert(1)</script></td>\" onclick=\"x";
    let tool = |words: &str| json!({"type": "function", "function": {"name": evil, "description": words}});
    let one = json!({"text": format!("{evil} a"), "model": "a", "params": {evil: evil}, "tools": [tool("a")]});
    let two = json!({"text": format!("{evil} b"), "model": evil, "params": {evil: "b"}, "tools": [tool(evil)]});
    let found = compare(one, two);
    for layout in [Layout::Unified, Layout::SideBySide] {
        let said = diff(&DiffView { old: evil, new: evil, layout, ..view(&found) });
        assert!(said.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(!said.contains("<script"), "{said}");
        assert!(!said.contains("\" onclick=\"x\""), "{said}");
        assert!(!said.contains(" style="), "{said}");
    }
}

#[test]
fn where_nothing_differs_one_sentence_says_so() {
    let same = texts("a", "a");
    assert_eq!(diff(&view(&same)), "<p class=\"c-empty\">Both say the same.</p>");
    assert_eq!(summary(&same), "Both say the same.");
}

#[test]
fn a_sentence_counts_what_changed() {
    let hello = ("system", "You greet whoever comes in, by name.");
    let bye = ("user", "Then it is time to say goodbye to all.");
    for (old, new, said) in [
        (json!({"text": "a\nb\n"}), json!({"text": "c\nd\nb\n"}), "2 lines added, 1 removed"),
        (json!({"text": "a"}), json!({"text": "a\nb"}), "1 line added"),
        (json!({"text": lines(0..1_200)}), json!({"text": ""}), "1,201 lines removed"),
        (chat(&[hello, bye]), chat(&[("system", "You greet all who come in, by name."), bye]), "1 line added, 1 removed, in 1 of 2 messages"),
        (chat(&[hello, bye]), chat(&[bye, hello]), "1 message moved"),
        (chat(&[hello]), chat(&[hello, bye]), "1 line added, in 1 of 2 messages; 1 message added"),
        (chat(&[("user", hello.1)]), chat(&[hello]), "1 message given to another role"),
        (json!({"text": "a"}), json!({"text": "a", "model": "m", "params": {"seed": 1}}), "2 settings changed"),
        (json!({"text": "{{a}}"}), json!({"text": "{{b}}"}), "1 line added, 1 removed; 2 variables changed"),
        (json!({"text": "x {{a}}"}), json!({"text": "x", "model": "m"}), "1 line added, 1 removed; 1 variable and 1 setting changed"),
    ] {
        let found = compare(old, new);
        assert_eq!(summary(&found), said);
        assert!(heard(&diff(&view(&found))).starts_with(&format!("{said}.")), "{said}");
    }
}

#[test]
fn tokens_are_told_from_one_side_to_the_other() {
    let found = texts("a", "b");
    for (old, new, estimate, said) in [
        (324, 301, false, "324 to 301 tokens, 23 fewer, −7\u{a0}%"),
        (1_000, 1_500, true, "about 1,000 to 1,500 tokens, 500 more, +50\u{a0}%"),
        (9_000, 9_001, false, "9,000 to 9,001 tokens, 1 more"),
        (0, 4, false, "0 to 4 tokens, 4 more"),
        (7, 7, true, "about 7 tokens, as before"),
    ] {
        let said_of = heard(&diff(&DiffView { tokens: Some(Tokens { old, new, estimate }), ..view(&found) })).replace(" ,", ",");
        // What is white space to Rust is one space by now.
        assert!(said_of.contains(&said.replace('\u{a0}', " ")), "{said}: {said_of}");
    }
}

#[test]
fn each_line_says_what_became_of_it_to_eye_and_ear() {
    let found = texts("Keep.\nSay it in five words.\nGone.", "Keep.\nSay it in six words.\nCome.\nNew.\n");
    let said = diff(&view(&found));
    for part in [
        "<tr><td>1</td><td>1</td><td></td><td>Keep.</td></tr>",
        "<tr data-op=\"del\"><td>2</td><td></td><td><span aria-hidden=\"true\">−</span><span class=\"sr\">removed</span></td><td>Say it in <del>five</del> words.</td></tr>",
        "<tr data-op=\"add\"><td></td><td>2</td><td><span aria-hidden=\"true\">+</span><span class=\"sr\">added</span></td><td>Say it in <ins>six</ins> words.</td></tr>",
        // No strike through what went whole.
        "<td>Gone.</td>",
        "<td>New.</td>",
        "<td></td></tr></tbody>",
        "<caption class=\"sr\">The text from line 1, Version 6 against Version 7</caption>",
        "<th scope=\"col\"><span class=\"sr\">Line in Version 7</span></th>",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn unchanged_lines_are_folded_but_for_three_around_a_change() {
    for (at, folds) in [
        (0, vec!["17 unchanged lines"]),
        (10, vec!["7 unchanged lines", "7 unchanged lines"]),
        (20, vec!["17 unchanged lines"]),
        (4, vec!["13 unchanged lines"]),
    ] {
        let old = lines(0..20);
        let new = if at == 20 { format!("{old}more") } else { old.replace(&format!("line {at}\n"), "another\n") };
        let said = diff(&view(&texts(&old, &new)));
        let found: Vec<&str> = said.split("</svg>").skip(1).filter_map(|rest| rest.split_once('<').map(|(words, _)| words)).collect();
        assert_eq!(found, folds, "{at}");
        assert_eq!(said.matches("<details class=\"c-fold\"><summary>").count(), folds.len());
        assert_eq!(said.matches("</table></details>").count(), folds.len());
    }
}

#[test]
fn messages_say_where_they_come_from() {
    let rules = ("system", "You answer customers about orders and about refunds.");
    let (hi, ask) = (("user", "Hello to everybody in this house today."), ("user", "What is it that they asked?"));
    for (old, new, said) in [
        (vec![rules, hi, ask], vec![rules, ask, hi], "2 User , moved from 3 to 2"),
        (vec![rules], vec![rules, ask], "2 User , added"),
        (vec![rules, ask], vec![rules], "2 User , removed"),
        (vec![("user", rules.1)], vec![rules], "1 System , was User"),
        (vec![rules, hi, ask], vec![rules, hi, ("user", "What is it that he asked?")], "2 unchanged messages 1 System You answer"),
    ] {
        let heard = heard(&diff(&view(&compare(chat(&old), chat(&new)))));
        assert!(heard.contains(said), "{said}: {heard}");
    }
}

#[test]
fn tags_of_templates_are_chips_and_escapes_are_none() {
    for (line, said) in [
        ("Hi {{name}}!", "Hi <code class=\"c-var\">{{name}}</code>!"),
        ("{{> a/b@live}}", "<code class=\"c-inc\">{{&gt; a/b@live}}</code>"),
        ("{{{x}}}", "{<code class=\"c-var\">{{x}}</code>}"),
        (r"\{{x}} {{ y }}", "\\{{x}} <code class=\"c-var\">{{ y }}</code>"),
        ("{{x}} {{ not closed", "<code class=\"c-var\">{{x}}</code> {{ not closed"),
        ("{{a b}} {{}} {{", "{{a b}} {{}} {{"),
    ] {
        let said = format!("<td>{said}</td>");
        let html = diff(&view(&texts(&format!("{line}\nold"), &format!("{line}\nnew"))));
        assert!(html.contains(&said), "{said} in {html}");
    }
    let html = diff(&view(&texts("Use {{a}} and {{b}} here.", "Use {{a}} and {{c}} here.")));
    assert!(html.contains("and <ins><code class=\"c-var\">{{c}}</code></ins> here."), "{html}");
}

#[test]
fn the_table_names_settings_as_people_do() {
    let tool = |name: &str, words: &str| json!({"type": "function", "function": {"name": name, "description": words}});
    let old = json!({"text": "{{a}} {{> tone@live}}", "model": "local/a", "params": {"temperature": 0.4, "top_k": 3, "stop": ["\n", "END"]}, "tools": [tool("find", "x"), tool("pay", "y")]});
    let new = json!({"text": "{{b}} {{> tone@next}}", "model": "local/b", "params": {"temperature": 0.2, "max_tokens": 9, "stop": ["END"]},
        "tools": [tool("pay", "y"), tool("find", "z")], "response_format": {"type": "json_object"}});
    let heard = heard(&diff(&view(&compare(old, new))));
    for said in [
        "What Version 6 Version 7 Change",
        "Model local/a local/b changed",
        "Temperature 0.4 0.2 changed",
        "Longest answer not set 9 + added",
        "top_k 3 not set − removed",
        "Stop texts &quot;\\n&quot;, &quot;END&quot; &quot;END&quot; changed",
        "Tool find 7 lines of JSON 7 lines of JSON changed Show the JSON that changed",
        "Order of tools find, pay pay, find changed",
        "Answer format not set 3 lines of JSON + added",
        "a text not there − removed",
        "b not there text + added",
        "Include tone live next changed",
    ] {
        let said = said.replace("&quot;", "\"");
        assert!(heard.replace("&quot;", "\"").contains(&said), "{said}: {heard}");
    }
}

#[test]
fn short_json_is_open_and_long_json_is_not() {
    for (fields, open) in [(1, true), (9, false)] {
        let format = |words: &str| {
            let more: serde_json::Map<String, Value> = (0..fields).map(|n| (format!("field{n}"), json!([words]))).collect();
            json!({"text": "a", "response_format": {"type": "json_schema", "json_schema": more}})
        };
        let said = diff(&view(&compare(format("one"), format("two"))));
        assert_eq!(said.contains("<details open>"), open, "{said}");
        assert!(open || said.contains("<details><summary>"), "{said}");
    }
}

#[test]
fn two_columns_are_for_two_texts_that_differ() {
    let side = "data-layout=\"side\"";
    for (old, new, two) in [("Say five words.", "Say six words.", true), ("", "Say six words.", false), ("Say six words.", "", false)] {
        let found = texts(old, new);
        assert_eq!(diff(&DiffView { layout: Layout::SideBySide, ..view(&found) }).contains(side), two, "{old} {new}");
        assert!(!diff(&view(&found)).contains(side));
    }
    let found = texts("Same.\nSay five words.\nGone", "Same.\nSay six words.");
    let said = diff(&DiffView { layout: Layout::SideBySide, ..view(&found) });
    for part in [
        "<tr data-same=\"true\"><td>1 </td><td>Same.</td><td>1 </td><td>Same.</td></tr>",
        "<td data-op=\"del\">2 <span aria-hidden=\"true\">−</span><span class=\"sr\">removed</span></td><td data-op=\"del\">Say <del>five</del> words.</td>",
        "<td data-op=\"add\">Say <ins>six</ins> words.</td>",
        "<td data-op=\"del\">Gone</td><td data-op=\"none\"></td><td data-op=\"none\"></td>",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[test]
fn a_diff_without_end_says_what_it_leaves_out() {
    let said = diff(&view(&texts("", &"x\n".repeat(20_000))));
    assert!(heard(&said).contains("15,001 more lines left out: this diff is too long."));
    assert!(said.matches("<tr").count() < 5_010);
    // Once, however many changes there are.
    let odd = |word: &str| (0..20_000).map(|n| if n % 9 == 0 { format!("{word} {n}\n") } else { format!("{n}\n") }).collect::<String>();
    assert_eq!(diff(&view(&texts(&odd("here"), &odd("there")))).matches("left out").count(), 1);
    let old = "y\n".repeat(3_000);
    let said = heard(&diff(&view(&texts(&old, &format!("{old}end")))));
    assert!(said.contains("2,997 unchanged lines") && said.contains("2,497 more"));
}

#[test]
fn headings_start_where_the_page_says() {
    let found = texts("a", "b");
    for (level, tags) in [(2, ["<h2>Text", "<h3>The text"]), (3, ["<h3>Text", "<h4>The text"])] {
        let said = diff(&DiffView { heading: level, ..view(&found) });
        tags.iter().for_each(|tag| assert!(said.contains(tag), "{tag}: {said}"));
    }
}

#[test]
fn an_empty_message_and_a_changed_line_ending_show() {
    let found = compare(chat(&[("user", "")]), chat(&[("system", "")]));
    assert!(heard(&diff(&view(&found))).contains("No text."));
    assert!(diff(&view(&texts("A line that ends.", "A line that ends.\r"))).contains("<ins>␍</ins>"));
}
