//! Budgets on the wire.

use atelier_backend::budget::Stand;
use atelier_domain::{budget as domain, timestamp::Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// Whose spending is counted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BudgetPer)]
pub enum Per {
    /// Of the project as a whole.
    Project,
    Key,
    /// The end user that a request names.
    User,
    Tag,
}

impl From<domain::Per> for Per {
    fn from(per: domain::Per) -> Self {
        match per {
            domain::Per::Project => Per::Project,
            domain::Per::Key => Per::Key,
            domain::Per::User => Per::User,
            domain::Per::Tag => Per::Tag,
        }
    }
}

/// Over which time. A period begins at midnight UTC, a week on Monday, a month on its first; `total` never begins anew.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BudgetPeriod)]
pub enum Period {
    Day,
    Week,
    Month,
    Total,
}

impl From<domain::Period> for Period {
    fn from(period: domain::Period) -> Self {
        match period {
            domain::Period::Day => Period::Day,
            domain::Period::Week => Period::Week,
            domain::Period::Month => Period::Month,
            domain::Period::Total => Period::Total,
        }
    }
}

/// What one key, user or tag, or the project, stands at.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetAccount)]
pub struct Account {
    /// The key's id, the user or the tag; null for the project.
    #[schema(required)]
    pub subject: Option<String>,
    /// USD, of requests that have ended.
    #[schema(example = "1.25")]
    pub spent: String,
    /// USD, set aside for requests that are under way.
    #[schema(example = "0.002")]
    pub reserved: String,
}

/// A budget and what it stands at.
#[derive(Serialize, ToSchema)]
pub struct Budget {
    pub name: String,
    pub per: Per,
    /// The only key (its id), user or tag that it counts; null where each is counted apart.
    #[schema(required)]
    pub subject: Option<String>,
    pub period: Period,
    /// USD.
    #[schema(example = "12.5")]
    pub limit: String,
    /// People are warned from this part of the limit on, in per cent.
    #[schema(minimum = 1, maximum = 100)]
    pub warn_at: u32,
    /// When this period began; null for `total`.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub since: Option<Timestamp>,
    /// When the next begins; null for `total`.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub until: Option<Timestamp>,
    /// The most spent first, at most 50.
    pub accounts: Vec<Account>,
}

impl Budget {
    pub fn new(Stand { budget, accounts }: Stand, now: Timestamp) -> Self {
        let domain::BudgetForm { per, subject, period, limit, warn_at } = budget.form;
        let account = |(subject, spent, reserved): (String, atelier_domain::cost::Nanos, atelier_domain::cost::Nanos)| Account {
            subject: Some(subject).filter(|subject| !subject.is_empty()),
            spent: spent.to_decimal(),
            reserved: reserved.to_decimal(),
        };
        let until = period.end(now);
        Self {
            name: budget.name,
            per: per.into(),
            subject,
            period: period.into(),
            limit: limit.to_decimal(),
            warn_at,
            since: until.map(|_| period.start(now)),
            until,
            accounts: accounts.into_iter().map(account).collect(),
        }
    }
}

/// What a budget shall be.
#[derive(ToSchema)]
#[schema(example = json!({"per": "project", "period": "month", "limit": "100", "warn_at": 80}))]
#[expect(dead_code, reason = "read field by field; this is its description")]
pub struct BudgetDraft {
    per: Per,
    /// The key by its id or name, the user or the tag; without it each is counted apart. A project has none. At most 200 bytes.
    #[schema(min_length = 1, max_length = 200)]
    subject: Option<String>,
    period: Period,
    /// USD, as a decimal number. At 0 everything that it counts is refused.
    #[schema(pattern = r"^[0-9]+(\.[0-9]{1,9})?$", example = "12.50")]
    limit: String,
    /// Without it 80.
    #[schema(minimum = 1, maximum = 100)]
    warn_at: Option<u32>,
}
