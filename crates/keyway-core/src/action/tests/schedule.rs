use jiff::Timestamp;
use serde::Deserialize;

use crate::Action;
use crate::action::{BadSchedule, Expose, Registry, Schedule};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The moments of a schedule behind the first text, up to the second.
fn moments(cron: &str, zone: &str, after: &str, until: &str) -> Vec<String> {
    let schedule = Schedule::parse(cron, zone).unwrap();
    let next = |after| schedule.next_after(after);
    std::iter::successors(next(at(after)), |last| next(*last))
        .take_while(|moment| *moment <= at(until))
        .map(|moment| moment.to_string())
        .collect()
}

#[test]
fn moments_come_by_the_clocks_of_the_time_zone() {
    assert_eq!(
        moments(
            "0 9 * * MON-FRI",
            "Asia/Kolkata",
            "2026-05-01T00:00:00Z",
            "2026-05-05T00:00:00Z"
        ),
        ["2026-05-01T03:30:00Z", "2026-05-04T03:30:00Z"]
    );
    assert_eq!(
        moments(
            "*/20 12 29 2 *",
            "UTC",
            "2026-01-01T00:00:00Z",
            "2028-12-31T00:00:00Z"
        ),
        [
            "2028-02-29T12:00:00Z",
            "2028-02-29T12:20:00Z",
            "2028-02-29T12:40:00Z"
        ]
    );
}

#[test]
fn an_hour_that_a_clock_change_skips_comes_once_when_there_is_a_valid_moment_again() {
    // Berlin: 02:00 becomes 03:00 (01:00 UTC) on 29 March 2026.
    let run = |cron| {
        moments(
            cron,
            "Europe/Berlin",
            "2026-03-29T00:00:00Z",
            "2026-03-29T02:00:00Z",
        )
    };
    assert_eq!(run("30 2 * * *"), ["2026-03-29T01:00:00Z"]);
    assert_eq!(
        run("*/10 2 * * *"),
        ["2026-03-29T01:00:00Z"],
        "six of them are one"
    );
    assert_eq!(
        run("30 * * * *"),
        [
            "2026-03-29T00:30:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-29T01:30:00Z"
        ]
    );
    assert_eq!(
        moments(
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T00:00:00Z",
            "2026-03-31T00:00:00Z"
        ),
        [
            "2026-03-28T01:30:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-30T00:30:00Z"
        ]
    );
}

#[test]
fn an_hour_that_a_clock_change_repeats_comes_once() {
    // New York: 02:00 becomes 01:00 (06:00 UTC) on 1 November 2026.
    let run = |cron, after| moments(cron, "America/New_York", after, "2026-11-01T07:30:00Z");
    assert_eq!(
        run("30 1 * * *", "2026-11-01T04:00:00Z"),
        ["2026-11-01T05:30:00Z"]
    );
    assert_eq!(
        run("0,30 * * * *", "2026-11-01T04:45:00Z"),
        [
            "2026-11-01T05:00:00Z",
            "2026-11-01T05:30:00Z",
            "2026-11-01T07:00:00Z",
            "2026-11-01T07:30:00Z"
        ]
    );
    assert_eq!(
        run("30 1 * * *", "2026-11-01T06:10:00Z"),
        Vec::<String>::new(),
        "started in the second 01:10, it has been"
    );
}

#[test]
fn every_moment_is_behind_the_one_before_in_every_zone() {
    for zone in [
        "Europe/London",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Kathmandu",
    ] {
        let all = moments(
            "*/15 * * * *",
            zone,
            "2025-12-31T00:00:00Z",
            "2027-01-02T00:00:00Z",
        );
        assert!(all.len() > 34_900, "{zone}: {}", all.len());
        assert!(
            all.windows(2).all(|two| at(&two[0]) < at(&two[1])),
            "{zone}"
        );
    }
}

#[test]
fn of_missed_moments_the_last_one_is_found_near_and_far() {
    let last = |cron, after, until| {
        let schedule = Schedule::parse(cron, "UTC").unwrap();
        let last = schedule.last_within(at(after), at(until));
        last.map(|moment| moment.to_string())
    };
    let (after, until) = ("2020-01-01T00:00:00Z", "2026-05-05T05:05:30Z");
    assert_eq!(
        last("* * * * *", after, until).unwrap(),
        "2026-05-05T05:05:00Z"
    );
    assert_eq!(
        last("0 0 1 1 *", after, until).unwrap(),
        "2026-01-01T00:00:00Z"
    );
    assert_eq!(
        last("0 0 29 2 *", after, until).unwrap(),
        "2024-02-29T00:00:00Z"
    );
    assert_eq!(last("0 0 29 2 *", "2024-02-29T00:00:00Z", until), None);
    assert_eq!(
        last("5 5 * * *", after, "2026-05-05T05:05:00Z").unwrap(),
        "2026-05-05T05:05:00Z"
    );
}

#[test]
fn a_bad_schedule_is_told_with_its_place() {
    let bad = |cron: &str| Schedule::parse(cron, "UTC").unwrap_err();
    let field = |number, column| BadSchedule::Field { number, column };
    for (cron, expected) in [
        ("60 * * * *", field(1, 1)),
        ("*  24 * * *", field(2, 4)),
        ("* * 32 * *", field(3, 5)),
        ("* * * 13 *", field(4, 7)),
        ("* * * * MOON", field(5, 9)),
        ("5-1 * * * *", field(1, 1)),
        ("*/0 * * * *", field(1, 1)),
        ("a * * * *", field(1, 1)),
        ("* * * *", BadSchedule::Fields(4)),
        ("0 * * * * *", BadSchedule::Fields(6)),
        ("@daily", BadSchedule::Fields(1)),
        ("", BadSchedule::Fields(0)),
        ("0 0 30 2 *", BadSchedule::Never),
    ] {
        assert_eq!(bad(cron), expected, "{cron}");
    }
    let zone = Schedule::parse("* * * * *", "Europe/Bärlin").unwrap_err();
    assert_eq!(zone, BadSchedule::TimeZone);
}

#[derive(Deserialize, schemars::JsonSchema)]
#[expect(dead_code, reason = "only its schema matters")]
struct Month {
    month: u8,
}

#[derive(Deserialize, schemars::JsonSchema)]
#[expect(dead_code, reason = "only its schema matters")]
struct Pin {
    pin: Option<crate::Secret<String>>,
}

#[test]
fn what_cannot_run_in_the_background_is_found_at_the_start() {
    let action = || Action::new("report:make", |_, _: Month| async { Ok(1) });
    let told = |action: Action| Registry::new(vec![action]).unwrap_err()[0].to_string();
    let error = told(action().schedule("61 * * * *", "UTC"));
    assert!(error.contains("schedule.rs:"), "{error}");
    assert!(
        error.contains("its schedule cannot be used: field 1 of 5"),
        "{error}"
    );
    let error = told(action().schedule("1 * * * *", "UTC"));
    assert!(
        error.contains("the input of its scheduled runs is not valid"),
        "{error}"
    );
    let secret = Action::new("pin:set", |_, _: Pin| async { Ok(1) });
    let error = told(secret.clone().expose(Expose::TASK));
    assert!(error.contains("a job keeps its input"), "{error}");
    Registry::new(vec![secret.expose(Expose::HTTP)]).unwrap();
    let login = action().login().schedule("1 * * * *", "UTC");
    assert!(told(login).contains("sign-in page only"));

    let good = action().schedule("1 * * * *", "UTC");
    let good = good.scheduled_input(serde_json::json!({ "month": 5 }));
    let registry = Registry::new(vec![good]).unwrap();
    let schedule = registry.get("report:make").unwrap().schedule().unwrap();
    assert_eq!(schedule.input().as_str(), r#"{"month":5}"#);
    assert_eq!(schedule.spec(), "1 * * * * UTC");
}
