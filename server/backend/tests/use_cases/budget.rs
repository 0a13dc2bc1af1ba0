//! Budgets: who sets them, and what they count from the middle of a period on.

use atelier_backend::{account, budget, journal};
use atelier_domain::{
    account::{Role, Scope},
    budget::{BudgetForm, Per, Period},
    cost::Nanos,
    fault::Kind,
    request::{Facts, Record},
};

use crate::support::{TestStudio, for_each_engine};

/// A request that cost so much, this many seconds ago, on its way to the database.
fn spent(test: &TestStudio, nanos: i64, ago: i64, user: &str) {
    let cx = test.operator();
    let facts = Facts { id: cx.new_id(), project: test.project, at: cx.now().plus_seconds(-ago), cost: Some(Nanos(nanos)), ..Facts::default() };
    let facts = Facts { user: Some(user.to_owned()), tags: vec!["batch".to_owned()], ..facts };
    test.studio.journal.append(&Record { facts, asked: String::new(), exchange: None });
}

fn form(per: Per, period: Period, limit: i64) -> BudgetForm {
    BudgetForm { per, period, limit: Nanos(limit), warn_at: 80, subject: None }
}

#[tokio::test]
async fn a_budget_made_in_the_middle_of_a_period_counts_what_was_spent_before() {
    for_each_engine(async |test| {
        let owner = test.cx_as(Role::Owner).await;
        spent(test, 500, 0, "mara");
        spent(test, 70, 0, "jon");
        spent(test, 9_000, 40 * 86_400, "mara");
        journal::drain(&test.studio).await.unwrap();
        let put = async |name: &str, form: BudgetForm| budget::put(&owner, test.project, name, form).await.unwrap().1;
        assert!(put("a month", form(Per::Project, Period::Month, 1_000)).await);
        assert!(put("each user", form(Per::User, Period::Total, 1_000)).await);
        assert!(put("batch", BudgetForm { subject: Some(" batch ".to_owned()), ..form(Per::Tag, Period::Day, 1_000) }).await);
        let accounts = async || {
            let stands = budget::list(&owner, test.project).await.unwrap();
            let account = |(subject, spent, _): &(String, Nanos, Nanos)| (subject.clone(), spent.0);
            stands.iter().map(|stand| (stand.budget.name.clone(), stand.accounts.iter().map(account).collect::<Vec<_>>())).collect::<Vec<_>>()
        };
        let of = |subject: &str, nanos| (subject.to_owned(), nanos);
        let month = |nanos| ("a month".to_owned(), vec![of("", nanos)]);
        let users = |mara, jon| ("each user".to_owned(), vec![of("mara", mara), of("jon", jon)]);
        let batch = |nanos| ("batch".to_owned(), vec![of("batch", nanos)]);
        assert_eq!(accounts().await, [month(570), batch(570), users(9_500, 70)]);
        // Another limit counts nothing anew, and what comes after is counted once.
        assert!(!put("a month", form(Per::Project, Period::Month, 2_000)).await);
        spent(test, 30, 0, "jon");
        journal::drain(&test.studio).await.unwrap();
        assert_eq!(accounts().await, [month(600), batch(600), users(9_500, 100)]);
        // Another period counts its own.
        assert!(!put("a month", form(Per::Project, Period::Total, 2_000)).await);
        assert_eq!(accounts().await[0], month(9_600));
    })
    .await;
}

#[tokio::test]
async fn owners_set_budgets_and_everybody_in_the_project_sees_them() {
    for_each_engine(async |test| {
        let owner = test.cx_as(Role::Owner).await;
        let (made, _) = budget::put(&owner, test.project, " Whole project ", form(Per::Project, Period::Day, 5)).await.unwrap();
        assert_eq!(made.name, "Whole project");
        for role in [Role::Editor, Role::Reviewer, Role::Viewer] {
            let cx = test.cx_as(role).await;
            assert_eq!(budget::list(&cx, test.project).await.unwrap().len(), 1, "{role}");
            let refused = budget::put(&cx, test.project, "x", form(Per::Project, Period::Day, 5)).await.unwrap_err();
            assert_eq!((refused.kind, budget::remove(&cx, made.id).await.unwrap_err().kind), (Kind::Denied, Kind::Denied), "{role}");
        }
        assert_eq!(budget::put(&owner, test.elsewhere, "x", form(Per::Project, Period::Day, 5)).await.unwrap_err().kind, Kind::NotFound);
        assert_eq!(budget::list(&test.anonymous(), test.project).await.unwrap_err().kind, Kind::Unauthenticated);
        let key = test.cx_key(&[Scope::Admin]).await;
        budget::put(&key, test.project, "by a program", form(Per::Key, Period::Day, 5)).await.unwrap();
        budget::remove(&owner, made.id).await.unwrap();
        assert_eq!(budget::remove(&owner, made.id).await.unwrap_err().kind, Kind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn a_budget_names_what_is_wrong_with_it() {
    for_each_engine(async |test| {
        let owner = test.cx_as(Role::Owner).await;
        let wrong = BudgetForm { limit: Nanos(-1), warn_at: 101, subject: Some("x".to_owned()), ..form(Per::Project, Period::Day, 0) };
        let fault = budget::put(&owner, test.project, " ", wrong).await.unwrap_err();
        assert!(["name", "limit", "warn_at", "subject"].iter().all(|field| fault.of(field).is_some()), "{fault:?}");
        // Another project's key is no key here.
        let (key, _) = account::add_key(&test.operator(), test.elsewhere, "theirs", &[Scope::Gateway]).await.unwrap();
        for subject in [key.id.to_string(), "theirs".to_owned()] {
            let wrong = BudgetForm { subject: Some(subject), ..form(Per::Key, Period::Day, 1) };
            assert!(budget::put(&owner, test.project, "x", wrong).await.unwrap_err().of("subject").is_some());
        }
    })
    .await;
}
