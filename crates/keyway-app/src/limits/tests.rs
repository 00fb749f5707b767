use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use keyway_core::ports::Clock;
use keyway_core::{Actor, Error, Kind, OrgId, Principal, Subject};

use super::table::{BUCKETS, Table};
use super::{Limit, Limits, Rate, RateLimits};

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

fn clock() -> (Arc<Hand>, Arc<dyn Clock>) {
    let hand = Arc::new(Hand(AtomicI64::new(1_800_000_000_000)));
    (Arc::clone(&hand), hand)
}

fn limits(settings: RateLimits) -> (Arc<Hand>, Limits) {
    let (hand, clock) = clock();
    (hand, Limits::new(settings, &clock))
}

fn rate(limit: u32, seconds: u64) -> Rate {
    Rate {
        limit,
        window: Duration::from_secs(seconds),
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_bucket_is_used_up_told_and_fills_evenly() {
    let (hand, limits) = limits(RateLimits {
        address: rate(3, 30),
        ..RateLimits::default()
    });
    let ask = || limits.from_address(Limit::Address, ip("192.0.2.1"));
    for left in [2, 1, 0] {
        let standing = ask().unwrap().unwrap();
        assert_eq!(standing.remaining, left);
        assert_eq!(
            standing.resets_in(),
            Duration::from_secs(30 - 10 * u64::from(left))
        );
    }
    let exceeded = ask().unwrap_err();
    assert_eq!(exceeded.retry_after, Duration::from_secs(10));
    let error = Error::from(exceeded);
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::RateLimited, "rate_limited")
    );
    assert_eq!(error.hint(), Some("try again in 10 s"));
    hand.0.fetch_add(10_000, Ordering::Relaxed);
    ask().unwrap();
    ask().unwrap_err();
    // Others are not touched by it.
    limits
        .from_address(Limit::Address, ip("192.0.2.2"))
        .unwrap();
}

#[test]
fn a_limit_of_nothing_is_no_limit() {
    let (_, limits) = limits(RateLimits::default());
    for _ in 0..10_000 {
        assert_eq!(limits.from_address(Limit::Address, ip("::1")), Ok(None));
    }
}

#[test]
fn registrations_are_five_an_hour_for_each_network() {
    let (_, limits) = limits(RateLimits::default());
    for nth in 0..5 {
        let address = ip(&format!("2001:db8::{nth}"));
        limits.from_address(Limit::OauthRegister, address).unwrap();
    }
    let same = ip("2001:db8::ffff:1");
    limits.from_address(Limit::OauthRegister, same).unwrap_err();
    let next = ip("2001:db8:0:1::1");
    limits.from_address(Limit::OauthRegister, next).unwrap();
    // One address in two forms is one address.
    for _ in 0..5 {
        limits
            .from_address(Limit::OauthRegister, ip("192.0.2.9"))
            .unwrap();
    }
    let mapped = ip("::ffff:192.0.2.9");
    limits
        .from_address(Limit::OauthRegister, mapped)
        .unwrap_err();
}

#[test]
fn everyone_who_comes_through_a_client_shares_its_limit() {
    let (_, limits) = limits(RateLimits {
        principal: rate(2, 60),
        client: rate(3, 60),
        ..RateLimits::default()
    });
    let organization: OrgId = "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let through = |last: char| {
        let id = |prefix: &str| format!("{prefix}_01890a5d-ac96-774b-bcce-b302099a805{last}");
        let subject = Subject::Token {
            grant: id("grant").parse().unwrap(),
            client: "https://client.example/metadata".parse().unwrap(),
            owner: Actor::User(id("user").parse().unwrap()),
        };
        Principal::new(organization.clone(), subject)
    };
    let (ann, bob, eve) = (through('1'), through('2'), through('3'));
    limits.from_principal(&ann).unwrap();
    limits.from_principal(&ann).unwrap();
    let own = limits.from_principal(&ann).unwrap_err();
    assert_eq!(own.standing.limit, Limit::Principal);
    let standing = limits.from_principal(&bob).unwrap().unwrap();
    assert_eq!((standing.limit, standing.remaining), (Limit::Client, 0));
    let shared = limits.from_principal(&eve).unwrap_err();
    assert_eq!(shared.standing.limit, Limit::Client);
    let operator = Principal::new(organization, Subject::Local);
    for _ in 0..10 {
        assert_eq!(limits.from_principal(&operator), Ok(None));
    }
}

#[test]
fn memory_is_bounded_and_what_is_used_up_stays_used_up() {
    let (hand, clock) = clock();
    let table = Table::new(Limit::Address, rate(1, 60), clock);
    let spread = |nth: u64| nth.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for nth in 1..300_000 {
        let _ = table.count(spread(nth));
    }
    assert!(table.len() <= BUCKETS + 16 * 1_024, "{}", table.len());
    // A flood gives nobody a fresh bucket.
    table.count(spread(1)).unwrap_err();
    hand.0.fetch_add(60_000, Ordering::Relaxed);
    table.count(spread(1)).unwrap();
    // Buckets that are full again make place for others.
    for nth in 1_000_000..1_000_500 {
        table.count(spread(nth)).unwrap();
    }
    assert!(table.len() < BUCKETS, "{}", table.len());
}
