//! How much each key may do at once and in a minute.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use atelier_domain::{fault::Fault, id::KeyId};

use crate::cx::KeyGrant;

/// The keys that are at work.
#[derive(Clone, Debug, Default)]
pub struct Limits(Arc<Mutex<HashMap<KeyId, Bucket>>>);

#[derive(Debug)]
struct Bucket {
    /// Requests that may come at once; they come back evenly over the minute.
    left: f64,
    at: Instant,
    running: u32,
}

/// A place among those that run; dropping it gives it back.
#[derive(Debug)]
pub struct Admitted {
    limits: Option<Limits>,
    key: KeyId,
}

/// There is no room.
#[derive(Debug)]
pub struct Full {
    pub fault: Fault,
    /// Until there may be.
    pub seconds: u32,
}

impl Limits {
    /// # Errors
    /// Where the key has as many requests as it may.
    pub fn admit(&self, key: &KeyGrant) -> Result<Admitted, Full> {
        self.admit_at(key, Instant::now())
    }

    fn admit_at(&self, key: &KeyGrant, now: Instant) -> Result<Admitted, Full> {
        if key.limits.rate.is_none() && key.limits.concurrency.is_none() {
            return Ok(Admitted { limits: None, key: key.id });
        }
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = key.limits.rate.map(f64::from);
        let bucket = buckets.entry(key.id).or_insert_with(|| Bucket { left: rate.unwrap_or_default(), at: now, running: 0 });
        if let Some(most) = key.limits.concurrency.filter(|most| bucket.running >= *most) {
            let say = format!("The key “{}” has {most} requests under way, as many as it may have at once. Try again when one has ended.", key.name);
            return Err(Full { fault: Fault::limited("key_concurrency", say), seconds: 1 });
        }
        if let Some(rate) = rate {
            bucket.left = (bucket.left + now.duration_since(bucket.at).as_secs_f64() * rate / 60.0).min(rate);
            bucket.at = now;
            if bucket.left < 1.0 {
                // A minute at most: the rate is one or more.
                let seconds = (1..60).find(|seconds| f64::from(*seconds) * rate / 60.0 >= 1.0 - bucket.left).unwrap_or(60);
                let say = format!("The key “{}” has made its {rate} requests of a minute. Try again in {seconds} s.", key.name);
                return Err(Full { fault: Fault::limited("key_rate", say), seconds });
            }
            bucket.left -= 1.0;
        }
        bucket.running += 1;
        Ok(Admitted { limits: Some(self.clone()), key: key.id })
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if let Some(limits) = &self.limits
            && let Some(bucket) = limits.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&self.key)
        {
            bucket.running = bucket.running.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use atelier_domain::account::KeyLimits;
    use uuid::Uuid;

    use super::*;

    fn key(rate: Option<u32>, concurrency: Option<u32>) -> KeyGrant {
        KeyGrant { id: KeyId(Uuid::now_v7()), project: Uuid::now_v7().into(), name: "app".into(), scopes: Vec::new(), limits: KeyLimits { rate, concurrency } }
    }

    #[test]
    fn a_minute_s_requests_come_back_evenly() {
        let (limits, key, now) = (Limits::default(), key(Some(3), None), Instant::now());
        assert!((0..3).all(|_| limits.admit_at(&key, now).is_ok()));
        let full = limits.admit_at(&key, now).unwrap_err();
        assert!(full.seconds == 20 && full.fault.message.contains("in 20 s"), "{full:?}");
        assert!(limits.admit_at(&key, now + Duration::from_secs(21)).is_ok());
        assert!(limits.admit_at(&key, now + Duration::from_secs(22)).is_err());
    }

    #[test]
    fn a_place_is_given_back_when_its_request_ends() {
        let (limits, key, now) = (Limits::default(), key(None, Some(2)), Instant::now());
        let one = limits.admit_at(&key, now).unwrap();
        let _two = limits.admit_at(&key, now).unwrap();
        assert_eq!(limits.admit_at(&key, now).unwrap_err().fault.code, "key_concurrency");
        drop(one);
        assert!(limits.admit_at(&key, now).is_ok());
    }
}
