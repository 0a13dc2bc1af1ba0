//! The command line. Commands open the same database as a serving process, which hears of what they did within a second.

mod commands;

use std::{io::Write, path::PathBuf, process::ExitCode};

use atelier_domain::{
    account::{Role, Scope},
    provider::ProviderKind,
};
use clap::{Parser, Subcommand};

use crate::{config::Config, logging, serve};

/// The collaborative prompt studio and LLM operations platform.
#[derive(Parser)]
#[command(name = "atelier", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the studio.
    Serve,
    /// Adds users and sets passwords.
    #[command(subcommand)]
    User(User),
    /// Adds projects.
    #[command(subcommand)]
    Project(Project),
    /// Adds API keys.
    #[command(subcommand)]
    Key(Key),
    /// Adds models of this machine.
    #[command(subcommand)]
    Model(Model),
    /// Adds providers of models.
    #[command(subcommand)]
    Provider(Provider),
    /// Fills a project with the sample: prompts, and runs that the local model answers.
    Seed {
        #[arg(long)]
        project: String,
    },
    /// Prints the OpenAPI description.
    ExportOpenapi,
    /// Writes everything but sessions to a file, at one moment, while the studio may go on serving.
    Backup { file: PathBuf },
    /// Fills an empty database from such a file; it may have come from the other engine.
    Restore { file: PathBuf },
}

#[derive(Subcommand)]
enum User {
    /// Adds a user; the password is read from standard input.
    Add {
        #[arg(long)]
        email: String,
        /// What others see; else what stands before the @.
        #[arg(long)]
        name: Option<String>,
        /// May add projects and users.
        #[arg(long)]
        admin: bool,
        /// Puts the user into this project.
        #[arg(long)]
        project: Option<String>,
        #[arg(long, default_value = "editor", requires = "project", value_parser = role)]
        role: Role,
    },
    /// Sets a password, read from standard input; the user's sessions end.
    Password {
        #[arg(long)]
        email: String,
    },
}

#[derive(Subcommand)]
enum Project {
    /// Adds a project.
    Add {
        name: String,
        /// Who owns it.
        #[arg(long)]
        owner: Option<String>,
    },
}

#[derive(Subcommand)]
enum Key {
    /// Prints a new API key once, alone on standard output.
    Add {
        #[arg(long)]
        project: String,
        #[arg(long)]
        name: String,
        /// read, requests, manage, ingest, gateway, admin.
        #[arg(long = "scope", value_delimiter = ',', required = true, value_parser = scope)]
        scopes: Vec<Scope>,
    },
}

#[derive(Subcommand)]
enum Model {
    /// Adds a GGUF file by its path: prompts then name it `local/NAME`.
    Add {
        #[arg(long)]
        name: String,
        path: std::path::PathBuf,
    },
}

#[derive(Subcommand)]
enum Provider {
    /// Sets a provider up; its key is read from standard input (empty for none). Its models are then `NAME/…`.
    Add {
        #[arg(long)]
        project: String,
        #[arg(long)]
        name: String,
        /// openai (and what speaks its protocol), anthropic or gemini.
        #[arg(long, value_parser = kind)]
        kind: ProviderKind,
        /// Where the kind's own address is not meant.
        #[arg(long)]
        base_url: Option<String>,
    },
}

fn kind(text: &str) -> Result<ProviderKind, String> {
    text.parse().map_err(|fault: atelier_domain::fault::Fault| fault.fields.first().map_or(fault.message.clone(), |field| field.detail.clone()))
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|fault: atelier_domain::fault::Fault| fault.message)
}

fn scope(text: &str) -> Result<Scope, String> {
    text.parse().map_err(|fault: atelier_domain::fault::Fault| fault.message)
}

/// Exit codes: 1 for what failed, 2 for settings and arguments.
pub fn run() -> ExitCode {
    let Cli { command } = Cli::parse();
    let serving = matches!(command, Command::Serve);
    let (config, warnings) = match Config::read().and_then(|(config, warnings)| logging::start(&config.log, !serving).map(|()| (config, warnings))) {
        Ok(read) => read,
        Err(sentence) => return fail(2, &sentence),
    };
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(1, &format!("The runtime cannot start: {error}.")),
    };
    let done = runtime.block_on(async {
        match command {
            Command::Serve => serve::serve(config).await,
            command => commands::run(command, &config).await,
        }
    });
    // A generation that nobody waits for any longer must not keep the process.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => fail(1, &sentence),
    }
}

fn fail(code: u8, sentence: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{sentence}");
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_commands_are_understood() {
        for line in [
            "atelier serve",
            "atelier user add --email a@b.c --admin",
            "atelier user add --email a@b.c --project P --role owner",
            "atelier user password --email a@b.c",
            "atelier project add Northwind",
            "atelier key add --project P --name N --scope read,manage",
            "atelier provider add --project P --name N --kind openai --base-url http://localhost:11434/v1",
            "atelier model add --name qwen /srv/qwen.gguf",
            "atelier backup today.jsonl",
            "atelier restore today.jsonl",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        assert!(Cli::try_parse_from(["atelier", "key", "add", "--project", "P", "--name", "N", "--scope", "everything"]).is_err());
    }
}
