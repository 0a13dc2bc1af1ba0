//! The texts of "Use it". They run as pasted; a journey pastes them.

/// What is called.
pub struct Call<'a> {
    /// The studio's public address, without a trailing slash.
    pub url: &'a str,
    pub name: &'a str,
    pub variables: &'a [String],
}

impl Call<'_> {
    fn path(&self) -> String {
        format!("{}/api/v1/prompts/{}", self.url, encode(self.name))
    }

    /// A JSON object that gives every variable a value to be replaced.
    fn values(&self) -> String {
        let pairs: Vec<String> = self.variables.iter().map(|name| format!("\"{name}\": \"…\"")).collect();
        format!("{{{}}}", pairs.join(", "))
    }
}

/// Percent-encodes everything but what needs none in a path segment.
fn encode(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

pub fn curl(call: &Call<'_>) -> String {
    let (path, values) = (call.path(), call.values());
    format!(
        "# The prompt as it is published\n\
         curl --fail-with-body \"{path}?label=production\" \\\n  -H \"Authorization: Bearer $ATELIER_KEY\"\n\n\
         # The same, filled in\n\
         curl --fail-with-body \"{path}/render\" \\\n  -H \"Authorization: Bearer $ATELIER_KEY\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{{\"variables\": {values}}}'\n"
    )
}

pub fn python(call: &Call<'_>) -> String {
    let (path, values) = (call.path(), call.values());
    format!(
        "import json, os, urllib.request\n\n\
         request = urllib.request.Request(\n    \"{path}/render\",\n    data=json.dumps({{\"variables\": {values}}}).encode(),\n    \
         headers={{\"Authorization\": f\"Bearer {{os.environ['ATELIER_KEY']}}\", \"Content-Type\": \"application/json\"}},\n)\n\
         with urllib.request.urlopen(request) as response:\n    prompt = json.load(response)\n\
         print(prompt[\"version\"], prompt.get(\"messages\") or prompt[\"text\"])\n"
    )
}

pub fn typescript(call: &Call<'_>) -> String {
    let (path, values) = (call.path(), call.values());
    format!(
        "const response = await fetch(\"{path}/render\", {{\n  method: \"POST\",\n  \
         headers: {{ Authorization: `Bearer ${{process.env.ATELIER_KEY}}`, \"Content-Type\": \"application/json\" }},\n  \
         body: JSON.stringify({{ variables: {values} }}),\n}});\n\
         if (!response.ok) throw new Error(await response.text());\n\
         const prompt = await response.json();\n\
         console.log(prompt.version, prompt.messages ?? prompt.text);\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_folders_is_one_segment() {
        assert_eq!(encode("support/återbetalning 2"), "support%2F%C3%A5terbetalning%202");
    }
}
