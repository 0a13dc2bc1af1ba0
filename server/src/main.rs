//! The binary `atelier`.

fn main() -> std::process::ExitCode {
    atelier_server::cli::run()
}
