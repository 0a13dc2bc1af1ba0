//! The walk over what pages call: every server function, by everybody who might, with ids of every kind.
//!
//! Who may is typed out here from `api.md`, a second time on purpose. Keys open REST alone; people open these by their session.

mod table;

use std::{collections::BTreeMap, time::Duration};

use atelier_backend::{
    account, budget, case, experiment,
    local::Status,
    prompt, provider,
    session::{self, Stored},
};
use atelier_domain::{
    account::{Role, Scope},
    budget::BudgetForm,
    case::CaseForm,
    cost::Nanos,
    experiment::Definition,
    id::{ExperimentId, ProjectId, PromptId, RunId, UserId},
    prompt::{Body, Draft, NewPrompt, PromptType},
    provider::{ProviderForm, ProviderKind},
};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

use self::table::{ADMIN, EDITOR, ELSEWHERE, FUNCTIONS, KEY, MAY, NOBODY, OWNER, REVIEWER, VIEWER};
use crate::support::{Answer, Client, TestApp, TestStudio, for_each_engine};

const PASSWORD: &str = "four plain words here";
const OUR_PAGES: &str = "http://127.0.0.1:3000";

fn column(role: Role) -> usize {
    match role {
        Role::Viewer => VIEWER,
        Role::Reviewer => REVIEWER,
        Role::Editor => EDITOR,
        Role::Owner => OWNER,
    }
}

struct Caller {
    name: &'static str,
    column: usize,
    client: Client,
    user: Option<UserId>,
}

impl Caller {
    async fn call(&self, test: &TestStudio, path: &str, form: String) -> Answer {
        self.call_from(OUR_PAGES, test, path, form).await
    }

    /// As the script of a page at `origin` does, in a session that is new each time: some functions end it.
    async fn call_from(&self, origin: &str, test: &TestStudio, path: &str, form: String) -> Answer {
        let mut request = self
            .client
            .request(Method::POST, path)
            .header(header::HOST, "127.0.0.1:3000")
            .header(header::ORIGIN, origin)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(user) = self.user {
            request = request.header(header::COOKIE, session_of(test, user).await);
        }
        self.client.send(request.body(form.into()).unwrap()).await
    }
}

pub async fn session_of(test: &TestStudio, user: UserId) -> String {
    let id = tower_sessions::session::Id::default().to_string();
    let data = json!({ "user": user }).to_string();
    let stored = Stored { id: id.clone(), user: Some(user), data, expires_at: test.studio.clock.now().plus_seconds(60) };
    assert!(session::create(&test.studio, &stored).await.unwrap());
    format!("atelier_session={id}")
}

/// A project, and what every stage in it shares.
struct Place {
    project: ProjectId,
    member: UserId,
    email: String,
    run: RunId,
}

struct Walk {
    callers: Vec<Caller>,
    ours: Place,
    theirs: Place,
}

impl Walk {
    async fn begin(test: &TestStudio) -> Self {
        // Asked before it has missed its weights, the model would answer a stream, and fail in it.
        while test.studio.model.status() == Status::Loading {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let ours = place(test, test.project, "one-of-ours").await;
        Self { callers: callers(test).await, ours, theirs: place(test, test.elsewhere, "one-of-theirs").await }
    }

    fn members(&self) -> impl Iterator<Item = &Caller> {
        self.callers.iter().filter(|caller| (VIEWER..=OWNER).contains(&caller.column))
    }
}

async fn callers(test: &TestStudio) -> Vec<Caller> {
    let app = TestApp::new(test);
    let mut all = vec![Caller { name: "nobody", column: NOBODY, client: app.stranger(), user: None }];
    for scope in Scope::ALL {
        all.push(Caller { name: scope.as_str(), column: KEY, client: app.with_key(&[*scope]).await, user: None });
    }
    for role in Role::ALL {
        let user = Some(member(test, test.project, role.as_str(), *role).await);
        all.push(Caller { name: role.as_str(), column: column(*role), client: app.stranger(), user });
    }
    let user = Some(member(test, test.elsewhere, "elsewhere", Role::Owner).await);
    all.push(Caller { name: "elsewhere", column: ELSEWHERE, client: app.stranger(), user });
    let user = Some(account::add_user(&test.operator(), &address("admin"), None, PASSWORD, true).await.unwrap());
    all.push(Caller { name: "admin", column: ADMIN, client: app.stranger(), user });
    all
}

fn address(name: &str) -> String {
    format!("{name}@northwind.example")
}

pub async fn member(test: &TestStudio, project: ProjectId, name: &str, role: Role) -> UserId {
    let user = account::add_user(&test.operator(), &address(name), None, PASSWORD, false).await.unwrap();
    account::add_member(&test.operator(), project, &address(name), role).await.unwrap();
    user
}

async fn place(test: &TestStudio, project: ProjectId, name: &str) -> Place {
    let member = member(test, project, name, Role::Viewer).await;
    let prompt = prompt_in(test, project).await;
    Place { project, member, email: address(name), run: run_of(test, project, prompt).await }
}

/// A new prompt with one version.
async fn prompt_in(test: &TestStudio, project: ProjectId) -> PromptId {
    let new = NewPrompt { name: Uuid::now_v7().to_string(), prompt_type: PromptType::Text, description: String::new(), tags: Vec::new() };
    let id = prompt::create(&test.operator(), project, new).await.unwrap().id;
    let body = Body::Text("{{x}}".to_owned());
    prompt::save_version(&test.operator(), id, Draft::new(body)).await.unwrap();
    id
}

async fn run_of(test: &TestStudio, project: ProjectId, prompt: PromptId) -> RunId {
    let id: RunId = test.operator().new_id();
    let mut db = test.studio.db.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO runs (id, project_id, prompt_id, version, model, variables, messages, params, state, output, started_by, started_at) \
         VALUES ($1, $2, $3, 1, 'local/x', '{}', '[]', '{}', 'running', '', 'Mara', 1)",
    )
    .bind(id.to_string())
    .bind(project.to_string())
    .bind(prompt.to_string())
    .execute(&mut *db)
    .await
    .unwrap();
    db.commit().await.unwrap();
    id
}

/// A grid of one cell, stopped: nobody works at it.
async fn grid_of(test: &TestStudio, place: &Place, prompt: PromptId) -> String {
    let id = Uuid::now_v7().to_string();
    let mut db = test.studio.db.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO grids (id, project_id, prompt_id, grid_columns, grid_cases, size, concurrency, budget, state, user_id, started_by, started_at) \
         VALUES ($1, $2, $3, '[{\"version\": 1, \"model\": \"local/x\"}]', '[{\"number\": 1, \"values\": {}}]', 1, 1, 1000, 'stopped', $4, 'Mara', 1)",
    )
    .bind(&id)
    .bind(place.project.to_string())
    .bind(prompt.to_string())
    .bind(place.member.to_string())
    .execute(&mut *db)
    .await
    .unwrap();
    let cell = sqlx::query("INSERT INTO grid_cells (grid_id, row_at, column_at, state, changed_at) VALUES ($1, 0, 0, 'waiting', 1)").bind(&id);
    cell.execute(&mut *db).await.unwrap();
    db.commit().await.unwrap();
    id
}

/// Ids by the names that forms have for them; no name begins another.
type Ids = BTreeMap<&'static str, String>;

/// What a function may use up, new in `place`; who was removed is a member again.
async fn stage(test: &TestStudio, place: &Place) -> Ids {
    let (cx, project) = (test.operator(), place.project);
    account::add_member(&cx, project, &place.email, Role::Viewer).await.unwrap();
    let (key, _) = account::add_key(&cx, project, "CI", &[Scope::Read]).await.unwrap();
    let invited = format!("{}@new.example", Uuid::now_v7().simple());
    let link = account::invite(&cx, project, &invited, Role::Viewer).await.unwrap();
    let open = account::invitations(&cx, project).await.unwrap();
    let invitation = open.iter().find(|one| one.email == invited).unwrap().id;
    let reset = account::reset_link(&cx, place.member).await.unwrap();
    let prompt = prompt_in(test, project).await;
    let (draft, running) = tests_of(test, project, prompt).await;
    let values = CaseForm { values: [("x".to_owned(), json!("y"))].into(), expected: None };
    let case = case::add(&cx, prompt, values).await.unwrap().id;
    Ids::from([
        ("$project", project.to_string()),
        ("$prompt", prompt.to_string()),
        ("$case", case.to_string()),
        ("$draft", draft.to_string()),
        ("$test", running.to_string()),
        ("$grid", grid_of(test, place, prompt).await),
        ("$run", place.run.to_string()),
        ("$asked", request_of(test, project).await),
        ("$user", place.member.to_string()),
        ("$email", place.email.clone()),
        ("$key", key.id.to_string()),
        ("$provider", provider_in(test, project).await),
        ("$budget", budget_in(test, project).await),
        ("$invitation", invitation.to_string()),
        ("$link", token(&link)),
        ("$reset", token(&reset)),
    ])
}

/// A test that can start and one that runs: the only ones of the project, which has a thousand at most.
async fn tests_of(test: &TestStudio, project: ProjectId, prompt: PromptId) -> (ExperimentId, ExperimentId) {
    let cx = test.operator();
    let mut db = test.studio.db.begin().await.unwrap();
    sqlx::query("DELETE FROM experiments WHERE project_id = $1").bind(project.to_string()).execute(&mut *db).await.unwrap();
    db.commit().await.unwrap();
    let name = prompt::find(&cx, prompt).await.unwrap().name.to_string();
    let variant = |key: &str| json!({"key": key, "weight": 0.5, "prompt": name, "version": 1});
    let definition = |key: &str| {
        let definition = json!({"key": key, "variants": [variant("a"), variant("b")], "metrics": [{"name": "resolved"}]});
        serde_json::from_value::<Definition>(definition).unwrap()
    };
    let draft = experiment::create_whole(&cx, project, definition("draft")).await.unwrap().experiment.id;
    let running = experiment::create_whole(&cx, project, definition("running")).await.unwrap().experiment.id;
    experiment::start(&cx, running, true).await.unwrap();
    (draft, running)
}

/// A request through the gateway.
async fn request_of(test: &TestStudio, project: ProjectId) -> String {
    let id = test.operator().new_id();
    crate::request::recorded(test, project, id, |_| {}).await;
    id.to_string()
}

/// A new provider at which nobody listens.
async fn provider_in(test: &TestStudio, project: ProjectId) -> String {
    let name = format!("p{}", Uuid::now_v7().simple()).parse().unwrap();
    let form = ProviderForm { base_url: Some("http://127.0.0.1:9".to_owned()), ..ProviderForm::default() };
    provider::put(&test.operator(), project, &name, ProviderKind::Openai, form).await.unwrap().0.id.to_string()
}

async fn budget_in(test: &TestStudio, project: ProjectId) -> String {
    let form = BudgetForm { limit: Nanos(1_000_000_000), warn_at: 80, ..BudgetForm::default() };
    let name = Uuid::now_v7().to_string();
    let (budget, _) = budget::put(&test.operator(), project, &name, form).await.unwrap();
    // A project has a hundred at most.
    let all = budget::list(&test.operator(), project).await.unwrap();
    for old in all.iter().filter(|old| old.budget.id != budget.id) {
        budget::remove(&test.operator(), old.budget.id).await.unwrap();
    }
    budget.id.to_string()
}

fn token(link: &str) -> String {
    link.rsplit('/').next().unwrap().to_owned()
}

/// Ids of nothing.
fn nowhere(ids: &Ids) -> Ids {
    ids.keys().map(|name| (*name, Uuid::now_v7().to_string())).collect()
}

/// `ids`, but `others` under `names`.
fn swapped(ids: &Ids, others: &Ids, names: &[&'static str]) -> Ids {
    let mut ids = ids.clone();
    ids.extend(names.iter().map(|name| (*name, others[name].clone())));
    ids
}

/// The form as a browser writes it, brackets encoded.
fn fill(form: &str, ids: &Ids) -> String {
    let new = Uuid::now_v7().simple().to_string();
    let filled = ids.iter().fold(form.replace("$new", &new), |form, (name, id)| form.replace(*name, id));
    filled.replace('[', "%5B").replace(']', "%5D")
}

/// The fault of a refusal, but for the request id, which is another one each time.
#[track_caller]
fn refused(answer: &Answer, status: u16, what: &str) -> Value {
    assert_eq!(answer.status, status, "{what}: {}", String::from_utf8_lossy(&answer.body));
    let mut fault = answer.json();
    let kind = match status {
        401 => "unauthenticated",
        403 => "denied",
        _ => "not_found",
    };
    assert_eq!(fault["kind"], kind, "{what}");
    assert!(fault.as_object_mut().unwrap().remove("request_id").is_some(), "{what}");
    fault
}

async fn audits(test: &TestStudio) -> i64 {
    let mut db = test.studio.db.read().await.unwrap();
    sqlx::query_scalar("SELECT COUNT(*) FROM audit").fetch_one(&mut *db).await.unwrap()
}

#[test]
fn the_walk_has_every_function_once() {
    let mut there: Vec<_> = server_fn::axum::server_fn_paths().collect();
    let mut walked: Vec<_> = FUNCTIONS.iter().map(|(path, ..)| (*path, Method::POST)).collect();
    there.sort_by_key(|(path, _)| *path);
    walked.sort_by_key(|(path, _)| *path);
    assert_eq!(walked, there, "a new function needs its line in FUNCTIONS");
}

#[tokio::test]
async fn each_function_is_done_for_whom_the_table_of_rights_names_and_refused_to_all_others() {
    for_each_engine(async |test| {
        let walk = Walk::begin(test).await;
        for (path, right, form, done) in FUNCTIONS {
            let ids = stage(test, &walk.ours).await;
            let before = audits(test).await;
            for caller in walk.callers.iter().filter(|caller| right[caller.column] != MAY) {
                let (what, status) = (format!("{path} as {}", caller.name), right[caller.column]);
                let told = refused(&caller.call(test, path, fill(form, &ids)).await, status, &what);
                if status == 404 {
                    let nothing = caller.call(test, path, fill(form, &nowhere(&ids))).await;
                    assert_eq!(told, refused(&nothing, 404, &what), "{what}: not even the sentence tells them apart");
                }
            }
            assert_eq!(audits(test).await, before, "{path} was refused, and changed something");
            for caller in walk.callers.iter().filter(|caller| right[caller.column] == MAY) {
                let ids = stage(test, &walk.ours).await;
                let answer = caller.call(test, path, fill(form, &ids)).await;
                assert_eq!(answer.status, *done, "{path} as {}: {}", caller.name, String::from_utf8_lossy(&answer.body));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn another_projects_ids_are_unknown_alone_and_beside_our_own() {
    for_each_engine(async |test| {
        let walk = Walk::begin(test).await;
        let (ours, theirs) = (stage(test, &walk.ours).await, stage(test, &walk.theirs).await);
        let (nothing, before) = (nowhere(&theirs), audits(test).await);
        for (path, right, form, _) in FUNCTIONS.iter().filter(|(_, right, ..)| right[ELSEWHERE] == 404) {
            let used: Vec<_> = ours.keys().copied().filter(|name| form.contains(*name)).collect();
            assert!(!used.is_empty(), "{path} names nothing of a project");
            for caller in walk.members() {
                for names in used.chunks(1).chain([used.as_slice()]) {
                    let what = format!("{path} as {} with their {names:?}", caller.name);
                    // In their own project they hear first that they may not.
                    let in_ours = used.contains(&"$project") && !names.contains(&"$project");
                    let status = if in_ours && right[caller.column] != MAY { right[caller.column] } else { 404 };
                    let told = caller.call(test, path, fill(form, &swapped(&ours, &theirs, names))).await;
                    let unknown = caller.call(test, path, fill(form, &swapped(&ours, &nothing, names))).await;
                    assert_eq!(refused(&told, status, &what), refused(&unknown, status, &what), "{what}: not even the sentence tells them apart");
                }
            }
        }
        assert_eq!(audits(test).await, before);
    })
    .await;
}

#[tokio::test]
async fn no_function_runs_for_a_page_of_another_origin() {
    for_each_engine(async |test| {
        let walk = Walk::begin(test).await;
        let ids = stage(test, &walk.ours).await;
        let before = audits(test).await;
        for (path, _, form, _) in FUNCTIONS {
            for caller in walk.callers.iter().filter(|caller| [OWNER, ADMIN].contains(&caller.column)) {
                let answer = caller.call_from("https://evil.example", test, path, fill(form, &ids)).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} as {}", caller.name);
            }
        }
        assert_eq!(audits(test).await, before);
    })
    .await;
}
