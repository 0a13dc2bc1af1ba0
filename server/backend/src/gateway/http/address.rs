//! Which addresses may be asked: public ones always, private ones by setting, a cloud's metadata never.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use atelier_domain::fault::Fault;

/// `ATELIER_ALLOW_PRIVATE`: which outgoing addresses may be private.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Private {
    None,
    /// Those of providers: a model that runs next door is a common case.
    #[default]
    Providers,
    All,
}

/// Whom a request goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    Providers,
    /// Webhooks, and whatever else people give addresses for.
    Others,
}

impl FromStr for Private {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        match text {
            "none" => Ok(Private::None),
            "providers" => Ok(Private::Providers),
            "all" => Ok(Private::All),
            _ => Err(Fault::field("ATELIER_ALLOW_PRIVATE", "ATELIER_ALLOW_PRIVATE is none, providers or all.")),
        }
    }
}

impl Private {
    pub fn permits(self, towards: Towards) -> bool {
        match self {
            Private::None => false,
            Private::Providers => towards == Towards::Providers,
            Private::All => true,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Public,
    Private,
    /// No setting permits it.
    Never,
}

/// Whether `ip` may be asked where private addresses are permitted or not.
pub(super) fn permitted(ip: IpAddr, private: bool) -> bool {
    match class(ip) {
        Class::Public => true,
        Class::Private => private,
        Class::Never => false,
    }
}

/// Whether any setting permits `ip`.
pub(super) fn ever(ip: IpAddr) -> bool {
    class(ip) != Class::Never
}

fn class(ip: IpAddr) -> Class {
    match ip {
        IpAddr::V4(ip) => class4(ip),
        IpAddr::V6(ip) => inner(ip).map_or_else(|| class6(ip), class4),
    }
}

fn class4(ip: Ipv4Addr) -> Class {
    match ip.octets() {
        // Link-local, Alibaba's, Oracle's and Azure's metadata, multicast, and what is reserved.
        [169, 254, ..] | [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16] | [224..=255, ..] => Class::Never,
        [0 | 10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] | [192, 0, 0 | 2, _] | [198, 18 | 19, ..] => Class::Private,
        [198, 51, 100, _] | [203, 0, 113, _] => Class::Private,
        _ => Class::Public,
    }
}

fn class6(ip: Ipv6Addr) -> Class {
    match ip.segments() {
        // Amazon's, Google's and Oracle's metadata.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] | [0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe] => Class::Never,
        // Link-local, the old site-local, multicast.
        [0xfe80..=0xfeff, ..] | [0xff00..=0xffff, ..] => Class::Never,
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] | [0xfc00..=0xfdff, ..] | [0x2001, 0xdb8, ..] | [0x64, 0xff9b, 1, ..] | [0x100, 0, 0, 0, ..] => Class::Private,
        _ => Class::Public,
    }
}

/// The IPv4 address that an IPv6 one stands for: mapped, compatible, NAT64 or 6to4.
fn inner(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_public_private_or_never_asked() {
        let cases = [
            (Class::Public, "8.8.8.8 104.18.6.192 172.32.0.1 100.128.0.1 2606:4700::1 ::ffff:8.8.8.8 2002:808:808::1 64:ff9b::808:808"),
            (Class::Private, "127.0.0.1 127.8.9.1 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 0.0.0.0 198.18.0.1 ::1 :: fc00::1 fd12::1"),
            (Class::Private, "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::a00:1 2002:7f00:1::"),
            (Class::Never, "169.254.169.254 169.254.0.1 100.100.100.200 168.63.129.16 224.0.0.1 255.255.255.255 fe80::1 febf::1 fec0::1 ff02::1"),
            (Class::Never, "fd00:ec2::254 ::ffff:169.254.169.254 ::169.254.169.254 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe:: ::ffff:0:169.254.169.254"),
        ];
        for (expected, addresses) in cases {
            for address in addresses.split(' ') {
                assert_eq!(class(address.parse().unwrap()), expected, "{address}");
            }
        }
    }

    #[test]
    fn the_setting_permits_private_addresses_and_never_metadata() {
        let private = |setting: &str, towards| setting.parse::<Private>().unwrap().permits(towards);
        assert!(!private("none", Towards::Providers) && !private("providers", Towards::Others));
        assert!(private("providers", Towards::Providers) && private("all", Towards::Others));
        assert!(permitted("10.0.0.1".parse().unwrap(), true) && !permitted("10.0.0.1".parse().unwrap(), false));
        assert!(!permitted("169.254.169.254".parse().unwrap(), true) && "Providers".parse::<Private>().is_err());
    }
}
