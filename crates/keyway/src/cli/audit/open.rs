use jiff::{SignedDuration, Timestamp};
use keyway_app::setup::ORGANIZATION;
use keyway_app::system::SystemClock;
use keyway_core::OrgId;
use keyway_core::ports::Clock as _;
use keyway_store::Store;

use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::local::{self, Local};
use crate::config::{Config, parse_duration};

/// The data directory of a gateway that was started once.
pub(super) async fn open(invocation: &Invocation) -> Result<(Local, Config), Failure> {
    let config = invocation.configuration()?.config;
    if !config.storage.is_there() {
        let failure = Failure::new("no_data", "nothing was written down here yet");
        return Err(failure.with_hint(
            "start the gateway once (`keyway serve`), or name the directory with --data-dir",
        ));
    }
    let local = Local::open(&invocation.gateway, &config).await?;
    Ok((local, config))
}

/// The organization of this slug; the first one where none is named.
pub(super) async fn organization(config: &Config, slug: Option<&str>) -> Result<OrgId, Failure> {
    let store: Store = local::store(config).await?;
    let slug = slug.unwrap_or(ORGANIZATION);
    let found = store.organization(slug).await;
    store.close().await;
    let found = found
        .map_err(|error| Failure::new("database", format!("cannot use the database: {error}")))?;
    found.map(|found| found.id).ok_or_else(|| {
        Failure::usage(
            "organization_not_found",
            "there is no organization of this name",
        )
    })
}

/// A moment, or how long ago it was.
pub(in crate::cli) fn moment(flag: &str, text: &str) -> Result<Timestamp, Failure> {
    let ago = || {
        let ago = SignedDuration::try_from(parse_duration(text)?).ok()?;
        SystemClock.now().checked_sub(ago).ok()
    };
    text.parse().ok().or_else(ago).ok_or_else(|| {
        let message =
            format!("{flag}: expected a moment like 2026-07-28T10:00:00Z, or a time span like 24h");
        Failure::usage("bad_time", message)
    })
}
