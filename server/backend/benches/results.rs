//! Ten million units of an experiment: how fast exposures and outcomes are put down and counted, and how long results take then.
//!
//! On SQLite. Limit: 300 ms at the slowest of twenty. `UNITS` sets another number.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and stops at what it did not expect")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use atelier_backend::{
    account,
    cx::{Actor, Cx, KeyGrant},
    db::Database,
    experiment::{self, Outcome},
    journal,
    local::LocalModel,
    prompt,
    studio::{Settings, Studio},
};
use atelier_domain::{
    account::{KeyLimits, Scope},
    experiment::{Exposed, Exposure, Plan},
    id::{KeyId, ProjectId},
};
use serde_json::json;
use uuid::Uuid;

const ROUNDS: usize = 20;
const LIMIT: Duration = Duration::from_millis(300);
const GROUP: usize = 50_000;

#[tokio::main]
async fn main() {
    let count: usize = std::env::var("UNITS").ok().and_then(|count| count.parse().ok()).unwrap_or(10_000_000);
    let folder = std::env::temp_dir().join(format!("atelier-experiment-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let settings = Settings { data: folder.clone(), ..Settings::default() };
    let database = Database::open(&format!("sqlite://{}/atelier.db", folder.display())).await.expect("a database");
    let studio = Studio::new(database, LocalModel::absent(), settings).expect("a studio");
    let slowest = measure(&studio, count).await;
    studio.db.close().await;
    std::fs::remove_dir_all(&folder).expect("no folder");
    if slowest > LIMIT {
        println!("over the limit of {LIMIT:?}");
        std::process::exit(1);
    }
}

async fn measure(studio: &Arc<Studio>, count: usize) -> Duration {
    let cx = Cx::operator(studio.clone());
    let project = account::add_project(&cx, "Scale").await.expect("a project");
    let found = running(&cx, project).await;
    let (plan, definition, id) = (found.plan(), &found.definition, found.id);
    let sender = Cx::new(studio.clone(), Actor::Key(Arc::new(key(&cx, project))), "bench");
    let (mut down, mut counted) = (Duration::ZERO, Duration::ZERO);
    for first in (0..count).step_by(GROUP) {
        let units: Vec<String> = (first..(first + GROUP).min(count)).map(|number| format!("user-{number}")).collect();
        let began = Instant::now();
        for unit in &units {
            expose(&cx, &plan, definition, id, unit);
        }
        journal::drain(studio).await.expect("a group");
        for part in units.chunks(experiment::OUTCOMES_MAX) {
            let outcomes = part.iter().enumerate().map(|(at, unit)| outcome(unit, at)).collect();
            experiment::take(&sender, project, outcomes, |_, name| name.to_owned()).await.expect("outcomes");
        }
        down += began.elapsed();
        let began = Instant::now();
        while experiment::results(&cx, id).await.expect("results").units < (first + units.len()) as u64 {}
        counted += began.elapsed();
    }
    let rate = |time: Duration| count as f64 / time.as_secs_f64();
    println!("{count} units, an exposure and an outcome each: put down at {:.0} units a second, counted at {:.0}", rate(down), rate(counted));
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let results = experiment::results(&cx, id).await.expect("results");
        assert_eq!((results.units, results.metrics[0].variants.iter().map(|variant| variant.units).sum()), (count as u64, count as u64));
        times.push(began.elapsed());
    }
    times.sort();
    let slowest = times[ROUNDS - 1];
    println!("results of them: {:.1} ms, the slowest of {ROUNDS} {:.1} ms (limit {} ms)", ms(times[ROUNDS / 2]), ms(slowest), LIMIT.as_millis());
    slowest
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn expose(cx: &Cx, plan: &Plan, definition: &atelier_domain::experiment::Definition, id: atelier_domain::id::ExperimentId, unit: &str) {
    let Some(variant) = plan.assign(unit, &serde_json::Map::new()).variant else { return };
    let exposure = Exposure { variant: definition.variants[variant].key.clone(), phase: plan.phase, slices: Vec::new() };
    cx.studio.journal.expose(&Exposed { experiment: id, unit: unit.to_owned(), at: cx.now(), exposure });
}

fn outcome(unit: &str, at: usize) -> Outcome {
    Outcome {
        id: Some(unit.to_owned()),
        experiment: "greeting".to_owned(),
        unit: unit.to_owned(),
        metric: "resolved".to_owned(),
        value: f64::from(u8::from(at.is_multiple_of(3))),
        at: None,
    }
}

fn key(cx: &Cx, project: ProjectId) -> KeyGrant {
    KeyGrant { id: cx.new_id::<KeyId>(), project, name: "bench".to_owned(), scopes: vec![Scope::Ingest], limits: KeyLimits::default() }
}

async fn running(cx: &Cx, project: ProjectId) -> atelier_domain::experiment::Experiment {
    let new = serde_json::from_value(json!({"name": "reply", "type": "text"})).expect("a prompt");
    let prompt = prompt::create(cx, project, new).await.expect("a prompt").id;
    for text in ["one", "two"] {
        prompt::save_version(cx, prompt, serde_json::from_value(json!({"text": text})).expect("a version")).await.expect("a version");
    }
    let variant = |key: &str, version: u32| json!({"key": key, "weight": 0.5, "prompt": "reply", "version": version});
    let definition =
        json!({"key": "greeting", "planned_units": 10_000_000, "variants": [variant("control", 1), variant("b", 2)], "metrics": [{"name": "resolved"}]});
    let made = experiment::create_whole(cx, project, serde_json::from_value(definition).expect("a definition")).await.expect("an experiment");
    experiment::start(cx, made.experiment.id, false).await.expect("a start").experiment
}
