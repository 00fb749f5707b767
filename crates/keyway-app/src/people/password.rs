use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use keyway_core::ports::Random;
use keyway_core::{Error, Kind, Secret};
use tokio::sync::Semaphore;

use super::HashCost;

/// How many passwords are hashed at once: each takes a thread and its memory.
const AT_ONCE: usize = 2;
/// How many may wait for their turn.
const WAITING: usize = 64;
/// Bytes of salt (RFC 9106 section 3.1).
const SALT: usize = 16;
/// Bytes of output.
const OUTPUT: usize = 32;

/// Hashes passwords with argon2id and checks them, a few at a time and off the threads that answer.
pub(super) struct Passwords {
    cost: HashCost,
    random: Arc<dyn Random>,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    checks: AtomicU64,
}

/// What checking a password found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checked {
    /// It is not the password.
    Wrong,
    /// It is.
    Right,
    /// It is, and was hashed at another cost than passwords are now.
    Stale,
}

impl Passwords {
    pub(super) fn new(cost: HashCost, random: Arc<dyn Random>) -> Self {
        Self {
            cost,
            random,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: AtomicUsize::new(0),
            checks: AtomicU64::new(0),
        }
    }

    /// How many passwords were checked, whether there was a hash to check them against or not.
    pub(super) fn checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }

    /// Hashes a password: argon2id in PHC form.
    pub(super) async fn hash(&self, password: &Secret<String>) -> Result<Secret<String>, Error> {
        let params = self.params()?;
        let mut salt = [0; SALT];
        self.random.fill(&mut salt);
        let password = password.clone();
        let hashed = self.in_turn(move || {
            let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            hasher.hash_password_with_salt(password.expose().as_bytes(), &salt)
        });
        let hashed = hashed.await?.map_err(|error| failed(&error))?;
        Ok(Secret::new(hashed.to_string()))
    }

    /// Checks a password against its hash. Without a hash the same work is done for nothing, so that
    /// time does not tell whether there is one.
    pub(super) async fn check(
        &self,
        password: &Secret<String>,
        hash: Option<&Secret<String>>,
    ) -> Result<Checked, Error> {
        self.checks.fetch_add(1, Ordering::Relaxed);
        let params = self.params()?;
        let hash = match hash {
            Some(hash) => PasswordHash::new(hash.expose()).map_err(|error| failed(&error))?,
            None => self.nobodys(&params)?,
        };
        let fresh = Params::try_from(&hash).is_ok_and(|of| {
            (of.m_cost(), of.t_cost(), of.p_cost())
                == (params.m_cost(), params.t_cost(), params.p_cost())
        });
        let password = password.clone();
        let checked = self.in_turn(move || {
            let bytes = password.expose().as_bytes();
            Argon2::default().verify_password(bytes, &hash)
        });
        Ok(match checked.await? {
            Ok(()) if fresh => Checked::Right,
            Ok(()) => Checked::Stale,
            Err(_) => Checked::Wrong,
        })
    }

    /// A hash that no password has.
    fn nobodys(&self, params: &Params) -> Result<PasswordHash, Error> {
        let (mut salt, mut output) = ([0; SALT], [0; OUTPUT]);
        self.random.fill(&mut salt);
        self.random.fill(&mut output);
        Ok(PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(params).map_err(|error| failed(&error))?,
            salt: Some(Salt::new(&salt).map_err(|error| failed(&error))?),
            hash: Some(Output::new(&output).map_err(|error| failed(&error))?),
        })
    }

    fn params(&self) -> Result<Params, Error> {
        let HashCost { memory_kib, passes } = self.cost;
        Params::new(memory_kib, passes, 1, Some(OUTPUT)).map_err(|error| failed(&error))
    }

    /// Runs work on a thread of its own once it is its turn; refuses where too many wait already.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = {
            let _waiting = Waiting::begin(&self.waiting).ok_or_else(busy)?;
            let turns = Arc::clone(&self.turns);
            turns.acquire_owned().await.map_err(Error::internal)?
        };
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)
    }
}

/// One of those who wait.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(waiting: &'a AtomicUsize) -> Option<Self> {
        let waits = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < WAITING).then_some(waits)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn busy() -> Error {
    Error::new(
        Kind::Unavailable,
        "sign_in_busy",
        "too many people are signing in right now",
    )
    .with_retry_after(Duration::from_secs(2))
}

fn failed(error: &impl std::fmt::Display) -> Error {
    Error::internal(format!("a password cannot be hashed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For tests only.
    struct Fixed;

    impl Random for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    fn passwords(memory_kib: u32) -> Passwords {
        let cost = HashCost {
            memory_kib,
            passes: 2,
        };
        Passwords::new(cost, Arc::new(Fixed))
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_is_its_hash_s_and_no_other_is() {
        let passwords = passwords(64);
        let hash = passwords.hash(&secret("one")).await.unwrap();
        assert!(
            hash.expose().starts_with("$argon2id$v=19$m=64,t=2,p=1$"),
            "{}",
            hash.expose()
        );
        let check = async |text, hash| passwords.check(&secret(text), hash).await.unwrap();
        assert_eq!(check("one", Some(&hash)).await, Checked::Right);
        assert_eq!(check("two", Some(&hash)).await, Checked::Wrong);
        assert_eq!(check("one", None).await, Checked::Wrong);
        assert_eq!(passwords.checks(), 3, "nobody's password costs the same");
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_stale() {
        let hash = passwords(64).hash(&secret("one")).await.unwrap();
        let checked = passwords(128).check(&secret("one"), Some(&hash)).await;
        assert_eq!(checked.unwrap(), Checked::Stale);
    }

    #[tokio::test]
    async fn of_many_at_once_a_bounded_number_waits() {
        let passwords = passwords(64);
        let all = passwords.turns.acquire_many(2).await.unwrap();
        let text = secret("one");
        let mut waiting: Vec<_> = (0..WAITING)
            .map(|_| Box::pin(passwords.check(&text, None)))
            .collect();
        for one in &mut waiting {
            assert!(futures_util::poll!(one).is_pending());
        }
        let error = passwords.check(&text, None).await.unwrap_err();
        assert_eq!(error.code(), "sign_in_busy");
        drop(all);
        for one in waiting {
            assert_eq!(one.await.unwrap(), Checked::Wrong);
        }
    }
}
