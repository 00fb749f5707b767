use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use keyway_core::ports::Clock;
use parking_lot::Mutex;

use super::{Exceeded, Limit, Rate, Standing};

/// The most buckets of one limit.
pub(super) const BUCKETS: usize = 65_536;
/// How many buckets are shared by those that find the table full.
const SHARED: u64 = 1_024;
/// How many locks a table has.
const SHARDS: usize = 16;

/// The buckets of one limit.
pub(super) struct Table {
    limit: Limit,
    rate: Rate,
    quota: Option<Quota>,
    clock: Ticks,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    buckets: HashMap<u64, Bucket>,
    /// When it was last looked through for buckets to let go of.
    swept: Nanos,
}

struct Bucket {
    limiter: RateLimiter<NotKeyed, InMemoryState, Ticks, StateInformationMiddleware>,
    remaining: u32,
    /// When it was last taken from.
    used: Nanos,
}

impl Table {
    pub(super) fn new(limit: Limit, rate: Rate, clock: Arc<dyn Clock>) -> Self {
        let quota = NonZeroU32::new(rate.limit).and_then(|burst| {
            Quota::with_period(rate.window / burst.get()).map(|quota| quota.allow_burst(burst))
        });
        Self {
            limit,
            rate,
            quota,
            clock: Ticks(clock),
            shards: std::array::from_fn(|_| Mutex::default()),
        }
    }

    pub(super) fn is_off(&self) -> bool {
        self.quota.is_none()
    }

    /// Takes one from the bucket of `key`.
    pub(super) fn count(&self, key: u64) -> Result<Standing, Exceeded> {
        let Some(quota) = self.quota else {
            return Ok(self.stands(u32::MAX));
        };
        let now = self.clock.now();
        let mut shard = self.shard(key).lock();
        let mut key = key;
        if !shard.buckets.contains_key(&key) && shard.buckets.len() >= BUCKETS / SHARDS {
            self.forget(&mut shard, now);
            if shard.buckets.len() >= BUCKETS / SHARDS {
                // Below all hashes that are likely, and the same few for everyone.
                key %= SHARED;
            }
        }
        let bucket = shard.buckets.entry(key).or_insert_with(|| Bucket {
            limiter: RateLimiter::direct_with_clock(quota, self.clock.clone()).with_middleware(),
            remaining: self.rate.limit,
            used: now,
        });
        bucket.used = now;
        match bucket.limiter.check() {
            Ok(state) => {
                bucket.remaining = state.remaining_burst_capacity();
                Ok(self.stands(bucket.remaining))
            }
            Err(not_until) => {
                bucket.remaining = 0;
                Err(Exceeded {
                    standing: self.stands(0),
                    retry_after: not_until.wait_time_from(now),
                })
            }
        }
    }

    /// How `key` stood when it last asked.
    pub(super) fn look(&self, key: u64) -> Option<Standing> {
        let shard = self.shard(key).lock();
        let bucket = shard.buckets.get(&key)?;
        Some(self.stands(bucket.remaining))
    }

    /// Lets go of every bucket that is full again: it is the same as a new one. Looks a few times a
    /// window at most, so that a flood does not make it look for each of its requests.
    fn forget(&self, shard: &mut Shard, now: Nanos) {
        if now.saturating_sub(shard.swept) < Nanos::from(self.rate.window / 8) {
            return;
        }
        shard.swept = now;
        let window = Nanos::from(self.rate.window);
        let kept = |bucket: &Bucket| now.saturating_sub(bucket.used) < window;
        shard.buckets.retain(|_, bucket| kept(bucket));
    }

    fn stands(&self, remaining: u32) -> Standing {
        Standing {
            limit: self.limit,
            rate: self.rate,
            remaining,
        }
    }

    fn shard(&self, key: u64) -> &Mutex<Shard> {
        let [first, rest @ ..] = &self.shards;
        // The top bits: the bottom ones choose the place inside.
        match usize::try_from(key >> 60).unwrap_or_default() {
            0 => first,
            nth => rest.get(nth - 1).unwrap_or(first),
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| shard.lock().buckets.len())
            .sum()
    }
}

/// The time of day as the limiter counts it.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let now = self.0.now().as_nanosecond();
        Duration::from_nanos(u64::try_from(now).unwrap_or_default()).into()
    }
}

impl std::fmt::Debug for Ticks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticks")
    }
}
