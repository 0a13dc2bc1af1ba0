//! API keys.

use atelier_backend::account;
use atelier_domain::{
    account::{Role, Scope},
    fault::Kind,
};

use crate::support::for_each_engine;

#[tokio::test]
async fn a_key_opens_its_project_until_it_is_revoked() {
    for_each_engine(async |test| {
        let owner = test.cx_as(Role::Owner).await;
        let (key, secret) = account::add_key(&owner, test.project, "CI", &[Scope::Manage, Scope::Read, Scope::Read]).await.unwrap();
        assert!(secret.starts_with("atl_") && secret.ends_with(&key.hint) && secret.len() == 47);
        let grant = account::verify_key(&test.studio, &secret).await.unwrap();
        assert_eq!((grant.id, grant.project, grant.scopes.as_slice()), (key.id, test.project, &[Scope::Read, Scope::Manage][..]));
        account::verify_key(&test.studio, &secret).await.unwrap();
        account::revoke_key(&owner, key.id).await.unwrap();
        assert_eq!(account::verify_key(&test.studio, &secret).await.unwrap_err().kind, Kind::Unauthenticated);
        let listed = account::keys(&owner, test.project).await.unwrap();
        assert!(listed.iter().find(|one| one.id == key.id).unwrap().revoked_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    for_each_engine(async |test| {
        for token in ["", "atl_", &format!("atl_{}", "A".repeat(43)), &"x".repeat(47), &format!("atl_{}", "ü".repeat(22))] {
            assert_eq!(account::verify_key(&test.studio, token).await.unwrap_err().kind, Kind::Unauthenticated, "{token}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_use_is_written_in_the_background() {
    for_each_engine(async |test| {
        test.cx_key(&[Scope::Read]).await;
        let last_used = async || account::keys(&test.operator(), test.project).await.unwrap()[0].last_used_at;
        assert!(last_used().await.is_none());
        account::flush_key_uses(&test.studio).await.unwrap();
        let first = last_used().await.unwrap();
        account::flush_key_uses(&test.studio).await.unwrap();
        assert_eq!(last_used().await, Some(first));
    })
    .await;
}

#[tokio::test]
async fn keys_are_the_owners_business() {
    for_each_engine(async |test| {
        let (key, _) = account::add_key(&test.operator(), test.elsewhere, "other", &[Scope::Read]).await.unwrap();
        let owner = test.cx_as(Role::Owner).await;
        assert_eq!(account::revoke_key(&owner, key.id).await.unwrap_err().kind, Kind::NotFound);
        assert_eq!(account::keys(&owner, test.elsewhere).await.unwrap_err().kind, Kind::NotFound);
        for role in [Role::Editor, Role::Reviewer, Role::Viewer] {
            let cx = test.cx_as(role).await;
            assert_eq!(account::keys(&cx, test.project).await.unwrap_err().kind, Kind::Denied, "{role}");
            assert_eq!(account::add_key(&cx, test.project, "x", &[Scope::Read]).await.unwrap_err().kind, Kind::Denied, "{role}");
        }
        assert_eq!(account::keys(&test.anonymous(), test.project).await.unwrap_err().kind, Kind::Unauthenticated);
        let fault = account::add_key(&owner, test.project, " ", &[]).await.unwrap_err();
        assert!(fault.of("name").is_some() && fault.of("scopes").is_some());
    })
    .await;
}
