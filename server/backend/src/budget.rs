//! Budgets, as owners set them.

use atelier_domain::{
    account::{Action, ApiKey},
    budget::{Budget, BudgetForm, Per, Spent, spending},
    cost::Nanos,
    fault::Fault,
    id::{BudgetId, KeyId, ProjectId},
};
use serde_json::json;

use crate::{
    cx::{Area, Cx, Target},
    db::Db,
    store,
};

/// Budgets of a project at most.
const MOST: usize = 100;
/// Accounts of one budget that are shown: the dearest.
const ACCOUNTS: usize = 50;

/// A budget and what it stands at.
#[derive(Clone, Debug, PartialEq)]
pub struct Stand {
    pub budget: Budget,
    /// Spent and reserved of each account in this period, the most spent first.
    pub accounts: Vec<(String, Nanos, Nanos)>,
}

/// By name, for everybody in the project.
///
/// # Errors
/// NotFound.
pub async fn list(cx: &Cx, project: ProjectId) -> Result<Vec<Stand>, Fault> {
    stands(cx, Action::See, project).await
}

/// By name, for who has this right: programs that set budgets may look at them, and at nothing else.
///
/// # Errors
/// NotFound, or Denied without the right.
pub async fn stands(cx: &Cx, right: Action, project: ProjectId) -> Result<Vec<Stand>, Fault> {
    let now = cx.now();
    let found = cx
        .read(right, project, async |db, project| {
            let mut found = Vec::new();
            for budget in store::budget::list(db, project.id).await? {
                let spent = store::budget::spent(db, budget.id, budget.form.period.start(now)).await?;
                found.push((budget, spent));
            }
            Ok(found)
        })
        .await?;
    cx.studio.books.open(&cx.studio, project).await?;
    let stand = |(budget, mut spent): (Budget, Vec<Spent>)| {
        let only = if budget.form.per == Per::Project { Some(String::new()) } else { budget.form.subject.clone() };
        if let (Some(subject), true) = (only, spent.is_empty()) {
            spent.push(Spent { budget: budget.id, subject, since: budget.form.period.start(now), nanos: Nanos::ZERO });
        }
        // The books know of what is not in the database yet.
        let account = |spent: Spent| {
            let (known, reserved) = cx.studio.books.stand(project, &spent);
            (spent.subject, known.max(spent.nanos), reserved)
        };
        Stand { accounts: spent.into_iter().take(ACCOUNTS).map(account).collect(), budget }
    };
    Ok(found.into_iter().map(stand).collect())
}

/// Makes a budget, or sets it anew by its name, and says whether it made one; what was spent in its period counts from the period's beginning.
///
/// # Errors
/// Denied for everybody but owners; Invalid naming each field at fault.
pub async fn put(cx: &Cx, project: ProjectId, name: &str, form: BudgetForm) -> Result<(Budget, bool), Fault> {
    let name = name.trim();
    let form = BudgetForm { subject: form.subject.map(|subject| subject.trim().to_owned()), ..form };
    form.check(name)?;
    let engine = cx.studio.db.engine;
    // Nothing is on its way from the journal meanwhile.
    let still = cx.studio.journal.still().await;
    let budget = cx
        .write(Action::Administer, project, async |tx, project| {
            store::budget::hold(tx, engine).await?;
            let before = store::budget::by_name(tx, project.id, name).await?;
            if before.is_none() && store::budget::list(tx, project.id).await?.len() >= MOST {
                return Err(Fault::field("name", format!("A project has at most {MOST} budgets. Remove one first.")));
            }
            let mut form = form;
            if let (Per::Key, Some(wanted)) = (form.per, &form.subject) {
                form.subject = Some(key(&store::key::list(tx, project.id).await?, wanted)?.to_string());
            }
            let budget = Budget { id: before.as_ref().map_or_else(|| tx.new_id(), |before| before.id), name: name.to_owned(), form };
            let (at, by) = (tx.now(), tx.author());
            store::budget::put(tx, project.id, &budget, at, &by).await?;
            let made = before.is_none();
            let counts_anew = before.is_none_or(|before| {
                (before.form.per, &before.form.subject, before.form.period) != (budget.form.per, &budget.form.subject, budget.form.period)
            });
            if counts_anew {
                store::budget::clear(tx, budget.id).await?;
                for facts in store::budget::past(tx, project.id, budget.form.per, budget.form.period.start(at)).await? {
                    for spent in spending(std::slice::from_ref(&budget), &facts) {
                        store::budget::spend(tx, &spent).await?;
                    }
                }
            }
            tx.changed(Area::Budget, project.id.0, Some(project.id), "budget.set", json!(budget));
            Ok((budget, made))
        })
        .await;
    drop(still);
    budget
}

/// The key of this id, or the only one of this name that is not revoked.
fn key(all: &[ApiKey], wanted: &str) -> Result<KeyId, Fault> {
    let mut named = all.iter().filter(|key| key.name == wanted && key.revoked_at.is_none());
    let of_name = named.next().filter(|_| named.next().is_none());
    let found = all.iter().find(|key| key.id.to_string() == wanted).or(of_name);
    found.map(|key| key.id).ok_or_else(|| Fault::field("subject", "The project has no key of this id, and not one alone of this name."))
}

impl Target for BudgetId {
    type Found = (ProjectId, Budget);

    fn missing(&self) -> Fault {
        Fault::not_found("budget_not_found", "This budget")
    }

    async fn find(&self, db: &mut Db) -> Result<Option<(ProjectId, Self::Found)>, Fault> {
        Ok(store::budget::by_id(db, *self).await?.map(|(project, budget)| (project, (project, budget))))
    }
}

/// # Errors
/// Denied for everybody but owners; NotFound.
pub async fn remove(cx: &Cx, budget: BudgetId) -> Result<(), Fault> {
    cx.write(Action::Administer, budget, async |tx, (project, budget)| {
        store::budget::delete(tx, budget.id).await?;
        tx.changed(Area::Budget, project.0, Some(project), "budget.removed", json!({"name": budget.name}));
        Ok(())
    })
    .await
}
