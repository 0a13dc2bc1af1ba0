//! The one way out: every address is checked after DNS and on every redirect, every wait and every answer has a bound.

mod address;
mod resolver;

use std::{error::Error, net::IpAddr, sync::Arc, time::Duration};

use atelier_domain::fault::Fault;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use reqwest::{Response, Url};

use super::faults::{self, Wait};

pub use address::{Private, Towards};
use resolver::{Forbidden, Resolver};

/// The largest answer, in bytes.
pub const ANSWER_MAX: usize = 64 << 20;

const REDIRECTS: usize = 3;

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    pub connect: Duration,
    /// From the request to the answer's first byte.
    pub first_byte: Duration,
    /// Between two pieces of the answer.
    pub idle: Duration,
    /// From the request to the answer's end.
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(10), first_byte: seconds(120), idle: seconds(60), whole: seconds(600) }
    }
}

/// A client that asks only permitted addresses. Cloning shares its connections.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    private: bool,
    connect: Duration,
}

/// One request with its address.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    /// Only for the host that was meant: a redirect to another drops them.
    pub secrets: HeaderMap,
    pub body: Bytes,
}

impl Http {
    /// # Errors
    /// Internal where TLS cannot be set up, for instance without any root certificate.
    pub fn new(private: Private, towards: Towards, connect: Duration) -> Result<Self, Fault> {
        // Someone may have installed it before; either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let private = private.permits(towards);
        let builder = reqwest::Client::builder()
            .user_agent(concat!("atelier/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(connect)
            .dns_resolver(Arc::new(Resolver { private }))
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would look names up for us, past the check.
            .no_proxy();
        let client = builder.build().map_err(|_| Fault::internal())?;
        Ok(Self { client, private, connect })
    }

    /// Sends, and follows up to three redirects; gives the answer once its head is here.
    ///
    /// # Errors
    /// `provider_forbidden_address`, `provider_unreachable`, `provider_timeout` (of the connection alone), `provider_cut`, `provider_address`.
    pub async fn send(&self, mut call: Call) -> Result<Response, Fault> {
        for _ in 0..=REDIRECTS {
            self.check(&call.url)?;
            let mut headers = call.headers.clone();
            headers.extend(call.secrets.clone());
            let request = self.client.request(call.method.clone(), call.url.clone()).headers(headers).body(call.body.clone());
            let response = request.send().await.map_err(|error| self.fault(&call.url, &error))?;
            match target(&response) {
                None => return Ok(response),
                Some(target) => redirect(&mut call, response.status(), &target)?,
            }
        }
        Err(faults::redirected("itself again and again"))
    }

    /// An address written as a number never comes to the resolver.
    fn check(&self, url: &Url) -> Result<(), Fault> {
        let host = url.host_str().unwrap_or_default();
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(ip) if !address::permitted(ip, self.private) => Err(faults::forbidden_address(host, address::ever(ip))),
            _ => Ok(()),
        }
    }

    fn fault(&self, url: &Url, error: &reqwest::Error) -> Fault {
        let host = url.host_str().unwrap_or_default();
        let mut deepest: &dyn Error = error;
        while let Some(source) = deepest.source() {
            deepest = source;
            if let Some(Forbidden { ever }) = source.downcast_ref() {
                return faults::forbidden_address(host, *ever);
            }
        }
        if error.is_connect() && error.is_timeout() {
            faults::timed_out(Wait::Connect, self.connect.as_secs_f32())
        } else if error.is_connect() {
            faults::unreachable(host, &faults::quote(&deepest.to_string()))
        } else {
            faults::cut()
        }
    }
}

/// Where the answer sends us on to.
fn target(response: &Response) -> Option<String> {
    let location = response.headers().get(header::LOCATION).filter(|_| response.status().is_redirection())?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

fn redirect(call: &mut Call, status: StatusCode, target: &str) -> Result<(), Fault> {
    let refuse = || faults::redirected(target);
    let next = call.url.join(target).map_err(|_| refuse())?;
    // 301, 302 and 303 turn a POST into a GET without its body, which asks for nothing.
    let keeps = matches!(status.as_u16(), 307 | 308) || call.method == Method::GET;
    if next.scheme() != call.url.scheme() || !keeps {
        return Err(refuse());
    }
    let place = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
    if place(&next) != place(&call.url) {
        call.secrets.clear();
    }
    call.url = next;
    Ok(())
}
