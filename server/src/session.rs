//! Sessions of people: where tower-sessions keeps them, and what their cookie says.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use atelier_backend::{
    session::{self, Stored},
    studio::Studio,
};
use atelier_domain::{fault::Fault, timestamp::Timestamp};
use time::{Duration, OffsetDateTime};
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::SameSite,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// The name under which a session holds its `UserId`.
pub const USER: &str = "user";
const COOKIE: &str = "atelier_session";
/// Without a visit.
const LIFE: Duration = Duration::days(30);

pub fn layer(studio: Arc<Studio>) -> SessionManagerLayer<DbSessions> {
    let secure = studio.settings.url.starts_with("https://");
    SessionManagerLayer::new(DbSessions(studio))
        .with_name(COOKIE)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(secure)
        .with_expiry(Expiry::OnInactivity(LIFE))
}

#[derive(Clone)]
pub struct DbSessions(Arc<Studio>);

impl fmt::Debug for DbSessions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("DbSessions")
    }
}

fn backend(fault: Fault) -> Error {
    Error::Backend(fault.message)
}

fn stored(record: &Record) -> Result<Stored> {
    let user = record.data.get(USER).and_then(|user| serde_json::from_value(user.clone()).ok());
    let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    Ok(Stored { id: record.id.to_string(), user, data, expires_at: Timestamp::from_seconds(record.expiry_date.unix_timestamp()) })
}

#[async_trait]
impl SessionStore for DbSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while !session::create(&self.0, &stored(record)?).await.map_err(backend)? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        session::save(&self.0, &stored(record)?).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some((data, expires_at)) = session::load(&self.0, &id.to_string()).await.map_err(backend)? else { return Ok(None) };
        let data = serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(expires_at.seconds()).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        session::delete(&self.0, &id.to_string()).await.map_err(backend)
    }
}
