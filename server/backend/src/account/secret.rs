//! Passwords and tokens: how they are made, hashed and compared.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use atelier_domain::fault::Fault;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

/// Each hash takes 19 MiB and a core for a while: so many at once, the others wait.
static HASHING: Semaphore = Semaphore::const_new(2);

/// What nobody's password matches, with the parameters of a real one: an unknown account takes as long as a known one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$YXRlbGllci1ub2JvZHkhIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// 32 random bytes, as they stand in links and keys.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is stored of a token, in hexadecimal.
pub fn digest(token: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    Sha256::digest(token).iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| char::from(DIGITS[usize::from(half)])).collect()
}

/// In a time that does not tell how much of it is right.
pub fn equal(a: &str, b: &str) -> bool {
    Sha256::digest(a).iter().zip(Sha256::digest(b).iter()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// Argon2id with OWASP's parameters: 19 MiB, two passes, one lane.
pub async fn hash(password: &str) -> Result<String, Fault> {
    let password = password.to_owned();
    on_a_thread(move || Argon2::default().hash_password(password.as_bytes()).map(|hash: PasswordHash| hash.to_string()).map_err(|error| error.to_string()))
        .await
}

/// Whether `password` is the one behind `hash`; without a hash it takes as long and is false.
pub async fn verify(password: &str, hash: Option<&str>) -> Result<bool, Fault> {
    let (password, hash) = (password.to_owned(), hash.unwrap_or(NOBODY).to_owned());
    on_a_thread(move || Ok(PasswordVerifier::<str>::verify_password(&Argon2::default(), password.as_bytes(), &hash).is_ok())).await
}

async fn on_a_thread<T: Send + 'static>(run: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, Fault> {
    let _place = HASHING.acquire().await.map_err(|_| Fault::internal())?;
    tokio::task::spawn_blocking(run).await.map_err(|error| error.to_string()).flatten().map_err(|error| {
        tracing::error!(error, "a password could not be hashed");
        Fault::internal()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_nobody_costs_what_a_real_one_costs() {
        let real: PasswordHash = Argon2::default().hash_password(b"four plain words here").unwrap();
        let nobody = PasswordHash::new(NOBODY).unwrap();
        assert_eq!((nobody.algorithm, nobody.version, nobody.params.to_string()), (real.algorithm, real.version, real.params.to_string()));
        assert!(nobody.hash.is_some_and(|hash| hash.len() == 32) && nobody.salt.is_some());
        assert_eq!(real.params.to_string(), "m=19456,t=2,p=1");
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let hash = hash("four plain words here").await.unwrap();
        assert!(verify("four plain words here", Some(&hash)).await.unwrap());
        assert!(!verify("four plain words there", Some(&hash)).await.unwrap());
        assert!(!verify("four plain words here", None).await.unwrap());
    }

    #[test]
    fn tokens_are_long_and_their_digests_known() {
        assert_eq!(token().len(), 43);
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(equal("abc", "abc") && !equal("abc", "abd"));
    }
}
