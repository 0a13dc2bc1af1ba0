//! Addresses and networks, as `ATELIER_TRUSTED_PROXIES` lists them: `10.0.0.0/8, 192.0.2.1, ::1`.

use std::{net::IpAddr, str::FromStr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    prefix: u32,
}

/// IPv4 in its place within IPv6, so that `::ffff:10.0.0.1` is `10.0.0.1`.
fn bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl Network {
    pub fn contains(&self, ip: IpAddr) -> bool {
        (bits(ip) ^ self.bits).leading_zeros() >= self.prefix
    }
}

impl FromStr for Network {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("“{text}” is not an address, nor a network such as 10.0.0.0/8.");
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let ip: IpAddr = address.parse().map_err(|_| bad())?;
        let longest = if ip.is_ipv4() { 32 } else { 128 };
        let length: u32 = length.map_or(Ok(longest), str::parse).map_err(|_| bad())?;
        if length > longest {
            return Err(bad());
        }
        Ok(Self { bits: bits(ip), prefix: 128 - longest + length })
    }
}

/// # Errors
/// A sentence with what is no network.
pub fn list(text: &str) -> Result<Vec<Network>, String> {
    text.split([',', ' ']).filter(|part| !part.is_empty()).map(str::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_what_its_prefix_says() {
        for (network, ip, inside) in [
            ("10.0.0.0/8", "10.200.3.4", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8::/32", "2001:db8:7::1", true),
            ("2001:db8::/32", "10.0.0.1", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
        ] {
            assert_eq!(network.parse::<Network>().unwrap().contains(ip.parse().unwrap()), inside, "{ip} in {network}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for bad in ["proxy", "10.0.0.0/33", "10.0.0.0/x", "::/129"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
        assert_eq!(list(" 10.0.0.1,::1 ").unwrap().len(), 2);
    }
}
