//! Logs, on standard error: lines for a person at a terminal, JSON for everything else.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// `quiet` for the short commands, which log only what went wrong.
///
/// # Errors
/// One sentence that names the setting.
pub fn start(log: &str, quiet: bool) -> Result<(), String> {
    let wanted = if quiet { "warn" } else { log };
    let filter = EnvFilter::try_new(format!("sqlx=warn,{wanted}")).map_err(|error| format!("ATELIER_LOG cannot be understood: {error}."))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let person = std::io::stderr().is_terminal();
    let started = if person { logs.try_init() } else { logs.json().flatten_event(true).try_init() };
    started.map_err(|error| format!("Logging cannot start: {error}."))
}
