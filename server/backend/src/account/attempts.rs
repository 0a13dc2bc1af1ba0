//! The limit on guessing passwords: so many failures for an account and for an address, then a pause.
//!
//! An attempt counts before the password is looked at, and a success takes it back: a hundred at once get no further than one by one.

use std::net::{IpAddr, Ipv6Addr};

use atelier_domain::fault::{Fault, Kind};

use crate::{
    cx::{Cx, Tx},
    store::account::attempt,
};

/// Seconds, since the last failure.
pub const PAUSE: i64 = 15 * 60;
const PER_ACCOUNT: i64 = 5;
const PER_ADDRESS: i64 = 20;

/// One try of one password.
pub struct Attempt {
    account: String,
    address: Option<String>,
    left: i64,
}

impl Attempt {
    /// Counts it.
    ///
    /// # Errors
    /// Limited during a pause.
    pub async fn begin(cx: &Cx, email: &str, ip: Option<&str>) -> Result<Self, Fault> {
        let (account, address) = (format!("account:{email}"), ip.map(address));
        let left = cx
            .change(async |tx| {
                let mut left = charge(tx, &account, PER_ACCOUNT).await?;
                if let Some(address) = &address {
                    left = left.min(charge(tx, address, PER_ADDRESS).await?);
                }
                Ok(left)
            })
            .await?;
        Ok(Self { account, address, left })
    }

    /// Clears the account's counter and takes this try back from the address.
    pub async fn succeeded(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        attempt::clear(tx, &self.account).await?;
        match &self.address {
            Some(address) => attempt::refund(tx, address).await,
            None => Ok(()),
        }
    }

    /// The sentence for a wrong password; `what` did not match.
    pub fn failed(&self, what: &str) -> Fault {
        let next = match self.left {
            0 => "That was the last try: wait 15 minutes, then try again.".to_owned(),
            1 => "1 more try before a pause of 15 minutes.".to_owned(),
            left => format!("{left} more tries before a pause of 15 minutes."),
        };
        Fault::new(Kind::Invalid, "password_mismatch", format!("{what} {next}"))
    }
}

/// Clears the counter of an account whose password was set anew.
pub async fn clear(tx: &mut Tx<'_>, email: &str) -> Result<(), Fault> {
    attempt::clear(tx, &format!("account:{email}")).await
}

/// Gives the tries that are left after this one. During a pause the count is rolled back with the transaction.
async fn charge(tx: &mut Tx<'_>, subject: &str, most: i64) -> Result<i64, Fault> {
    let now = tx.now();
    let (failures, since) = attempt::count(tx, subject, now, now.plus_seconds(-PAUSE), most).await?;
    if failures > most {
        let minutes = (since.plus_seconds(PAUSE).seconds() - now.seconds()).div_euclid(60) + 1;
        return Err(Fault::limited("too_many_tries", format!("Too many tries. Wait {minutes} min, then try again.")));
    }
    Ok(most - failures)
}

/// One household has a whole /64 of IPv6: it counts as one address.
fn address(ip: &str) -> String {
    match ip.parse() {
        Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => format!("address:{v4}"),
            None => format!("address:{}", Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        },
        _ => format!("address:{ip}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        for (ip, subject) in [
            ("192.0.2.7", "address:192.0.2.7"),
            ("::ffff:192.0.2.7", "address:192.0.2.7"),
            ("2001:db8:1:2:aaaa::1", "address:2001:db8:1:2::"),
            ("2001:db8:1:2:bbbb::9", "address:2001:db8:1:2::"),
        ] {
            assert_eq!(address(ip), subject);
        }
    }
}
