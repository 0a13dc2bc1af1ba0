//! The chat template that a file brings, in Jinja as Hugging Face's `apply_chat_template` runs it.

use atelier_domain::prompt::{Message, MessageRole};
use minijinja::{
    Environment, Error, ErrorKind, Value, context,
    syntax::SyntaxConfig,
    value::{Kwargs, Serde},
};
use serde::Serialize;
use serde_json::{json, ser::PrettyFormatter};
use time::{OffsetDateTime, format_description};

/// Where a file has none.
const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}{{ '<|im_start|>assistant\n' }}";
const NAME: &str = "chat";
/// Steps of a template, far more than a long chat takes: it comes from a file, and could run for ever.
const STEPS: u64 = 5_000_000;

pub struct Template {
    environment: Environment<'static>,
    begin: String,
    end: String,
}

impl Template {
    /// `begin` and `end` are the texts of the tokens that begin and end a text, which templates may name.
    ///
    /// # Errors
    /// What is wrong with the template.
    pub fn new(template: Option<&str>, begin: String, end: String) -> Result<Self, String> {
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(|error| said(&error))?);
        environment.set_fuel(Some(STEPS));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_filter("tojson", json_text);
        environment.add_function("raise_exception", |what: String| Err::<Value, _>(Error::new(ErrorKind::InvalidOperation, what)));
        environment.add_function("strftime_now", now);
        let template = plain(template.unwrap_or(CHATML));
        environment.add_template_owned(NAME, template).map_err(|error| said(&error))?;
        Ok(Self { environment, begin, end })
    }

    /// The text of a chat that the model is to go on with.
    ///
    /// # Errors
    /// What the template says against these messages.
    pub fn render(&self, messages: &[Message], tools: &[serde_json::Value]) -> Result<String, String> {
        let messages: Vec<_> = messages.iter().map(shown).collect();
        self.fill(&messages, tools).or_else(|error| {
            // Some models know no system; their makers advise to say it to the user's first message.
            let folded = folded(&messages).ok_or(error)?;
            self.fill(&folded, tools)
        })
    }

    fn fill(&self, messages: &[serde_json::Value], tools: &[serde_json::Value]) -> Result<String, String> {
        let (begin, end) = (&self.begin, &self.end);
        let tools = (!tools.is_empty()).then_some(tools);
        let values = context! { messages => Serde(messages), tools => Serde(tools), bos_token => begin, eos_token => end, add_generation_prompt => true };
        self.environment.get_template(NAME).and_then(|template| template.render(values)).map_err(|error| said(&error))
    }
}

/// As templates expect it; arguments of tools as values rather than text.
fn shown(message: &Message) -> serde_json::Value {
    let mut shown = json!({"role": message.role.as_str(), "content": message.content});
    if !message.tool_calls.is_empty() {
        let mut calls = message.tool_calls.clone();
        for arguments in calls.iter_mut().filter_map(|call| call.pointer_mut("/function/arguments")) {
            if let Some(parsed) = arguments.as_str().and_then(|text| serde_json::from_str(text).ok()) {
                *arguments = parsed;
            }
        }
        shown["tool_calls"] = calls.into();
    }
    if let Some(id) = &message.tool_call_id {
        shown["tool_call_id"] = id.as_str().into();
    }
    shown
}

/// The chat with its system message said by the user, where it has one.
fn folded(messages: &[serde_json::Value]) -> Option<Vec<serde_json::Value>> {
    let (system, rest) = messages.split_first().filter(|(first, _)| first["role"] == MessageRole::System.as_str())?;
    let (first, rest) = rest.split_first().filter(|(first, _)| first["role"] == MessageRole::User.as_str())?;
    let content = [system, first].map(|message| message["content"].as_str().unwrap_or_default()).join("\n\n");
    Some(std::iter::once(json!({"role": MessageRole::User.as_str(), "content": content})).chain(rest.iter().cloned()).collect())
}

/// Without the tags that only training needs.
fn plain(template: &str) -> String {
    let mut plain = template.to_owned();
    for (tag, instead) in [("generation", "if true"), ("endgeneration", "endif")] {
        for (open, close) in [("{% ", " %}"), ("{%- ", " %}"), ("{% ", " -%}"), ("{%- ", " -%}")] {
            plain = plain.replace(&format!("{open}{tag}{close}"), &format!("{open}{instead}{close}"));
        }
    }
    plain
}

fn said(error: &Error) -> String {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    if error.kind() == ErrorKind::InvalidOperation { detail } else { format!("{detail}, line {}", error.line().unwrap_or(0)) }
}

/// Python's `json.dumps`: nothing is escaped for HTML, and a space follows commas and colons.
fn json_text(value: &Value, options: Kwargs) -> Result<String, Error> {
    let indent: Option<usize> = options.get("indent")?;
    let mut bytes = Vec::new();
    let written = match indent {
        Some(indent) => {
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(" ".repeat(indent.min(16)).as_bytes())))
        }
        None => value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, Spaced)),
    };
    written.map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}

struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W: std::io::Write + ?Sized>(&mut self, to: &mut W, first: bool) -> std::io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_key<W: std::io::Write + ?Sized>(&mut self, to: &mut W, first: bool) -> std::io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_value<W: std::io::Write + ?Sized>(&mut self, to: &mut W) -> std::io::Result<()> {
        to.write_all(b": ")
    }
}

/// The time in UTC, by Python's `strftime`; empty where the format is none.
fn now(format: &str) -> String {
    let format = format_description::parse_strftime_owned(format).ok();
    format.and_then(|format| OffsetDateTime::now_utc().format(&format).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(messages: &[(&str, &str)]) -> Vec<Message> {
        messages.iter().map(|(role, content)| Message::new(role.parse().unwrap(), *content)).collect()
    }

    fn render(template: &str, messages: &[(&str, &str)]) -> Result<String, String> {
        Template::new(Some(template), "<s>".to_owned(), "</s>".to_owned()).unwrap().render(&chat(messages), &[])
    }

    #[test]
    fn templates_of_well_known_families_render() {
        let messages = [("system", "Be brief."), ("user", " Hi "), ("assistant", "Yes?"), ("user", "Go")];
        for (template, expected) in [
            (
                "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
                "<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nYes?<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nGo<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
            ),
            (
                "{{ bos_token }}{% for message in messages %}\n    {%- if message['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}\n    {{- '<start_of_turn>' + (message['role'] if message['role'] != 'assistant' else 'model') + '\n' + message['content'].strip() + '<end_of_turn>\n' }}\n{%- endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
                "<s><start_of_turn>user\nBe brief.\n\n Hi<end_of_turn>\n<start_of_turn>model\nYes?<end_of_turn>\n<start_of_turn>user\nGo<end_of_turn>\n<start_of_turn>model\n",
            ),
            (
                "{%- if messages[0].role == 'system' %}\n    {{- messages[0].content }}\n{%- endif %}\n{%- set ns = namespace(last=0) %}\n{%- for message in messages[::-1] %}\n    {%- set index = (messages|length - 1) - loop.index0 %}\n    {%- if message.role == \"user\" and message.content is string and not(message.content.startswith('<tool_response>')) %}\n        {%- set ns.last = index %}\n        {%- break %}\n    {%- endif %}\n{%- endfor %}\n{%- if tools %}\n    {{- '!' }}\n{%- endif %}\n{{- ns.last }}",
                "Be brief.3",
            ),
            ("{% for m in messages %}{% generation %}{{ m.content.split('s')[-1].lstrip('\n') }}{% endgeneration %}|{% endfor %}", "Be brief.| Hi |?|Go|"),
        ] {
            assert_eq!(render(template, &messages).unwrap(), expected, "{template}");
        }
    }

    #[test]
    fn without_a_template_chatml_serves() {
        let text = Template::new(None, String::new(), String::new()).unwrap().render(&chat(&[("user", "Hi")]), &[]).unwrap();
        assert_eq!(text, "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    }

    #[test]
    fn tools_and_their_calls_are_given_as_python_writes_them() {
        let template = "{% if tools is not none %}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{% endif %}{% for m in messages %}{% if m.tool_calls %}{{ m.tool_calls[0].function.arguments | tojson(indent=2) }}{% endif %}{% endfor %}{{ strftime_now('%Y')|length }}";
        let mut asked = Message::new(MessageRole::Assistant, "");
        asked.tool_calls = vec![json!({"function": {"name": "look", "arguments": "{\"at\": \"<é>\"}"}})];
        let template = Template::new(Some(template), String::new(), String::new()).unwrap();
        let text = template.render(&[asked], &[json!({"name": "look", "takes": ["a", {"b": 1}]})]).unwrap();
        assert_eq!(text, "{\"name\": \"look\", \"takes\": [\"a\", {\"b\": 1}]}{\n  \"at\": \"<é>\"\n}4");
        assert_eq!(template.render(&[], &[]).unwrap(), "4");
    }

    #[test]
    fn what_a_template_refuses_is_told_and_nothing_runs_for_ever() {
        assert_eq!(render("{{ raise_exception('Roles must alternate') }}", &[("user", "Hi")]).unwrap_err(), "Roles must alternate");
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{{ 1 }}{% endfor %}{% endfor %}";
        assert!(render(endless, &[]).is_err());
        assert!(Template::new(Some("{% if %}"), String::new(), String::new()).err().unwrap().contains("line 1"));
    }
}
