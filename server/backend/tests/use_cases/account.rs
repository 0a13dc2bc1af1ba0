//! Signing in, invitations, resets and members.

use atelier_backend::{
    account,
    cx::Actor,
    session::{self, Stored},
};
use atelier_domain::{
    account::{Link, Role},
    fault::Kind,
    id::UserId,
};

use crate::support::{PASSWORD, TestStudio, for_each_engine};

const MARA: &str = "mara@northwind.example";
const NEW: &str = "four other plain words";
const IP: &str = "198.51.100.7";

fn token(link: &str) -> &str {
    link.rsplit_once('/').unwrap().1
}

async fn signs_in(test: &TestStudio, password: &str) -> bool {
    account::sign_in(&test.anonymous(), MARA, password, IP).await.is_ok()
}

async fn begin_session(test: &TestStudio, user: UserId, id: &str) {
    let expires_at = test.studio.clock.now().plus_seconds(3_600);
    assert!(session::create(&test.studio, &Stored { id: id.into(), user: Some(user), data: "{}".into(), expires_at }).await.unwrap());
}

async fn has_session(test: &TestStudio, id: &str) -> bool {
    session::load(&test.studio, id).await.unwrap().is_some()
}

#[tokio::test]
async fn a_person_signs_in_by_e_mail_and_password() {
    for_each_engine(async |test| {
        let user = test.user(MARA).await;
        let found = account::sign_in(&test.anonymous(), " Mara@Northwind.Example ", PASSWORD, IP).await.unwrap();
        assert_eq!(found, user);
        for (email, password) in [(MARA, "four plain words there"), ("nobody@northwind.example", PASSWORD)] {
            let fault = account::sign_in(&test.anonymous(), email, password, IP).await.unwrap_err();
            assert_eq!(fault.message, "E-mail and password do not match. 4 more tries before a pause of 15 minutes.");
        }
    })
    .await;
}

#[tokio::test]
async fn after_five_failures_an_account_pauses_for_fifteen_minutes() {
    for_each_engine(async |test| {
        test.user(MARA).await;
        for _ in 0..4 {
            assert!(!signs_in(test, "wrong password").await);
        }
        assert!(signs_in(test, PASSWORD).await, "the fifth try may succeed, and clears the counter");
        for left in ["4 more", "3 more", "2 more", "1 more", "last try"] {
            let fault = account::sign_in(&test.anonymous(), MARA, "wrong password", IP).await.unwrap_err();
            assert!(fault.message.contains(left), "{}", fault.message);
        }
        let fault = account::sign_in(&test.anonymous(), MARA, PASSWORD, IP).await.unwrap_err();
        assert_eq!(fault.kind, Kind::Limited, "the right password too: {}", fault.message);
        test.studio.clock.advance(15 * 60);
        assert!(signs_in(test, PASSWORD).await);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_guesses_at_many_accounts_pauses() {
    for_each_engine(async |test| {
        test.user(MARA).await;
        for n in 0..20 {
            let fault = account::sign_in(&test.anonymous(), &format!("guess{n}@x.example"), PASSWORD, IP).await.unwrap_err();
            assert_eq!(fault.kind, Kind::Invalid, "{n}");
        }
        assert!(!signs_in(test, PASSWORD).await);
        assert!(account::sign_in(&test.anonymous(), MARA, PASSWORD, "198.51.100.8").await.is_ok(), "from elsewhere");
    })
    .await;
}

#[tokio::test]
async fn many_tries_at_once_get_no_further_than_one_by_one() {
    for_each_engine(async |test| {
        test.user(MARA).await;
        let tries: Vec<_> = (0..20)
            .map(|_| {
                let cx = test.anonymous();
                tokio::spawn(async move { account::sign_in(&cx, MARA, "wrong password", IP).await.unwrap_err().kind })
            })
            .collect();
        let mut looked_at = 0;
        for one in tries {
            looked_at += usize::from(one.await.unwrap() == Kind::Invalid);
        }
        assert!(looked_at <= 5, "{looked_at} passwords were looked at");
    })
    .await;
}

#[tokio::test]
async fn a_changed_password_ends_every_session() {
    for_each_engine(async |test| {
        let user = test.user(MARA).await;
        let cx = test.cx_of(user).await;
        begin_session(test, user, "a").await;
        assert!(account::change_password(&cx, "wrong password", NEW).await.unwrap_err().of("current").is_some());
        assert!(account::change_password(&cx, PASSWORD, "short").await.unwrap_err().of("password").is_some());
        assert!(has_session(test, "a").await);
        account::change_password(&cx, PASSWORD, NEW).await.unwrap();
        assert!(!has_session(test, "a").await);
        assert!(!signs_in(test, PASSWORD).await && signs_in(test, NEW).await);
        begin_session(test, user, "b").await;
        account::set_password(&test.operator(), MARA, PASSWORD).await.unwrap();
        assert!(!has_session(test, "b").await && signs_in(test, PASSWORD).await);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ended_does_not_come_back_by_being_saved() {
    for_each_engine(async |test| {
        let user = test.user(MARA).await;
        begin_session(test, user, "a").await;
        session::delete(&test.studio, "a").await.unwrap();
        let expires_at = test.studio.clock.now().plus_seconds(3_600);
        session::save(&test.studio, &Stored { id: "a".into(), user: Some(user), data: "{}".into(), expires_at }).await.unwrap();
        assert!(!has_session(test, "a").await);
        begin_session(test, user, "b").await;
        test.studio.clock.advance(3_600);
        assert!(!has_session(test, "b").await, "expired");
        session::sweep(&test.studio).await.unwrap();
        account::sweep(&test.studio).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_invitation_makes_an_account_once() {
    for_each_engine(async |test| {
        let owner = test.cx_as(Role::Owner).await;
        let link = account::invite(&owner, test.project, MARA, Role::Reviewer).await.unwrap();
        assert!(link.starts_with("https://atelier.example/invite/"), "{link}");
        let open = account::invitations(&owner, test.project).await.unwrap();
        assert_eq!((open.len(), open[0].email.as_str(), open[0].role), (1, MARA, Role::Reviewer));
        let seen = account::look_at_link(&test.anonymous(), token(&link)).await.unwrap();
        assert_eq!(seen, Link::Invite { project: "Northwind".into(), role: Role::Reviewer, email: MARA.into(), has_account: false });
        let fault = account::accept_invitation(&test.anonymous(), token(&link), "", "short").await.unwrap_err();
        assert!(fault.of("name").is_some() && fault.of("password").is_some());
        let user = account::accept_invitation(&test.anonymous(), token(&link), "Mara", PASSWORD).await.unwrap();
        let Actor::User(mara) = test.cx_of(user).await.actor else { panic!() };
        assert_eq!((mara.name.as_str(), mara.role(test.project), mara.admin), ("Mara", Some(Role::Reviewer), false));
        assert_eq!(mara.memberships[0].project_name, "Northwind");
        assert_eq!(account::look_at_link(&test.anonymous(), token(&link)).await.unwrap_err().code, "link_used");
        assert!(account::accept_invitation(&test.anonymous(), token(&link), "Again", PASSWORD).await.is_err());
        assert!(account::invitations(&owner, test.project).await.unwrap().is_empty());
        assert!(account::invite(&owner, test.project, MARA, Role::Viewer).await.unwrap_err().of("email").is_some(), "a member already");
    })
    .await;
}

#[tokio::test]
async fn who_has_an_account_accepts_with_its_password() {
    for_each_engine(async |test| {
        let user = test.user(MARA).await;
        let link = account::invite(&test.operator(), test.project, MARA, Role::Editor).await.unwrap();
        let Link::Invite { has_account: true, .. } = account::look_at_link(&test.anonymous(), token(&link)).await.unwrap() else { panic!() };
        let fault = account::accept_invitation(&test.anonymous(), token(&link), "", "wrong password").await.unwrap_err();
        assert!(fault.of("password").unwrap().contains("4 more"));
        assert_eq!(account::accept_invitation(&test.anonymous(), token(&link), "", PASSWORD).await.unwrap(), user);
        let Actor::User(mara) = test.cx_of(user).await.actor else { panic!() };
        assert_eq!(mara.role(test.project), Some(Role::Editor));
    })
    .await;
}

#[tokio::test]
async fn links_expire_are_replaced_and_withdrawn() {
    for_each_engine(async |test| {
        let owner = test.cx_as(Role::Owner).await;
        let code = async |link: &str| account::look_at_link(&test.anonymous(), token(link)).await.map_err(|fault| fault.code.into_owned());
        let first = account::invite(&owner, test.project, MARA, Role::Viewer).await.unwrap();
        let second = account::invite(&owner, test.project, MARA, Role::Editor).await.unwrap();
        assert_eq!(code(&first).await.unwrap_err(), "link_unknown", "a newer one replaces it");
        let open = account::invitations(&owner, test.project).await.unwrap();
        assert_eq!(open.len(), 1);
        let stranger = test.cx_of(test.user("stranger@x.example").await).await;
        assert_eq!(account::withdraw_invitation(&stranger, open[0].id).await.unwrap_err().kind, Kind::NotFound);
        account::withdraw_invitation(&owner, open[0].id).await.unwrap();
        assert_eq!(code(&second).await.unwrap_err(), "link_unknown");
        let third = account::invite(&owner, test.project, MARA, Role::Viewer).await.unwrap();
        test.studio.clock.advance(7 * 24 * 3_600 - 60);
        assert!(code(&third).await.is_ok());
        test.studio.clock.advance(60);
        assert_eq!(code(&third).await.unwrap_err(), "link_expired");
        assert!(account::invitations(&owner, test.project).await.unwrap().is_empty());
        assert_eq!(code("/nonsense").await.unwrap_err(), "link_unknown");
    })
    .await;
}

#[tokio::test]
async fn a_reset_link_sets_a_password_within_a_day() {
    for_each_engine(async |test| {
        let user = test.user(MARA).await;
        begin_session(test, user, "a").await;
        let cx = test.cx_of(user).await;
        assert_eq!(account::reset_link(&cx, user).await.unwrap_err().kind, Kind::Denied, "administrators only");
        let old = account::reset_link(&test.operator(), user).await.unwrap();
        let link = account::reset_link(&test.operator(), user).await.unwrap();
        assert!(account::look_at_link(&test.anonymous(), token(&old)).await.is_err());
        assert_eq!(account::look_at_link(&test.anonymous(), token(&link)).await.unwrap(), Link::Reset { email: MARA.into() });
        assert!(account::accept_invitation(&test.anonymous(), token(&link), "x", NEW).await.is_err(), "it is no invitation");
        assert!(account::use_reset(&test.anonymous(), token(&link), "short").await.unwrap_err().of("password").is_some());
        assert_eq!(account::use_reset(&test.anonymous(), token(&link), NEW).await.unwrap(), user);
        assert!(!has_session(test, "a").await && signs_in(test, NEW).await);
        assert_eq!(account::use_reset(&test.anonymous(), token(&link), PASSWORD).await.unwrap_err().code, "link_used");
        let late = account::reset_link(&test.operator(), user).await.unwrap();
        test.studio.clock.advance(24 * 3_600);
        assert_eq!(account::use_reset(&test.anonymous(), token(&late), PASSWORD).await.unwrap_err().code, "link_expired");
    })
    .await;
}

#[tokio::test]
async fn a_project_keeps_an_owner() {
    for_each_engine(async |test| {
        let owner = test.cx_as(Role::Owner).await;
        let me = owner.user().unwrap().id;
        for refused in [account::set_role(&owner, test.project, me, Role::Viewer).await, account::remove_member(&owner, test.project, me).await] {
            assert_eq!(refused.unwrap_err().code, "last_owner");
        }
        account::set_role(&owner, test.project, me, Role::Owner).await.unwrap();
        let second = test.cx_as(Role::Editor).await.user().unwrap().id;
        account::set_role(&owner, test.project, second, Role::Owner).await.unwrap();
        // Both owners step down at the same moment: one of them stays.
        let other = test.cx_of(second).await;
        let (one, two) = tokio::join!(account::set_role(&owner, test.project, me, Role::Viewer), account::set_role(&other, test.project, second, Role::Viewer));
        assert_ne!(one.is_ok(), two.is_ok());
        let owners = account::members(&owner, test.project).await.unwrap().iter().filter(|member| member.role == Role::Owner).count();
        assert_eq!(owners, 1);
        let stranger = test.user("stranger@x.example").await;
        assert_eq!(account::set_role(&test.operator(), test.project, stranger, Role::Editor).await.unwrap_err().code, "member_not_found");
    })
    .await;
}

#[tokio::test]
async fn members_see_their_project_and_owners_run_it() {
    for_each_engine(async |test| {
        let owner = test.cx_as(Role::Owner).await;
        let viewer = test.cx_as(Role::Viewer).await;
        account::rename_project(&owner, test.project, " Southwind ").await.unwrap();
        assert_eq!(account::project(&viewer, test.project).await.unwrap().name, "Southwind");
        assert_eq!(account::projects(&viewer).await.unwrap().len(), 1);
        assert_eq!(account::members(&viewer, test.project).await.unwrap().len(), 2);
        assert_eq!(account::rename_project(&viewer, test.project, "x").await.unwrap_err().kind, Kind::Denied);
        assert!(account::rename_project(&owner, test.project, "Elsewhere").await.unwrap_err().of("project").is_some(), "the name is taken");
        for missing in [account::project(&viewer, test.elsewhere).await.map(drop), account::members(&owner, test.elsewhere).await.map(drop)] {
            assert_eq!(missing.unwrap_err().code, "project_not_found");
        }
        let gone = viewer.user().unwrap().id;
        account::remove_member(&owner, test.project, gone).await.unwrap();
        let viewer = test.cx_of(gone).await;
        assert_eq!(account::project(&viewer, test.project).await.unwrap_err().kind, Kind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn administrators_add_projects_and_users_and_see_no_content_by_that() {
    for_each_engine(async |test| {
        let admin = account::add_user(&test.operator(), "ops@northwind.example", Some("Ops"), PASSWORD, true).await.unwrap();
        let admin = test.cx_of(admin).await;
        assert_eq!(account::project(&admin, test.project).await.unwrap_err().kind, Kind::NotFound);
        assert_eq!(account::list_projects(&admin).await.unwrap().len(), 2);
        let own = account::add_project(&admin, "Own").await.unwrap();
        let admin = test.cx_of(admin.user().unwrap().id).await;
        assert_eq!(admin.user().unwrap().role(own), Some(Role::Owner));
        assert!(account::add_project(&admin, "Own").await.unwrap_err().of("project").is_some());
        account::add_user(&admin, MARA, None, PASSWORD, false).await.unwrap();
        assert!(account::add_user(&admin, MARA, None, PASSWORD, false).await.unwrap_err().of("email").is_some());
        assert_eq!(account::list_users(&admin).await.unwrap().iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["Ops", "mara"]);
        let editor = test.cx_as(Role::Editor).await;
        for denied in [
            account::add_project(&editor, "x").await.map(drop),
            account::list_users(&editor).await.map(drop),
            account::list_projects(&editor).await.map(drop),
            account::add_user(&editor, "x@y.z", None, PASSWORD, true).await.map(drop),
            account::set_password(&editor, MARA, PASSWORD).await.map(drop),
            account::add_member(&editor, test.elsewhere, MARA, Role::Owner).await,
        ] {
            assert_eq!(denied.unwrap_err().kind, Kind::Denied);
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_changes_their_own_account() {
    for_each_engine(async |test| {
        let user = test.user(MARA).await;
        account::update_account(&test.cx_of(user).await, " Mara Lind ", false).await.unwrap();
        let Actor::User(mara) = test.cx_of(user).await.actor else { panic!() };
        assert_eq!((mara.name.as_str(), mara.shortcuts), ("Mara Lind", false));
        assert_eq!(account::update_account(&test.anonymous(), "x", true).await.unwrap_err().kind, Kind::Unauthenticated);
    })
    .await;
}
