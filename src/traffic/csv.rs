//! A breakdown as a spreadsheet reads it: RFC 4180.

use super::{By, Slice};

const SUMS: [&str; 11] = [
    "cost_usd",
    "requests",
    "failed",
    "from_cache",
    "estimated",
    "unpriced",
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "saved_usd",
];

/// One line for each value, after a line of names.
pub fn csv(by: By, slices: &[Slice]) -> String {
    let heads: &[&str] = match by {
        By::Prompt => &["prompt"],
        By::Version => &["prompt", "version"],
        By::Model => &["model"],
        By::Key => &["key"],
    };
    let mut text = line(heads.iter().chain(&SUMS).map(|head| (*head).to_owned()));
    for slice in slices {
        let name = slice.name.clone().unwrap_or_else(|| slice.value.clone());
        let version = (by == By::Version).then(|| slice.value.rsplit_once('@').map(|(_, version)| version.to_owned()).unwrap_or_default());
        let name = if by == By::Version && slice.name.is_none() { slice.value.rsplit_once('@').map(|(id, _)| id.to_owned()).unwrap_or_default() } else { name };
        let sum = &slice.sum;
        let counts = [sum.requests, sum.failed, sum.from_cache, sum.estimated, sum.unpriced, sum.input, sum.cached, sum.output, sum.reasoning];
        let cells = [Some(cell(&name)), version, Some(sum.cost().to_decimal())].into_iter().flatten();
        text += &line(cells.chain(counts.map(|count| count.to_string())).chain([sum.saved().to_decimal()]));
    }
    text
}

fn line(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(",") + "\r\n"
}

/// Text that a spreadsheet takes for text: a caller may name a model as they like, a formula too.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::Sum;

    #[test]
    fn a_breakdown_is_read_by_a_spreadsheet_as_it_is_meant() {
        let slice = |value: &str, name: Option<&str>| Slice {
            value: value.to_owned(),
            name: name.map(str::to_owned),
            sum: Sum { requests: 2, cost: 1_500_000_000, ..Sum::default() },
        };
        let text = csv(By::Version, &[slice("0af@3", Some("support/reply")), slice("@0", None)]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("prompt,version,cost_usd,requests,failed,"), "{text}");
        assert_eq!(lines[1], "support/reply,3,1.5,2,0,0,0,0,0,0,0,0,0");
        assert_eq!(lines[2], ",0,1.5,2,0,0,0,0,0,0,0,0,0");
        let text = csv(By::Model, &[slice("=1+1,\"x\"", None)]);
        assert!(text.lines().nth(1).unwrap().starts_with("\"'=1+1,\"\"x\"\"\",1.5,"), "{text}");
    }
}
