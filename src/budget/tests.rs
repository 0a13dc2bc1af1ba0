use proptest::prelude::*;

use super::*;
use crate::id::{KeyId, RequestId};

fn at(text: &str) -> Timestamp {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).unwrap()
}

fn budget(number: u128, per: Per, subject: Option<&str>, limit: i64) -> Budget {
    let form = BudgetForm { per, subject: subject.map(str::to_owned), period: Period::Day, limit: Nanos(limit), warn_at: 80 };
    Budget { id: BudgetId(uuid::Uuid::from_u128(number)), name: format!("b{number}"), form }
}

fn facts(user: Option<&str>, tags: &[&str], cost: i64, at: Timestamp) -> Facts {
    Facts { user: user.map(str::to_owned), tags: tags.iter().map(|tag| (*tag).to_owned()).collect(), cost: Some(Nanos(cost)), at, ..Facts::default() }
}

fn spender(facts: &Facts) -> Spender<'_> {
    Spender { key: None, user: facts.user.as_deref(), tags: &facts.tags }
}

#[test]
fn periods_begin_at_midnight_on_mondays_and_on_the_first() {
    let now = at("2026-11-25T13:45:00Z");
    for (period, start) in [
        (Period::Day, "2026-11-25T00:00:00Z"),
        (Period::Week, "2026-11-23T00:00:00Z"),
        (Period::Month, "2026-11-01T00:00:00Z"),
        (Period::Total, "1970-01-01T00:00:00Z"),
    ] {
        assert_eq!(period.start(now), at(start), "{period:?}");
        assert_eq!(period.start(at(start)), at(start), "{period:?}");
    }
    for (period, end) in [(Period::Day, "2026-11-26T00:00:00Z"), (Period::Week, "2026-11-30T00:00:00Z"), (Period::Month, "2026-12-01T00:00:00Z")] {
        assert_eq!(period.end(now), Some(at(end)), "{period:?}");
    }
    assert_eq!((Period::Month.end(at("2026-01-31T23:00:00Z")), Period::Total.end(now)), (Some(at("2026-02-01T00:00:00Z")), None));
    assert_eq!(Period::Week.start(at("2026-11-22T23:59:59Z")), at("2026-11-16T00:00:00Z"));
}

#[test]
fn a_request_is_let_through_while_every_budget_has_room_for_it() {
    let now = at("2026-11-25T13:45:00Z");
    let mut ledger = Ledger::default();
    ledger.load(vec![budget(1, Per::Project, None, 100), budget(2, Per::User, None, 30), budget(3, Per::Tag, Some("beta"), 50)], []);
    let mara = facts(Some("mara"), &["beta"], 25, now);
    let held = ledger.reserve(&spender(&mara), Nanos(30), now).unwrap();
    let refused = ledger.reserve(&spender(&mara), Nanos(1), now).unwrap_err();
    assert!(refused.message.contains("“b2” for user “mara”") && refused.code == "budget_spent", "{refused:?}");
    // Somebody else has a budget of their own; the tag's has 20 left.
    let jon = facts(Some("jon"), &["beta"], 0, now);
    assert!(ledger.reserve(&spender(&jon), Nanos(21), now).unwrap_err().message.contains("b3"));
    assert_eq!(ledger.settle(held, &mara), [("b2".to_owned(), 83)]);
    assert_eq!(ledger.stand(BudgetId(uuid::Uuid::from_u128(1)), "", Period::Day.start(now)), (Nanos(25), Nanos(0)));
    let again = ledger.reserve(&spender(&mara), Nanos(5), now).unwrap();
    assert_eq!(again.warnings, [("b2".to_owned(), 83)]);
    drop(again);
    // The next day begins anew.
    let tomorrow = now.plus_seconds(86_400);
    assert!(ledger.reserve(&spender(&mara), Nanos(30), tomorrow).is_ok());
    ledger.sweep(tomorrow);
}

#[test]
fn nothing_is_let_through_by_a_budget_that_is_spent_not_even_what_costs_nothing() {
    let now = at("2026-11-25T13:45:00Z");
    let mut ledger = Ledger::default();
    ledger.load(vec![budget(1, Per::Project, None, 0)], []);
    assert!(ledger.reserve(&spender(&facts(None, &[], 0, now)), Nanos(0), now).is_err());
}

#[test]
fn a_form_names_what_is_wrong_with_it() {
    let form = BudgetForm { subject: Some("x".into()), limit: Nanos(-1), warn_at: 101, ..BudgetForm::default() };
    let fault = form.check("").unwrap_err();
    assert!(["name", "subject", "limit", "warn_at"].iter().all(|field| fault.of(field).is_some()), "{fault:?}");
}

proptest! {
    /// Whatever is reserved, settled and reloaded in whatever order: what a budget stands at is the sum of what was booked, and
    /// no budget is passed where no request costs more than its estimate.
    #[test]
    fn what_is_spent_is_the_sum_of_the_records(steps in prop::collection::vec((0..3_u8, 0..3_usize, 0..40_i64, 0..=100_i64, any::<bool>()), 1..200)) {
        let now = at("2026-11-25T13:45:00Z");
        let budgets = vec![budget(1, Per::Project, None, 900), budget(2, Per::User, None, 300), budget(3, Per::Tag, Some("a"), 200), budget(4, Per::Key, None, 500)];
        let mut ledger = Ledger::default();
        ledger.load(budgets.clone(), []);
        let (mut open, mut records): (Vec<(Reservation, Facts)>, Vec<Facts>) = (Vec::new(), Vec::new());
        for (kind, who, estimate, part, tagged) in steps {
            match kind {
                0 | 1 if kind == 0 || open.is_empty() => {
                    let users = ["mara", "jon", "ada"];
                    let mut facts = facts(Some(users[who]), if tagged { &["a", "b"] } else { &["b"] }, estimate * part / 100, now);
                    facts.key = Some(KeyId(uuid::Uuid::from_u128(who as u128)));
                    facts.id = RequestId(uuid::Uuid::from_u128(records.len() as u128));
                    let key = facts.key.map(|key| key.to_string());
                    let spender = Spender { key: key.as_deref(), user: facts.user.as_deref(), tags: &facts.tags };
                    if let Ok(held) = ledger.reserve(&spender, Nanos(estimate), now) {
                        open.push((held, facts));
                    }
                }
                1 => {
                    let (held, facts) = open.swap_remove(who % open.len());
                    ledger.settle(held, &facts);
                    records.push(facts);
                }
                // Another process wrote, or an owner changed a limit: everything is read anew.
                _ => ledger.load(budgets.clone(), records.iter().flat_map(|facts| spending(&budgets, facts))),
            }
        }
        for (held, facts) in open.drain(..) {
            ledger.settle(held, &facts);
            records.push(facts);
        }
        for budget in &budgets {
            let mut sums: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
            for spent in records.iter().flat_map(|facts| spending(std::slice::from_ref(budget), facts)) {
                *sums.entry(spent.subject).or_default() += spent.nanos.0;
            }
            for (subject, sum) in sums {
                prop_assert_eq!(ledger.stand(budget.id, &subject, Period::Day.start(now)), (Nanos(sum), Nanos(0)));
                prop_assert!(sum <= budget.form.limit.0);
            }
        }
    }
}
