//! The secret key: made at the first start in the data folder, for its owner's eyes; from the environment where there are many nodes.

use std::{io::Write, os::unix::fs::OpenOptionsExt};

use super::Config;

const FILE: &str = "secret.key";

/// # Errors
/// One sentence where it is missing on Postgres, or cannot be kept.
pub fn ensure(config: &Config) -> Result<(), String> {
    if config.secret_key.is_some() {
        return Ok(());
    }
    if config.postgres() {
        return Err("ATELIER_SECRET_KEY must be set where DATABASE_URL is a Postgres: nodes share it. `openssl rand -hex 32` makes one.".to_owned());
    }
    let path = config.data.join(FILE);
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => file.write_all(atelier_backend::account::secret::token().as_bytes()).and_then(|()| file.sync_all()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
    .map_err(|error| format!("ATELIER_DATA: the secret key cannot be kept in {}: {error}.", path.display()))
}
