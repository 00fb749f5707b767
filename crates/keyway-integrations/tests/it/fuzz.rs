//! The fuzz targets of this crate, in small.

use proptest::prelude::*;

#[path = "../../../../fuzz/small.rs"]
mod small;
#[expect(
    unreachable_pub,
    reason = "the crate of the fuzz targets uses them, too"
)]
#[path = "../../../../fuzz/src/integrations.rs"]
mod targets;

const TARGETS: &[small::Target] = small::targets![
    github_webhook,
    linear_webhook,
    slack_webhook,
    generic_webhook,
];

#[test]
fn every_target_is_run_here_and_by_cargo_fuzz() {
    small::are_all_known(
        TARGETS,
        include_str!("../../../../fuzz/src/integrations.rs"),
    );
}

#[test]
fn good_input_holds() {
    small::over_good_input(TARGETS);
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in small::arbitrary()) {
        small::over(TARGETS, &bytes);
    }

    #[test]
    fn damaged_input_does_no_harm(damages in small::damages()) {
        small::over_damaged(TARGETS, &damages);
    }
}
