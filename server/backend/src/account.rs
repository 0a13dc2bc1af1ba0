//! People, projects, members and keys: who is let in, and by what.
//!
//! Of passwords only an argon2id hash is kept, of tokens and keys only a SHA-256; what was made is shown once.

mod attempts;
mod deletion;
mod invitations;
mod keys;
mod people;
mod projects;
pub mod secret;
mod set_up;
mod sign_in;

use atelier_domain::{
    account::{ApiKey, Project},
    fault::Fault,
    id::{InvitationId, KeyId, ProjectId},
};

pub use deletion::delete_project;
pub use invitations::{accept_invitation, invitations, invite, look_at_link, reset_link, use_reset, withdraw_invitation};
pub use keys::{KeyUses, add_key, flush_key_uses, key_names, keys, limit_key, revoke_key, verify_key};
pub use people::{add_user, change_password, list_users, load_user, set_password, update_account};
pub use projects::{add_member, add_project, list_projects, members, project, project_named, projects, remove_member, rename_project, set_role};
pub use set_up::{SetUp, Setup, add_first_admin, make_setup_code, needs_setup, set_up};
pub use sign_in::sign_in;

use crate::{cx::Target, db::Db, store, studio::Studio};

/// Where a request came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub ip: String,
    /// Whether it came from this machine, through no proxy.
    pub loopback: bool,
}

/// Forgets sign-in attempts that no longer count.
///
/// # Errors
/// Internal.
pub async fn sweep(studio: &Studio) -> Result<(), Fault> {
    let mut tx = studio.db.begin().await?;
    store::account::attempt::sweep(&mut tx, studio.clock.now().plus_seconds(-attempts::PAUSE)).await?;
    tx.commit().await.map_err(crate::db::internal)
}

impl Target for ProjectId {
    type Found = Project;

    fn missing(&self) -> Fault {
        Fault::not_found("project_not_found", "This project")
    }

    async fn find(&self, db: &mut Db) -> Result<Option<(ProjectId, Project)>, Fault> {
        Ok(store::account::project(db, *self).await?.map(|project| (*self, project)))
    }
}

impl Target for KeyId {
    type Found = (ProjectId, ApiKey);

    fn missing(&self) -> Fault {
        Fault::not_found("key_not_found", "This API key")
    }

    async fn find(&self, db: &mut Db) -> Result<Option<(ProjectId, Self::Found)>, Fault> {
        Ok(store::key::find(db, *self).await?.map(|(project, key)| (project, (project, key))))
    }
}

impl Target for InvitationId {
    /// Where to, and the address that was invited.
    type Found = (ProjectId, String);

    fn missing(&self) -> Fault {
        Fault::not_found("invitation_not_found", "This invitation")
    }

    async fn find(&self, db: &mut Db) -> Result<Option<(ProjectId, Self::Found)>, Fault> {
        Ok(store::account::invitation::project_of(db, *self).await?.map(|(project, email)| (project, (project, email))))
    }
}
