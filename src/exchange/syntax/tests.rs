use proptest::prelude::*;

use super::*;

/// The text, and the first word or two of what was noted.
fn converted(source: &str, syntax: Syntax) -> (String, Vec<String>) {
    let mut notes = Notes::default();
    notes.about("p");
    let text = convert(source, syntax, &mut notes);
    Template::parse(&text).unwrap_or_else(|fault| panic!("{text:?}: {fault}"));
    let kinds = [("As text", "kept"), ("A plain", "filter"), ("Comments", "comment"), ("A variable", "renamed"), ("One variable", "path")];
    let kind = |note: String| kinds.iter().find(|(start, _)| note["“p”: ".len()..].starts_with(start)).unwrap().1.to_owned();
    (text, notes.into_sentences().into_iter().map(kind).collect())
}

fn table(syntax: Syntax, rows: &[(&str, &str, &[&str])]) {
    for (source, text, notes) in rows {
        let (found, noted) = converted(source, syntax);
        assert_eq!((found.as_str(), noted.iter().map(String::as_str).collect::<Vec<_>>()), (*text, notes.to_vec()), "{source}");
    }
}

#[test]
fn f_strings_keep_their_fields_and_braces() {
    table(
        Syntax::FString,
        &[
            ("Hello {name}!", "Hello {{name}}!", &[]),
            ("{{\"a\": {x}}}", "{\"a\": {{x}}}", &[]),
            ("{{{x}}}", "{{{x}}}", &[]),
            ("{{{{x}}}}", r"\{{x}}", &[]),
            ("{{{{{x}}}}}", r"\{{{{x}}}}", &[]),
            ("{ question }", "{{question}}", &[]),
            ("{price:.2f} {x!r} {x:>{w}}", "{{price}} {{x}} {{x}}", &["filter"]),
            ("{user input} {0} {a[0]}", "{{user_input}} {{_0}} {{a_0}}", &["renamed"]),
            ("{user.name}", "{{user.name}}", &["path"]),
            ("{} {\"a\": {x}} }", "{} {\"a\": {{x}}} }", &["kept"]),
            (r"\frac{{{x}}}{{2}} \{x}", r"\frac{{{x}}}{2} {{\}}{{x}}", &[]),
            (r"\{{{x}", r"{{\}}{{{x}}", &[]),
            ("never {closed", "never {closed", &["kept"]),
            ("", "", &[]),
        ],
    );
}

#[test]
fn mustache_keeps_variables_and_tells_of_sections() {
    table(
        Syntax::Mustache,
        &[
            ("Hello {{name}} and {{ other }}", "Hello {{name}} and {{other}}", &[]),
            ("{{{html}}} {{&raw}}", "{{html}} {{raw}}", &[]),
            ("{single} {\"a\": {{x}}}", "{single} {\"a\": {{x}}}", &[]),
            ("{{#list}}{{.}}{{/list}}", r"\{{#list}}\{{.}}\{{/list}}", &["kept"]),
            ("{{^none}}x{{/none}} {{>part}}", r"\{{^none}}x\{{/none}} \{{>part}}", &["kept"]),
            ("a{{! not\nsaid }}b", "ab", &["comment"]),
            ("{{agent.name}}", "{{agent.name}}", &["path"]),
            ("{{user input}}", "{{user_input}}", &["renamed"]),
            ("{{{x}} y", "{{{x}} y", &[]),
            ("{{ open", r"\{{ open", &[]),
            (r"\{{x}}", r"{{\}}{{x}}", &[]),
        ],
    );
}

#[test]
fn jinja_keeps_plain_variables_and_tells_of_the_rest() {
    table(
        Syntax::Jinja,
        &[
            ("{{ topic }}", "{{topic}}", &[]),
            ("a  {{- topic -}}  b", "a{{topic}}b", &[]),
            ("{{ product | upper }}{{x|trim|lower}}", "{{product}}{{x}}", &["filter"]),
            ("{% if vip %}Hello{% endif %} {{issue}}", "{% if vip %}Hello{% endif %} {{issue}}", &["kept"]),
            ("{{ a + b }} {{ f(x) }}", r"\{{ a + b }} \{{ f(x) }}", &["kept"]),
            ("{{ user.name }}", "{{user.name}}", &["path"]),
            ("{# hidden #}x", "x", &["comment"]),
            ("{{ '{{' }}x{{ \"}}\" }}", r#"\{{x\{{ "}}" }}"#, &["kept"]),
            ("{% raw %}{{x}}{% endraw %} {{y}}", r"\{{x}} {{y}}", &[]),
            ("{{ open", r"\{{ open", &[]),
            ("{\"a\": \"{{x}}\"}", "{\"a\": \"{{x}}\"}", &[]),
        ],
    );
}

#[test]
fn text_of_elsewhere_keeps_variables_and_escapes_the_rest() {
    table(
        Syntax::Plain,
        &[
            ("{{name}} {{ other }}", "{{name}} {{other}}", &[]),
            (r"\{{name}}", r"\{{name}}", &[]),
            ("{{}} {{", r"\{{}} \{{", &[]),
            ("{{> tone}} {{#if x}}", r"\{{> tone}} \{{#if x}}", &["kept"]),
            ("{{ {{x}} }}", r"\{{ {{x}} }}", &[]),
            ("{{{{ }", r"\{{\{{ }", &[]),
            (r"{{\}}{{x}} {{ \ }}.", r"{{\}}{{x}} \.", &[]),
            ("{{{x}}}", "{{{x}}}", &[]),
            ("{\"a\": {\"b\": {}}}", "{\"a\": {\"b\": {}}}", &[]),
        ],
    );
    assert_eq!(converted("{{a}} {> b}", Syntax::Literal).0, r"\{{a}} {> b}");
}

/// Each would take long where a search began anew at every brace.
#[test]
fn a_long_text_full_of_braces_is_read_once() {
    for piece in ["{", "}", "{a", "{{ ", "{{x}}", "{% raw %}", "{#", "{{#x}}", r"\{{", "@@@langfusePrompt:"] {
        let source = piece.repeat((1 << 17) / piece.len());
        for end in ["", "}}}", "%}"] {
            for syntax in [Syntax::Literal, Syntax::Plain, Syntax::FString, Syntax::Mustache, Syntax::Jinja] {
                convert(&format!("{source}{end}"), syntax, &mut Notes::default());
            }
        }
    }
}

fn sources() -> impl Strategy<Value = String> {
    r#"([a-z\\{}#%!&>=/^'"|.\- \n]|\{\{|\}\}|\{%|%\}|\{\{[a-z]{1,3}\}\}|\{[a-z]{1,3}\}|\{\{#[a-z]\}\}|\{%raw%\}|\{%endraw%\}|\\\{\{|\{\{\\\}\}|é){0,30}"#
}

proptest! {
    #[test]
    fn whatever_was_written_becomes_a_template(source in sources()) {
        for syntax in [Syntax::Literal, Syntax::Plain, Syntax::FString, Syntax::Mustache, Syntax::Jinja] {
            let text = convert(&source, syntax, &mut Notes::default());
            let parsed = Template::parse(&text);
            prop_assert!(parsed.is_ok(), "{:?} {:?} {:?}", syntax, source, text);
            prop_assert_eq!(parsed.unwrap().to_string(), text);
        }
    }

    #[test]
    fn escaping_twice_is_escaping_once(source in sources()) {
        let once = convert(&source, Syntax::Plain, &mut Notes::default());
        prop_assert_eq!(convert(&once, Syntax::Plain, &mut Notes::default()), once);
    }

    #[test]
    fn a_literal_says_what_it_said(source in sources()) {
        let text = convert(&source, Syntax::Literal, &mut Notes::default());
        prop_assert_eq!(Template::parse(&text).unwrap().fill(&Default::default()).unwrap(), source);
    }

    #[test]
    fn an_f_string_of_escaped_text_is_that_text(text in r"[a-z{}\\ ]{0,20}") {
        let escaped = text.replace('{', "{{").replace('}', "}}");
        let converted = convert(&escaped, Syntax::FString, &mut Notes::default());
        prop_assert_eq!(Template::parse(&converted).unwrap().fill(&Default::default()).unwrap(), text);
    }

    #[test]
    fn what_parses_here_means_the_same_read_with_patience(source in sources()) {
        if let Ok(template) = Template::parse(&source) && template.includes().next().is_none() {
            prop_assert_eq!(Template::parse(&convert(&source, Syntax::Plain, &mut Notes::default())).unwrap(), template);
        }
    }
}
