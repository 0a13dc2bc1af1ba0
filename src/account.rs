//! People, keys and what they may do: the one table of rights.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    fault::{Fault, Problems},
    id::{InvitationId, KeyId, ProjectId, UserId},
    timestamp::Timestamp,
};

/// What somebody wants to do inside a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// See prompts, runs, experiments, results, dashboards.
    See,
    /// See requests with their bodies.
    SeeRequests,
    /// Write prompts, datasets, knowledge, experiments; run the playground.
    Write,
    /// Move a label, start and decide an experiment.
    Publish,
    /// Label items, comment.
    Review,
    /// Assign, send outcomes, scores and traces.
    Ingest,
    /// Inference through the gateway, embeddings.
    Infer,
    /// Providers, routes, prices, budgets, keys, members, retention, deletion.
    Administer,
}

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As it stands in the database and on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl FromStr for $name {
            type Err = Fault;
            fn from_str(text: &str) -> Result<Self, Fault> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|one| one.as_str()).collect();
                    Fault::field(stringify!($name).to_lowercase(), format!("“{text}” is not one of {}.", known.join(", ")))
                })
            }
        }
    };
}

names! {
    /// What a person is in one project; the strongest first.
    Role { Owner = "owner", Editor = "editor", Reviewer = "reviewer", Viewer = "viewer" }
}

names! {
    /// What an API key may do in its project.
    Scope { Read = "read", Requests = "requests", Manage = "manage", Ingest = "ingest", Gateway = "gateway", Admin = "admin" }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Role::Owner => "Owner",
            Role::Editor => "Editor",
            Role::Reviewer => "Reviewer",
            Role::Viewer => "Viewer",
        })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Role {
    /// For the pages where somebody is invited or gets another role.
    pub fn explains(self) -> &'static str {
        match self {
            Role::Owner => "Everything, members and API keys too",
            Role::Editor => "Writes, runs and publishes prompts",
            Role::Reviewer => "Looks and judges, changes no prompt",
            Role::Viewer => "Looks, changes nothing",
        }
    }
}

impl Scope {
    /// For the page where a key is made.
    pub fn explains(self) -> &'static str {
        match self {
            Scope::Read => "Pull prompts, see runs and results",
            Scope::Requests => "See requests with their bodies",
            Scope::Manage => "Write prompts, move labels",
            Scope::Ingest => "Assign variants, send outcomes, scores and traces",
            Scope::Gateway => "Run prompts and models",
            Scope::Admin => "Providers, budgets, deletion",
        }
    }
}

/// The table of rights: who may do what. Doors ask here and nowhere else.
impl Action {
    pub fn allowed_to(self, role: Role) -> bool {
        use Role::{Editor, Owner, Reviewer, Viewer};
        match self {
            Action::See => matches!(role, Owner | Editor | Reviewer | Viewer),
            // A reviewer sees the items of own queues, and no other request.
            Action::SeeRequests => matches!(role, Owner | Editor),
            Action::Review => matches!(role, Owner | Editor | Reviewer),
            Action::Write | Action::Publish => matches!(role, Owner | Editor),
            Action::Ingest | Action::Infer => false,
            Action::Administer => role == Owner,
        }
    }

    /// The scope that a key needs; `None` where no key will do.
    pub fn scope(self) -> Option<Scope> {
        match self {
            Action::See => Some(Scope::Read),
            Action::SeeRequests => Some(Scope::Requests),
            Action::Write | Action::Publish => Some(Scope::Manage),
            Action::Review => None,
            Action::Ingest => Some(Scope::Ingest),
            Action::Infer => Some(Scope::Gateway),
            Action::Administer => Some(Scope::Admin),
        }
    }

    /// The sentence for somebody who may not.
    pub fn refusal(self) -> Fault {
        let needed = match self {
            Action::See => "be a member of this project",
            Action::Review => "be a reviewer, editor or owner",
            Action::SeeRequests | Action::Write | Action::Publish => "be an editor or owner",
            Action::Ingest | Action::Infer => "use an API key",
            Action::Administer => "be an owner",
        };
        let scope = self.scope().map_or(String::new(), |scope| format!(" (API keys: the scope “{scope}”)"));
        Fault::denied(format!("For this you need to {needed}{scope}."))
    }
}

/// A person's place in one project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub project: ProjectId,
    pub project_name: String,
    pub role: Role,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    pub id: ProjectId,
    pub name: String,
    pub time_zone: String,
    pub created_at: Timestamp,
}

/// A person as administrators see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub admin: bool,
    pub created_at: Timestamp,
}

/// A person as the other members of a project see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub since: Timestamp,
}

/// An invitation that is still open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub created_by: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What a link that somebody was sent is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Link {
    /// `has_account`: whether it is accepted with the password of an account, or makes one.
    Invite {
        project: String,
        role: Role,
        email: String,
        has_account: bool,
    },
    Reset {
        email: String,
    },
}

/// An API key without its secret, of which only a hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    pub id: KeyId,
    pub name: String,
    /// The last four characters of the secret.
    pub hint: String,
    pub scopes: Vec<Scope>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub limits: KeyLimits,
}

/// How much a key may do through the gateway; `None` for any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLimits {
    /// Requests of a minute.
    pub rate: Option<u32>,
    /// Requests under way at once.
    pub concurrency: Option<u32>,
}

impl KeyLimits {
    /// # Errors
    /// Invalid for a limit of nothing.
    pub fn check(&self) -> Result<(), Fault> {
        let mut problems = Problems::default();
        for (field, limit) in [("rate", self.rate), ("concurrency", self.concurrency)] {
            if limit == Some(0) {
                problems.add(field, "At least 1, or empty for no limit. Revoke the key to stop it.");
            }
        }
        problems.check()
    }
}

/// The shortest password taken: length is what resists guessing (NIST SP 800-63B).
pub const PASSWORD_MIN: usize = 12;
const PASSWORD_MAX: usize = 1_024;

/// # Errors
/// `Invalid` on `password`, saying how many characters are missing.
pub fn check_password(password: &str) -> Result<(), Fault> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        let missing = PASSWORD_MIN - length;
        return Err(Fault::field("password", format!("At least {PASSWORD_MIN} characters; a few words work well. {missing} more.")));
    }
    if password.len() > PASSWORD_MAX {
        return Err(Fault::field("password", format!("At most {PASSWORD_MAX} bytes.")));
    }
    Ok(())
}

/// Trims and lower-cases an address, so that one person has one account.
///
/// # Errors
/// `Invalid` on `email` where it cannot be an address.
pub fn email(text: &str) -> Result<String, Fault> {
    let text = text.trim().to_lowercase();
    let plausible = text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.len() > 1 && !host.contains('@'));
    if plausible { Ok(text) } else { Err(Fault::field("email", "This is not an e-mail address: it needs a name, an @ and a host.")) }
}

/// A name for people: trimmed, 1 to 100 characters, no control characters.
///
/// # Errors
/// `Invalid` on `field`.
pub fn display_name(field: &str, text: &str) -> Result<String, Fault> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 {
        return Err(Fault::field(field, "Give it a name."));
    }
    if length > 100 {
        return Err(Fault::field(field, format!("At most 100 characters; this has {length}.")));
    }
    if text.chars().any(char::is_control) {
        return Err(Fault::field(field, "Control characters are not allowed here."));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of `api.md`, typed out a second time on purpose.
    #[test]
    fn the_table_of_rights_is_the_documented_one() {
        let table = [
            (Action::See, [true, true, true, true], Some(Scope::Read)),
            (Action::SeeRequests, [true, true, false, false], Some(Scope::Requests)),
            (Action::Write, [true, true, false, false], Some(Scope::Manage)),
            (Action::Publish, [true, true, false, false], Some(Scope::Manage)),
            (Action::Review, [true, true, true, false], None),
            (Action::Ingest, [false; 4], Some(Scope::Ingest)),
            (Action::Infer, [false; 4], Some(Scope::Gateway)),
            (Action::Administer, [true, false, false, false], Some(Scope::Admin)),
        ];
        for (action, roles, scope) in table {
            for (role, may) in Role::ALL.iter().zip(roles) {
                assert_eq!(action.allowed_to(*role), may, "{action:?} as {role}");
            }
            assert_eq!(action.scope(), scope, "{action:?}");
        }
    }

    #[test]
    fn addresses_are_normalised_and_nonsense_is_refused() {
        assert_eq!(email("  Mara@Northwind.example ").unwrap(), "mara@northwind.example");
        for bad in ["", "mara", "@x.y", "mara@", "a b@c.d", "a@b@c"] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_short_password_says_how_much_is_missing() {
        assert!(check_password("short").unwrap_err().message.contains("7 more"));
        assert!(check_password("four plain words here").is_ok());
    }
}
