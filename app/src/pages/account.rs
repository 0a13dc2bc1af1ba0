//! People and projects: one's own account, the list of projects, a project's settings, and the whole studio for administrators.

mod admin;
mod deletion;
mod erasure;
mod gateway;
mod home;
mod invitations;
mod invite;
mod keys;
pub mod land;
mod limits;
mod me;
mod members;
mod models;
mod new_key;
mod new_project;
pub mod once;
mod password;
mod prices;
mod project;
mod providers;
mod settings;
mod users;

pub use admin::Admin;
pub use home::Projects;
pub use me::Account;
pub use settings::Settings;
