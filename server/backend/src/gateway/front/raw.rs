//! A body as it came, of which only the outermost fields are found: what nobody here has to know is neither read nor written, but copied.

use std::{borrow::Cow, fmt, ops::Range};

use atelier_domain::fault::Fault;
use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

use super::{Lead, json, malformed};
use crate::gateway::{
    adapter::Adapter,
    chat::{Chat, Turn},
};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Raw {
    bytes: Bytes,
    /// Where each value stands, in the body's order. Of several of one name the last holds.
    fields: Vec<(String, Range<usize>)>,
}

impl Raw {
    /// # Errors
    /// `malformed` where it is no JSON object.
    pub fn parse(bytes: Bytes) -> Result<Self, Fault> {
        let Found(found) = read(&bytes)?;
        let start = bytes.as_ptr().addr();
        let range = |raw: &RawValue| {
            let from = raw.get().as_ptr().addr() - start;
            from..from + raw.get().len()
        };
        let fields = found.into_iter().map(|(name, raw)| (name.into_owned(), range(raw))).collect();
        Ok(Self { bytes, fields })
    }

    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The JSON of a field; null is as good as absent.
    fn get(&self, name: &str) -> Option<&[u8]> {
        let (_, range) = self.fields.iter().rfind(|(known, _)| known == name)?;
        self.bytes.get(range.clone()).filter(|json| *json != b"null")
    }

    /// The fields `names`, read.
    ///
    /// # Errors
    /// `malformed` for what nests too deep.
    pub fn some(&self, names: &[&str]) -> Result<Map<String, Value>, Fault> {
        let found = names.iter().filter_map(|name| self.get(name).map(|json| (*name, json)));
        found.map(|(name, json)| Ok((name.to_owned(), read(json)?))).collect()
    }

    /// All fields, read.
    ///
    /// # Errors
    /// `malformed` for what nests too deep.
    pub fn all(&self) -> Result<Map<String, Value>, Fault> {
        let mut all: Map<String, Value> = read(&self.bytes)?;
        all.shift_remove("atelier");
        Ok(all)
    }

    /// What stands within the brackets of the list `name`: empty where there is none.
    ///
    /// # Errors
    /// Invalid for what is no list.
    pub fn list(&self, name: &str) -> Result<&[u8], Fault> {
        let Some(json) = self.get(name) else { return Ok(b"") };
        let within = json.strip_prefix(b"[").and_then(|json| json.strip_suffix(b"]"));
        Ok(within.ok_or_else(|| Fault::field(name, format!("“{name}” has to be a list.")))?.trim_ascii())
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Fault> {
    serde_json::from_slice(json).map_err(|error| {
        malformed(match error.is_data() {
            true => "The body is JSON, but no object.".to_owned(),
            false => format!("The body is not valid JSON: look at line {}, column {}.", error.line(), error.column()),
        })
    })
}

/// The fields of an object, in their order.
struct Found<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Found<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Found<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut found = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    found.push(entry);
                }
                Ok(Found(found))
            }
        }
        from.deserialize_map(Fields)
    }
}

/// The body written again, some of its fields others, each where it stood.
pub(super) struct Rewrite<'a> {
    pub body: &'a Raw,
    /// In JSON; without, the field goes.
    fields: Vec<(Cow<'static, str>, Option<Vec<u8>>)>,
}

impl<'a> Rewrite<'a> {
    /// Without the studio's extras, which nobody else sees.
    pub fn new(body: &'a Raw) -> Self {
        Self { body, fields: vec![("atelier".into(), None)] }
    }

    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        let mut out = Vec::new();
        json(&value.into(), &mut out);
        self.fields.push((name.into(), Some(out)));
    }

    pub fn leave_out(&mut self, name: &'static str) {
        self.fields.push((name.into(), None));
    }

    /// Sets a list to `before` and `after`, which is JSON within brackets.
    pub fn join(&mut self, name: &'static str, before: &[Value], after: &[u8]) {
        let mut out = Vec::with_capacity(after.len() + 1_024);
        json(&before, &mut out);
        out.pop();
        if !before.is_empty() && !after.is_empty() {
            out.push(b',');
        }
        out.extend_from_slice(after);
        out.push(b']');
        self.fields.push((name.into(), Some(out)));
    }

    /// Whether the body itself says something there.
    pub fn says(&self, name: &str) -> bool {
        self.body.get(name).is_some() && self.body.list(name).map_or(true, |within| !within.is_empty())
    }

    pub fn write(mut self) -> Bytes {
        let more: usize = self.fields.iter().filter_map(|(_, json)| json.as_ref()).map(Vec::len).sum();
        let mut out = Vec::with_capacity(self.body.bytes.len() + more + 64);
        for (name, range) in &self.body.fields {
            match self.fields.iter_mut().find(|(known, _)| known == name) {
                // Taken, so that a name which stands twice is written once.
                Some((_, json)) => json.take().iter().for_each(|json| field(name, json, &mut out)),
                None => field(name, &self.body.bytes[range.clone()], &mut out),
            }
        }
        for (name, json) in &self.fields {
            json.iter().for_each(|json| field(name, json, &mut out));
        }
        out.extend_from_slice(if out.is_empty() { b"{}" } else { b"}" });
        out.into()
    }
}

fn field(name: &str, value: &[u8], out: &mut Vec<u8>) {
    out.push(if out.is_empty() { b'{' } else { b',' });
    json(&name, out);
    out.push(b':');
    out.extend_from_slice(value);
}

/// `lead` in a protocol's words, with `last` behind its messages.
///
/// # Errors
/// The adapter's.
pub(super) fn in_words_of(adapter: &dyn Adapter, lead: &Lead, last: Option<Turn>, model: &str) -> Result<Map<String, Value>, Fault> {
    let mut chat = Chat { model: model.to_owned(), messages: last.into_iter().collect(), ..Chat::default() };
    lead.apply(&mut chat);
    read(&adapter.chat(&chat, false)?.body)
}
