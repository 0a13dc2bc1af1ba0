//! Where a request came from, past the proxies that are trusted.

use std::net::{IpAddr, SocketAddr};

use atelier_backend::account::Peer;
use axum::extract::{ConnectInfo, Request};
use http::{HeaderMap, header};

use crate::{config::network::Network, middleware::origin};

const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

pub fn of(request: &Request, proxies: &[Network]) -> Peer {
    let connected = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    connected.map_or_else(|| Peer { ip: "unknown".to_owned(), loopback: false }, |ip| resolve(ip, host, request.headers(), proxies))
}

/// Behind a proxy nobody is local, nor is who came by another name than this machine's (a page elsewhere may point its name here).
fn resolve(connected: IpAddr, host: Option<&str>, headers: &HeaderMap, proxies: &[Network]) -> Peer {
    let forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
    let local = connected.to_canonical().is_loopback() && !forwarded && host.is_some_and(origin::is_this_machine);
    Peer { ip: client(connected, headers, proxies).to_canonical().to_string(), loopback: local }
}

/// The nearest address that is no trusted proxy: everything left of it, the client may have written itself.
fn client(connected: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let trusted = |ip: IpAddr| proxies.iter().any(|network| network.contains(ip));
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let hops: Vec<_> = hops.map(|hop| hop.trim().parse::<IpAddr>()).collect();
    let mut nearest = connected;
    for hop in hops.into_iter().rev() {
        let Ok(hop) = hop else { break };
        if !trusted(nearest) {
            break;
        }
        nearest = hop;
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::network;

    fn headers(forwarded: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if !forwarded.is_empty() {
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        headers
    }

    #[test]
    fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
        for (proxies, connected, forwarded, client) in [
            ("", "10.0.0.1", "198.51.100.7", "10.0.0.1"),
            ("10.0.0.0/8", "10.0.0.1", "198.51.100.7", "198.51.100.7"),
            ("10.0.0.0/8", "10.0.0.1", "203.0.113.5, 198.51.100.7", "198.51.100.7"),
            ("10.0.0.0/8", "10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
            ("10.0.0.0/8", "10.0.0.1", "nonsense", "10.0.0.1"),
            ("10.0.0.0/8", "10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ] {
            let peer = resolve(connected.parse().unwrap(), None, &headers(forwarded), &network::list(proxies).unwrap());
            assert_eq!(peer.ip, client, "{connected} with {forwarded}, trusting {proxies}");
        }
    }

    #[test]
    fn only_who_sits_at_this_machine_is_local() {
        for (connected, host, forwarded, local) in [
            ("127.0.0.1", Some("localhost:3000"), "", true),
            ("127.0.0.1", Some("127.0.0.1:3000"), "", true),
            ("::1", Some("[::1]:3000"), "", true),
            ("127.0.0.1", Some("evil.example:3000"), "", false),
            ("127.0.0.1", Some("localhost"), "198.51.100.7", false),
            ("127.0.0.1", None, "", false),
            ("192.0.2.1", Some("localhost"), "", false),
        ] {
            let peer = resolve(connected.parse().unwrap(), host, &headers(forwarded), &[]);
            assert_eq!(peer.loopback, local, "{connected} as {host:?} with {forwarded}");
        }
    }
}
