//! Names become addresses here, and only permitted ones come out: what is checked is what is connected to.

use std::{fmt, net::SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address;

#[derive(Debug)]
pub(super) struct Resolver {
    /// Whether private addresses are permitted.
    pub private: bool,
}

/// A name whose every address is forbidden.
#[derive(Debug)]
pub(super) struct Forbidden {
    /// Whether another setting would permit it.
    pub ever: bool,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a forbidden address")
    }
}

impl std::error::Error for Forbidden {}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let permitted: Vec<SocketAddr> = found.iter().copied().filter(|one| address::permitted(one.ip(), private)).collect();
            if permitted.is_empty() && !found.is_empty() {
                return Err(Forbidden { ever: found.iter().any(|one| address::ever(one.ip())) }.into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}
