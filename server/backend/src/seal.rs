//! Secrets at rest: sealed with the studio's secret key (XChaCha20-Poly1305), each bound to what it belongs to.

use std::fmt;

use atelier_domain::fault::Fault;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::Rng;
use sha2::{Digest, Sha256};

const NONCE: usize = 24;
/// What is sealed says how.
const FORMAT: &str = "1.";

/// Seals and opens. It shows nobody its key.
#[derive(Clone)]
pub struct Sealer(XChaCha20Poly1305);

impl Sealer {
    /// `secret` is `ATELIER_SECRET_KEY`, or what the first start made.
    pub fn new(secret: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"atelier: sealed at rest\n");
        hash.update(secret.as_bytes());
        Self(XChaCha20Poly1305::new(&hash.finalize()))
    }

    /// `of` names what the secret belongs to: sealed for one thing, it does not open for another.
    ///
    /// # Errors
    /// Internal.
    pub fn seal(&self, of: &str, secret: &str) -> Result<String, Fault> {
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: secret.as_bytes(), aad: of.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| Fault::internal())?;
        Ok(format!("{FORMAT}{}", STANDARD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// `None` where it was sealed with another secret key, or for something else.
    pub fn open(&self, of: &str, sealed: &str) -> Option<String> {
        let bytes = STANDARD.decode(sealed.strip_prefix(FORMAT)?).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let opened = self.0.decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: of.as_bytes() }).ok()?;
        String::from_utf8(opened).ok()
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sealer(…)")
    }
}

impl Default for Sealer {
    /// With a key that nobody knows: what it seals opens in this process alone.
    fn default() -> Self {
        Self::new(&crate::account::secret::token())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_what_it_belongs_to_with_its_own_key_alone() {
        let sealer = Sealer::new("a secret key of some length");
        let sealed = sealer.seal("provider 1", "sk-canary").unwrap();
        assert!(!sealed.contains("canary"));
        assert_ne!(sealed, sealer.seal("provider 1", "sk-canary").unwrap(), "never the same twice");
        assert_eq!(sealer.open("provider 1", &sealed).as_deref(), Some("sk-canary"));
        assert_eq!(sealer.open("provider 2", &sealed), None);
        assert_eq!(Sealer::new("another secret key").open("provider 1", &sealed), None);
        for broken in ["", "1.", "1.AAAA", "2.AAAA", &sealed[..sealed.len() - 4], "no base64 at all"] {
            assert_eq!(sealer.open("provider 1", broken), None, "{broken}");
        }
    }
}
