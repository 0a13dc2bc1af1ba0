//! What the short commands do.

use std::{
    io::{BufRead, IsTerminal, Write},
    path::Path,
    sync::Arc,
};

use atelier_backend::{account, backup, cx::Cx, model, provider, sample, studio::Studio};
use atelier_domain::{
    account::Role,
    fault::Fault,
    provider::{ProviderForm, ProviderName},
};

use super::{Command, Key, Model, Project, Provider, User};
use crate::{config::Config, openapi::openapi, serve};

pub async fn run(command: Command, config: &Config) -> Result<(), String> {
    match &command {
        Command::Restore { file } => return restore(config, file).await,
        Command::ExportOpenapi => return export_openapi(),
        _ => {}
    }
    let weights = matches!(command, Command::Seed { .. }).then(|| config.weights());
    let studio = serve::open(config, config.addr, weights).await?;
    let done = act(command, &studio).await;
    studio.db.close().await;
    done
}

async fn act(command: Command, studio: &Arc<Studio>) -> Result<(), String> {
    let cx = Cx::operator(studio.clone());
    match command {
        Command::Serve | Command::ExportOpenapi | Command::Restore { .. } => Ok(()),
        Command::Seed { project } => seed(&cx, &project).await,
        Command::Backup { file } => {
            let rows = backup::backup(&cx, &file).await?;
            say(&format!("{} holds {rows} rows. Keep it safe: it has every prompt, and the hashes of passwords and keys.", file.display()))
        }
        Command::Provider(Provider::Add { project, name, kind, base_url }) => {
            let project = account::project_named(&cx, &project).await.map_err(sentence)?;
            let form = ProviderForm { base_url, key: Some(secret_line("Key")?), ..ProviderForm::default() };
            let name: ProviderName = name.parse().map_err(sentence)?;
            let (provider, _) = provider::put(&cx, project.id, &name, kind, form).await.map_err(sentence)?;
            let checked = provider::check(&cx, provider.id).await.map_err(sentence)?;
            match checked.checked.and_then(|checked| checked.error) {
                Some(error) => say(&format!("“{name}” is set up, but does not answer yet. {error}")),
                None => say(&format!("“{name}” is set up: it lists {} models.", checked.models.len())),
            }
        }
        Command::Model(Model::Add { name, path }) => {
            let path = std::path::absolute(&path).map_err(|error| format!("{} is no path: {error}.", path.display()))?;
            let added = model::put(&cx, &name.parse().map_err(sentence)?, &path.to_string_lossy()).await.map_err(sentence)?;
            say(&format!("“{}” can be asked: {} reads {} tokens at once.", added.name.model(), added.facts.architecture, added.facts.context))
        }
        Command::User(user) => act_on_user(&cx, user).await,
        Command::Project(Project::Add { name, owner }) => add_project(&cx, &name, owner.as_deref()).await.map_err(sentence),
        Command::Key(Key::Add { project, name, scopes }) => {
            let project = account::project_named(&cx, &project).await.map_err(sentence)?;
            let (_, secret) = account::add_key(&cx, project.id, &name, &scopes).await.map_err(sentence)?;
            writeln!(std::io::stdout(), "{secret}").map_err(|error| format!("The key cannot be printed: {error}."))
        }
    }
}

/// Writes the sample and waits until the local model has answered its runs.
async fn seed(cx: &Cx, project: &str) -> Result<(), String> {
    let project = account::project_named(cx, project).await.map_err(sentence)?;
    sample::seed(cx, project.id).await.map_err(sentence)?;
    let runs = sample::answer(cx, project.id).await.map_err(sentence)?;
    say(&format!("“{}” holds the sample project; the local model answered {runs} runs.", project.name))
}

fn export_openapi() -> Result<(), String> {
    let description = openapi().to_pretty_json().map_err(|error| format!("The description cannot be written: {error}."))?;
    say(&description)
}

async fn restore(config: &Config, file: &Path) -> Result<(), String> {
    serve::make_data_folder(config)?;
    let rows = backup::restore(&config.database_url, file).await?;
    say(&format!("{rows} rows were restored. Everybody signs in anew."))
}

fn say(line: &str) -> Result<(), String> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| format!("Standard output cannot be written: {error}."))
}

async fn act_on_user(cx: &Cx, user: User) -> Result<(), String> {
    let password = secret_line("Password")?;
    match user {
        User::Password { email } => account::set_password(cx, &email, &password).await.map(drop).map_err(sentence),
        User::Add { email, name, admin, project, role } => {
            // Before the account is made: a wrong name leaves nothing behind.
            let project = match project {
                Some(name) => Some(account::project_named(cx, &name).await.map_err(sentence)?),
                None => None,
            };
            account::add_user(cx, &email, name.as_deref(), &password, admin).await.map_err(sentence)?;
            match project {
                Some(project) => account::add_member(cx, project.id, &email, role).await.map_err(sentence),
                None => Ok(()),
            }
        }
    }
}

async fn add_project(cx: &Cx, name: &str, owner: Option<&str>) -> Result<(), Fault> {
    let project = account::add_project(cx, name).await?;
    match owner {
        Some(email) => account::add_member(cx, project, email, Role::Owner).await,
        None => Ok(()),
    }
}

/// The first line of standard input.
fn secret_line(what: &str) -> Result<String, String> {
    let unread = |error: std::io::Error| format!("{what}: standard input cannot be read: {error}.");
    if std::io::stdin().is_terminal() {
        write!(std::io::stderr(), "{what}: ").map_err(unread)?;
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(unread)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Everything that the fault says, in one line.
fn sentence(fault: Fault) -> String {
    match fault.fields.as_slice() {
        [] => fault.message,
        fields => fields.iter().map(|error| format!("{}: {}", error.field, error.detail)).collect::<Vec<_>>().join(" "),
    }
}
