//! Who is asking, and the doors through which every use case goes.
//!
//! A door loads the target within the caller's projects (else it does not exist), checks the right by the one table, runs,
//! writes audit and change rows, commits, and then drops what caches knew. Time, ids and randomness come from here.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use atelier_domain::{
    account::{Action, KeyLimits, Membership, Role, Scope},
    fault::Fault,
    id::{KeyId, ProjectId, UserId},
    timestamp::Timestamp,
};
use serde_json::Value;
use sqlx::{Any, Transaction};
use uuid::Uuid;

use crate::{
    db::{Db, internal},
    store,
    studio::Studio,
};

/// A person with a session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub admin: bool,
    /// Whether single-key shortcuts are on.
    pub shortcuts: bool,
    pub memberships: Vec<Membership>,
}

impl SignedIn {
    pub fn role(&self, project: ProjectId) -> Option<Role> {
        self.memberships.iter().find(|membership| membership.project == project).map(|membership| membership.role)
    }
}

/// A program with a key.
#[derive(Clone, Debug)]
pub struct KeyGrant {
    pub id: KeyId,
    pub project: ProjectId,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub limits: KeyLimits,
}

#[derive(Clone, Debug)]
pub enum Actor {
    Anonymous,
    User(Arc<SignedIn>),
    Key(Arc<KeyGrant>),
    /// The command line, or the start of the server.
    Operator,
}

impl Actor {
    /// As it stands in versions, label moves and the audit.
    pub fn name(&self) -> String {
        match self {
            Actor::Anonymous => "anonymous".to_owned(),
            Actor::User(user) => user.name.clone(),
            Actor::Key(key) => format!("key {}", key.name),
            Actor::Operator => "command line".to_owned(),
        }
    }

    /// Distinguishes two people of one name.
    fn audit_name(&self) -> String {
        match self {
            Actor::User(user) => format!("user:{}", user.id),
            Actor::Key(key) => format!("key:{}", key.id),
            other => other.name(),
        }
    }

    /// # Errors
    /// Unauthenticated, NotFound where not even seeing is allowed, else Denied.
    pub fn check(&self, action: Action, project: ProjectId, missing: Fault) -> Result<(), Fault> {
        match self {
            Actor::Anonymous => Err(Fault::unauthenticated()),
            Actor::Operator => Ok(()),
            Actor::User(user) => match user.role(project) {
                None => Err(missing),
                Some(role) if action.allowed_to(role) => Ok(()),
                Some(_) => Err(action.refusal()),
            },
            Actor::Key(key) if key.project != project => Err(missing),
            Actor::Key(key) if action.scope().is_some_and(|scope| key.scopes.contains(&scope)) => Ok(()),
            Actor::Key(_) => Err(action.refusal()),
        }
    }
}

/// What the target of an action is found by. `find` looks in the whole database: the door checks whose it is.
pub trait Target {
    type Found;

    /// The sentence where it does not exist, or must not be known to.
    fn missing(&self) -> Fault;

    fn find(&self, db: &mut Db) -> impl Future<Output = Result<Option<(ProjectId, Self::Found)>, Fault>> + Send;
}

/// The parts of the studio whose changes caches hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    User,
    Project,
    Key,
    Prompt,
    Provider,
    /// A run that somebody stops.
    Run,
    /// What a project keeps of its traffic.
    Gateway,
    Budget,
    /// Answers that may be given again.
    Cache,
    /// Models of this machine.
    Model,
    /// How a project's experiments assign.
    Experiment,
    /// Recorded, but in no cache.
    Other,
}

impl Area {
    const ALL: [Self; 11] = [
        Area::User,
        Area::Project,
        Area::Key,
        Area::Prompt,
        Area::Provider,
        Area::Run,
        Area::Gateway,
        Area::Budget,
        Area::Cache,
        Area::Model,
        Area::Experiment,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Area::User => "user",
            Area::Project => "project",
            Area::Key => "key",
            Area::Prompt => "prompt",
            Area::Provider => "provider",
            Area::Run => "run",
            Area::Gateway => "gateway",
            Area::Budget => "budget",
            Area::Cache => "cache",
            Area::Model => "model",
            Area::Experiment => "experiment",
            Area::Other => "other",
        }
    }

    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|area| area.as_str() == text).unwrap_or(Area::Other)
    }
}

/// One change, as audit and caches hear of it.
#[derive(Clone, Debug)]
pub struct Change {
    pub area: Area,
    pub entity: Uuid,
    pub project: Option<ProjectId>,
    /// `prompt.version.saved`: area, thing, past tense.
    pub what: &'static str,
    /// What changed; never a secret.
    pub detail: Value,
}

/// A transaction behind the write door.
pub struct Tx<'a> {
    cx: &'a Cx,
    inner: Transaction<'static, Any>,
    changes: Vec<Change>,
}

impl Tx<'_> {
    pub fn now(&self) -> Timestamp {
        self.cx.now()
    }

    pub fn new_id<I: From<Uuid>>(&self) -> I {
        self.cx.new_id()
    }

    pub fn author(&self) -> String {
        self.cx.actor.name()
    }

    /// Records a change: an audit row and a row of the change feed, written when the door closes.
    pub fn changed(&mut self, area: Area, entity: Uuid, project: Option<ProjectId>, what: &'static str, detail: Value) {
        self.changes.push(Change { area, entity, project, what, detail });
    }
}

impl Deref for Tx<'_> {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.inner
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.inner
    }
}

/// Who asks, and of which studio.
#[derive(Clone)]
pub struct Cx {
    pub studio: Arc<Studio>,
    pub actor: Actor,
    pub request_id: Arc<str>,
}

impl Cx {
    pub fn new(studio: Arc<Studio>, actor: Actor, request_id: impl Into<Arc<str>>) -> Self {
        Self { studio, actor, request_id: request_id.into() }
    }

    pub fn operator(studio: Arc<Studio>) -> Self {
        Self::new(studio, Actor::Operator, "operator")
    }

    pub fn now(&self) -> Timestamp {
        self.studio.clock.now()
    }

    pub fn new_id<I: From<Uuid>>(&self) -> I {
        I::from(Uuid::now_v7())
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// Unauthenticated for everybody else.
    pub fn user(&self) -> Result<&Arc<SignedIn>, Fault> {
        match &self.actor {
            Actor::User(user) => Ok(user),
            _ => Err(Fault::unauthenticated()),
        }
    }

    /// The door for changes inside a project.
    ///
    /// # Errors
    /// NotFound, Unauthenticated or Denied by the table of rights; else what `run` gives.
    pub async fn write<T, R, F>(&self, action: Action, target: T, run: F) -> Result<R, Fault>
    where
        T: Target,
        F: AsyncFnOnce(&mut Tx<'_>, T::Found) -> Result<R, Fault>,
    {
        self.signed_in()?;
        let mut tx = self.begin().await?;
        let (project, found) = target.find(&mut tx).await?.ok_or_else(|| target.missing())?;
        self.actor.check(action, project, target.missing())?;
        let result = run(&mut tx, found).await?;
        self.commit(tx).await?;
        Ok(result)
    }

    /// The door for looking inside a project.
    ///
    /// # Errors
    /// As [`Cx::write`].
    pub async fn read<T, R, F>(&self, action: Action, target: T, run: F) -> Result<R, Fault>
    where
        T: Target,
        F: AsyncFnOnce(&mut Db, T::Found) -> Result<R, Fault>,
    {
        self.signed_in()?;
        let mut db = self.studio.db.read().await?;
        let (project, found) = target.find(&mut db).await?.ok_or_else(|| target.missing())?;
        self.actor.check(action, project, target.missing())?;
        run(&mut db, found).await
    }

    /// The door for what belongs to the whole instance: projects and users. Administrators and the command line only.
    ///
    /// # Errors
    /// Unauthenticated or Denied; else what `run` gives.
    pub async fn administer<R, F>(&self, run: F) -> Result<R, Fault>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<R, Fault>,
    {
        self.check_admin()?;
        self.change(run).await
    }

    /// # Errors
    /// Unauthenticated or Denied for everybody but administrators and the command line.
    pub fn check_admin(&self) -> Result<(), Fault> {
        match &self.actor {
            Actor::Operator => Ok(()),
            Actor::User(user) if user.admin => Ok(()),
            Actor::Anonymous => Err(Fault::unauthenticated()),
            _ => Err(Fault::denied("Only an administrator of this studio can do this.")),
        }
    }

    /// The door for a person's own account.
    ///
    /// # Errors
    /// Unauthenticated; else what `run` gives.
    pub async fn own<R, F>(&self, run: F) -> Result<R, Fault>
    where
        F: AsyncFnOnce(&mut Tx<'_>, Arc<SignedIn>) -> Result<R, Fault>,
    {
        let user = self.user()?.clone();
        self.change(async |tx: &mut Tx<'_>| run(tx, user).await).await
    }

    /// The door without a right: setting up, signing in, accepting an invitation. What `run` checks is the secret that it was given.
    pub(crate) async fn change<R, F>(&self, run: F) -> Result<R, Fault>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<R, Fault>,
    {
        let mut tx = self.begin().await?;
        let result = run(&mut tx).await?;
        self.commit(tx).await?;
        Ok(result)
    }

    /// Without a look at the database, so that a stranger costs nothing.
    fn signed_in(&self) -> Result<(), Fault> {
        if matches!(self.actor, Actor::Anonymous) { Err(Fault::unauthenticated()) } else { Ok(()) }
    }

    async fn begin(&self) -> Result<Tx<'_>, Fault> {
        Ok(Tx { cx: self, inner: self.studio.db.begin().await?, changes: Vec::new() })
    }

    async fn commit(&self, mut tx: Tx<'_>) -> Result<(), Fault> {
        let changes = std::mem::take(&mut tx.changes);
        let (at, actor) = (self.now(), self.actor.audit_name());
        for change in &changes {
            store::audit::insert(&mut tx.inner, self.new_id(), change, &actor, &self.request_id, at).await?;
        }
        store::changes::bump(&mut tx.inner, self.studio.db.engine, &changes).await?;
        tx.inner.commit().await.map_err(internal)?;
        for change in &changes {
            self.studio.heard(change.area, change.entity);
        }
        Ok(())
    }
}
