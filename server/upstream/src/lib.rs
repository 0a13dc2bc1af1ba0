//! A fake upstream on a plain socket: three providers' protocols, and every way in which a provider fails, byte by byte.
//!
//! What it does is chosen by the model's name (see [`behaviour`]); a key is right if it begins with `sk-test-`.
//! `GET /_requests` lists what it was asked.

pub mod behaviour;
pub mod fixtures;
mod protocol;
mod reply;
mod wire;

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use wire::Connection;

/// What it was asked.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Value,
    pub at: Instant,
    /// How long after the request the client went away before the answer's end, if it did.
    pub closed_early: Option<Duration>,
}

impl Recorded {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, Default)]
struct Shared {
    requests: Vec<Recorded>,
    /// How often each model was asked.
    asked: HashMap<String, usize>,
    connections: usize,
}

/// A running upstream. Dropping it stops it.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    task: JoinHandle<()>,
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Upstream {
    /// On a free port of loopback.
    ///
    /// # Errors
    /// The system's.
    pub async fn start() -> io::Result<Self> {
        Self::start_at("127.0.0.1:0").await
    }

    /// # Errors
    /// The system's, for instance where the address is taken.
    pub async fn start_at(address: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Mutex::new(Shared::default()));
        let task = tokio::spawn(accept(listener, address, shared.clone()));
        Ok(Self { address, shared, task })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:…`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All so far, in order.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.shared).requests.clone()
    }

    /// The last.
    pub fn last(&self) -> Option<Recorded> {
        lock(&self.shared).requests.last().cloned()
    }

    /// How many connections were opened.
    pub fn connections(&self) -> usize {
        lock(&self.shared).connections
    }
}

async fn accept(listener: TcpListener, address: SocketAddr, shared: Arc<Mutex<Shared>>) {
    while let Ok((stream, _)) = listener.accept().await {
        lock(&shared).connections += 1;
        tokio::spawn(serve(stream, address, shared.clone()));
    }
}

/// Answers what comes over one connection, until either side closes it.
async fn serve(stream: TcpStream, address: SocketAddr, shared: Arc<Mutex<Shared>>) {
    // Else small pieces wait for each other's acknowledgement, 40 ms at a time.
    let _ = stream.set_nodelay(true);
    let mut connection = Connection::new(stream);
    while let Ok(Some(request)) = connection.request().await {
        let at = Instant::now();
        if request.path == "/_requests" {
            let list = Value::from(lock(&shared).requests.iter().map(shown).collect::<Vec<_>>());
            if connection.play(&reply::Reply::json(200, &list)).await.is_err() {
                return;
            }
            continue;
        }
        let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        let number = {
            let mut shared = lock(&shared);
            shared.requests.push(Recorded {
                method: request.method.clone(),
                path: request.path.clone(),
                headers: request.headers.clone(),
                body: body.clone(),
                at,
                closed_early: None,
            });
            shared.requests.len() - 1
        };
        let ask = protocol::read(&request, &body);
        let times = {
            let mut shared = lock(&shared);
            let times = shared.asked.entry(ask.model.clone()).or_default();
            *times += 1;
            *times
        };
        let reply = reply::choose(&ask, times, address);
        match connection.play(&reply).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(_) => {
                if let Some(recorded) = lock(&shared).requests.get_mut(number) {
                    recorded.closed_early = Some(at.elapsed());
                }
                return;
            }
        }
    }
}

fn shown(request: &Recorded) -> Value {
    let headers: Vec<Value> = request.headers.iter().map(|(name, value)| json!([name, value])).collect();
    json!({
        "method": request.method, "path": request.path, "headers": headers, "body": request.body,
        "closed_early_ms": request.closed_early.map(|after| after.as_millis() as u64),
    })
}
