//! `atelier-upstream [ADDRESS]`: serves until it is killed, and prints its address on a line of its own.

use std::io::Write;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let upstream = atelier_upstream::Upstream::start_at(&address).await?;
    writeln!(std::io::stdout(), "{}", upstream.url())?;
    std::future::pending().await
}
