//! Budgets: how much a project, a key, a user or a tag may spend in a day, a week, a month, or at all.
//!
//! An estimate is reserved before a model is asked and settled after it answered. A request is let through while what was
//! spent, what is reserved and its own estimate stay within every budget that it falls under; what was settled is never taken
//! back, so that a budget's sum is the sum of its requests, to the nano-dollar.

mod ledger;

use serde::{Deserialize, Serialize};

use crate::{
    account::display_name,
    cost::Nanos,
    fault::{Fault, Problems},
    id::BudgetId,
    request::Facts,
    timestamp::Timestamp,
};

pub use ledger::{Ledger, Reservation, Spender};

/// Whose spending is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Of the project as a whole.
    #[default]
    Project,
    Key,
    User,
    Tag,
}

impl Per {
    pub const ALL: [Self; 4] = [Per::Project, Per::Key, Per::User, Per::Tag];

    pub fn as_str(self) -> &'static str {
        match self {
            Per::Project => "project",
            Per::Key => "key",
            Per::User => "user",
            Per::Tag => "tag",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|per| per.as_str() == text)
    }
}

/// Over which time; it begins anew at midnight UTC, weeks on Monday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Day,
    Week,
    #[default]
    Month,
    /// Never anew.
    Total,
}

const DAY: i64 = 86_400;

impl Period {
    pub const ALL: [Self; 4] = [Period::Day, Period::Week, Period::Month, Period::Total];

    pub fn as_str(self) -> &'static str {
        match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
            Period::Total => "total",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.as_str() == text)
    }

    /// "this month": as a sentence goes on.
    pub fn words(self) -> &'static str {
        match self {
            Period::Day => "today",
            Period::Week => "this week",
            Period::Month => "this month",
            Period::Total => "in all",
        }
    }

    /// When the period began in which `at` lies; 1970 for one that never does anew.
    pub fn start(self, at: Timestamp) -> Timestamp {
        let days = at.seconds().div_euclid(DAY);
        let first = match self {
            Period::Day => days,
            // 1970 began on a Thursday.
            Period::Week => days - (days + 3).rem_euclid(7),
            Period::Month => days - i64::from(at.day_of_month() - 1),
            Period::Total => 0,
        };
        Timestamp::from_seconds(first * DAY)
    }

    /// When the next one begins; never, for the one that is all time.
    pub fn end(self, at: Timestamp) -> Option<Timestamp> {
        let start = self.start(at);
        match self {
            Period::Day => Some(start.plus_seconds(DAY)),
            Period::Week => Some(start.plus_seconds(7 * DAY)),
            Period::Month => Some(self.start(start.plus_seconds(31 * DAY))),
            Period::Total => None,
        }
    }
}

/// A budget as an owner sets it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BudgetForm {
    pub per: Per,
    /// The key's id, the user or the tag; `None` counts each of them apart.
    #[serde(default)]
    pub subject: Option<String>,
    pub period: Period,
    pub limit: Nanos,
    /// From this part of the limit on people are warned, in per cent.
    #[serde(default = "warn_at")]
    pub warn_at: u32,
}

fn warn_at() -> u32 {
    BudgetForm::WARN_AT
}

impl BudgetForm {
    /// Where nobody says otherwise.
    pub const WARN_AT: u32 = 80;

    /// # Errors
    /// Invalid naming each field at fault.
    pub fn check(&self, name: &str) -> Result<(), Fault> {
        let mut problems = Problems::default();
        problems.keep(display_name("name", name));
        if self.limit < Nanos::ZERO {
            problems.add("limit", "A limit is $0 or more.");
        }
        if self.warn_at == 0 || self.warn_at > 100 {
            problems.add("warn_at", "Between 1 and 100 per cent of the limit.");
        }
        if self.per == Per::Project && self.subject.is_some() {
            problems.add("subject", "A project's budget has no subject.");
        }
        if self.subject.as_deref().is_some_and(|subject| crate::request::word("subject", subject).is_err()) {
            problems.add("subject", "Name the key, the user or the tag, or leave it empty for each of them.");
        }
        problems.check()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    pub id: BudgetId,
    pub name: String,
    #[serde(flatten)]
    pub form: BudgetForm,
}

impl Budget {
    /// The accounts that a request is booked on: its subjects.
    pub fn subjects<'f>(&self, spender: &Spender<'f>) -> Vec<&'f str> {
        let named = |subject: &&'f str| self.form.subject.as_deref().is_none_or(|wanted| wanted == *subject);
        match self.form.per {
            Per::Project => vec![""],
            Per::Key => spender.key.into_iter().filter(named).collect(),
            Per::User => spender.user.into_iter().filter(named).collect(),
            Per::Tag => {
                let mut tags: Vec<&str> = spender.tags.iter().map(String::as_str).filter(named).collect();
                tags.sort_unstable();
                tags.dedup();
                tags
            }
        }
    }
}

/// What was spent on one account of a budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    pub budget: BudgetId,
    /// Empty for a project's.
    pub subject: String,
    /// When the period began.
    pub since: Timestamp,
    pub nanos: Nanos,
}

/// What a record adds to a budget's accounts.
pub fn spending(budgets: &[Budget], facts: &Facts) -> Vec<Spent> {
    let Some(cost) = facts.cost.filter(|cost| *cost > Nanos::ZERO) else { return Vec::new() };
    let key = facts.key.map(|key| key.to_string());
    let spender = Spender { key: key.as_deref(), user: facts.user.as_deref(), tags: &facts.tags };
    let accounts = |budget: &Budget| {
        let since = budget.form.period.start(facts.at);
        let spent = |subject: &str| Spent { budget: budget.id, subject: subject.to_owned(), since, nanos: cost };
        budget.subjects(&spender).into_iter().map(spent).collect::<Vec<_>>()
    };
    budgets.iter().flat_map(accounts).collect()
}

#[cfg(test)]
mod tests;
