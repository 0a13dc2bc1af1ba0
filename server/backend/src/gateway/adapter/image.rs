//! Images of a message, for protocols that tell those in the request from those behind an address.

use atelier_domain::fault::Fault;

use crate::gateway::faults;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source<'a> {
    Inline {
        media_type: &'a str,
        base64: &'a str,
    },
    /// `https:`
    Url(&'a str),
}

/// # Errors
/// Invalid for what is neither.
pub(super) fn image(url: &str) -> Result<Source<'_>, Fault> {
    if url.starts_with("https://") {
        return Ok(Source::Url(url));
    }
    let inline = url.strip_prefix("data:").and_then(|rest| rest.split_once(','));
    let base64 = |(kind, base64): (&str, _)| kind.strip_suffix(";base64").and_then(|kind| kind.split(';').next()).map(|media_type| (media_type.len(), base64));
    match (inline, inline.and_then(base64)) {
        (Some((kind, _)), Some((length, base64))) if length > 0 => Ok(Source::Inline { media_type: &kind[..length], base64 }),
        _ => Err(faults::cannot("messages", "An image is given as https:… or as data:image/…;base64,….")),
    }
}
