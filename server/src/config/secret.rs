//! The secret key: made at the first start in the data folder, for its owner's eyes; from the environment where there are many nodes.

use std::{io::Write, os::unix::fs::OpenOptionsExt};

use super::Config;

const FILE: &str = "secret.key";

/// The secret key; the first call makes it where nobody set one.
///
/// # Errors
/// One sentence where it is missing on Postgres, or cannot be kept.
pub fn ensure(config: &Config) -> Result<String, String> {
    if let Some(key) = &config.secret_key {
        return Ok(key.clone());
    }
    if config.postgres() {
        return Err("ATELIER_SECRET_KEY must be set where DATABASE_URL is a Postgres: nodes share it. `openssl rand -hex 32` makes one.".to_owned());
    }
    let path = config.data.join(FILE);
    let failed = |error: std::io::Error| format!("ATELIER_DATA: the secret key cannot be kept in {}: {error}.", path.display());
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => file.write_all(atelier_backend::account::secret::token().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    let key = std::fs::read_to_string(&path).map_err(failed)?.trim().to_owned();
    if key.is_empty() {
        return Err(format!(
            "ATELIER_DATA: {} is empty. Put the secret key back, or delete the file: providers' keys must then be entered again.",
            path.display()
        ));
    }
    Ok(key)
}
