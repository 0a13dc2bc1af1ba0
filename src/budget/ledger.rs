//! What budgets stand at, in memory: reserved before, settled after.

use std::collections::HashMap;

use super::{Budget, Period, Spent, spending};
use crate::{cost::Nanos, fault::Fault, id::BudgetId, request::Facts, timestamp::Timestamp};

/// Who spends.
#[derive(Clone, Copy, Debug)]
pub struct Spender<'a> {
    /// The key's id.
    pub key: Option<&'a str>,
    pub user: Option<&'a str>,
    pub tags: &'a [String],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Account {
    spent: Nanos,
    reserved: Nanos,
}

type Place = (BudgetId, String, Timestamp);

/// The budgets of one project and their accounts.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    budgets: Vec<Budget>,
    accounts: HashMap<Place, Account>,
}

/// What one request holds until it is settled.
#[derive(Debug, Default, PartialEq)]
#[must_use = "what is reserved must be settled"]
pub struct Reservation {
    places: Vec<Place>,
    nanos: Nanos,
    /// Budgets that are past their warning: the name and the per cent.
    pub warnings: Vec<(String, u32)>,
}

impl Ledger {
    /// The budgets as they are now, and what was spent on them. What is reserved stays reserved.
    pub fn load(&mut self, budgets: Vec<Budget>, spent: impl IntoIterator<Item = Spent>) {
        self.budgets = budgets;
        self.accounts.retain(|_, account| account.reserved > Nanos::ZERO);
        self.accounts.values_mut().for_each(|account| account.spent = Nanos::ZERO);
        for Spent { budget, subject, since, nanos } in spent {
            let account = self.accounts.entry((budget, subject, since)).or_default();
            account.spent = account.spent.saturating_add(nanos);
        }
    }

    pub fn budgets(&self) -> &[Budget] {
        &self.budgets
    }

    pub fn is_empty(&self) -> bool {
        self.budgets.is_empty()
    }

    /// Sets `estimate` aside on every account that the request falls on, or on none.
    ///
    /// # Errors
    /// Limited, `budget_spent`, naming the budget that has too little left.
    pub fn reserve(&mut self, spender: &Spender<'_>, estimate: Nanos, now: Timestamp) -> Result<Reservation, Fault> {
        let mut places = Vec::new();
        let mut warnings = Vec::new();
        for budget in &self.budgets {
            let since = budget.form.period.start(now);
            for subject in budget.subjects(spender) {
                let place = (budget.id, subject.to_owned(), since);
                let account = self.accounts.get(&place).copied().unwrap_or_default();
                let held = account.spent.saturating_add(account.reserved);
                if held.saturating_add(estimate) > budget.form.limit || held >= budget.form.limit {
                    return Err(refusal(budget, subject, account, estimate));
                }
                let percent = per_cent(held, budget.form.limit);
                if percent >= budget.form.warn_at {
                    warnings.push((budget.name.clone(), percent));
                }
                places.push(place);
            }
        }
        for place in &places {
            let account = self.accounts.entry(place.clone()).or_default();
            account.reserved = account.reserved.saturating_add(estimate);
        }
        Ok(Reservation { places, nanos: estimate, warnings })
    }

    /// Frees what was reserved and books what the request cost, as its record does: on the budgets that there are by now.
    /// Gives those that came to their warning or their limit by it: the name and the per cent.
    pub fn settle(&mut self, reservation: Reservation, facts: &Facts) -> Vec<(String, u32)> {
        for place in reservation.places {
            if let Some(account) = self.accounts.get_mut(&place) {
                account.reserved = account.reserved.saturating_sub(reservation.nanos).max(Nanos::ZERO);
            }
        }
        let mut reached = Vec::new();
        for Spent { budget, subject, since, nanos } in spending(&self.budgets, facts) {
            let account = self.accounts.entry((budget, subject, since)).or_default();
            let before = account.spent;
            account.spent = before.saturating_add(nanos);
            let Some(budget) = self.budgets.iter().find(|known| known.id == budget) else { continue };
            let (was, is) = (per_cent(before, budget.form.limit), per_cent(account.spent, budget.form.limit));
            if [budget.form.warn_at, 100].iter().any(|mark| was < *mark && is >= *mark) {
                reached.push((budget.name.clone(), is));
            }
        }
        reached
    }

    /// Accounts of periods that are over are dropped, unless something is reserved on them.
    pub fn sweep(&mut self, now: Timestamp) {
        let starts: HashMap<BudgetId, Timestamp> = self.budgets.iter().map(|budget| (budget.id, budget.form.period.start(now))).collect();
        self.accounts.retain(|(budget, _, since), account| account.reserved > Nanos::ZERO || starts.get(budget) == Some(since));
    }

    /// What is spent and reserved on an account now.
    pub fn stand(&self, budget: BudgetId, subject: &str, since: Timestamp) -> (Nanos, Nanos) {
        let account = self.accounts.get(&(budget, subject.to_owned(), since)).copied().unwrap_or_default();
        (account.spent, account.reserved)
    }
}

/// Whole per cents, rounded down; 100 where the limit is nothing.
pub(super) fn per_cent(part: Nanos, limit: Nanos) -> u32 {
    if limit <= Nanos::ZERO {
        return 100;
    }
    u32::try_from(i128::from(part.0) * 100 / i128::from(limit.0)).unwrap_or(u32::MAX)
}

fn refusal(budget: &Budget, subject: &str, account: Account, estimate: Nanos) -> Fault {
    let whose = if subject.is_empty() { String::new() } else { format!(" for {} “{subject}”", budget.form.per.as_str()) };
    let anew = match budget.form.period {
        Period::Day => "It begins anew at midnight UTC.",
        Period::Week => "It begins anew on Monday, UTC.",
        Period::Month => "It begins anew on the first of the month, UTC.",
        Period::Total => "An owner may raise it under Cost, Budgets.",
    };
    let (name, limit, spent, words) = (&budget.name, budget.form.limit, account.spent, budget.form.period.words());
    let reserved = if account.reserved > Nanos::ZERO { format!(", {} are reserved by requests under way", account.reserved) } else { String::new() };
    let say =
        format!("The budget “{name}”{whose} has too little left: {spent} of {limit} are spent {words}{reserved}, and this request may cost {estimate}. {anew}");
    Fault::limited("budget_spent", say)
}
