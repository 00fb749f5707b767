use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::engine::Dialect;
use crate::{Reason, StoreError};

/// A number, what it is about, and the statements.
type Step = (i64, &'static str, &'static str);

/// Every change of the tables, in order, for both engines: the same number is the same change. One that has
/// been released is never edited.
macro_rules! migrations {
    ($($version:literal, $name:literal, $file:literal;)*) => {
        const SQLITE: &[Step] = &[$((
            $version,
            $name,
            include_str!(concat!("../migrations/sqlite/", $file)),
        ),)*];

        const POSTGRES: &[Step] = &[$((
            $version,
            $name,
            include_str!(concat!("../migrations/postgres/", $file)),
        ),)*];
    };
}

migrations! {
    1, "organizations and api keys", "0001_organizations_and_api_keys.sql";
    2, "people", "0002_people.sql";
    3, "oauth", "0003_oauth.sql";
    4, "audit", "0004_audit.sql";
    5, "credentials", "0005_credentials.sql";
    6, "jobs", "0006_jobs.sql";
    7, "sessions", "0007_sessions.sql";
    9, "retired keys", "0009_retired_keys.sql";
    10, "audit blocks", "0010_audit_blocks.sql";
    11, "credential oauth", "0011_credential_oauth.sql";
    12, "session scopes", "0012_session_scopes.sql";
    13, "connectors", "0013_connectors.sql";
    14, "server tools", "0014_server_tools.sql";
    15, "credential clients", "0015_credential_clients.sql";
    16, "approvals", "0016_approvals.sql";
    17, "call stats", "0017_call_stats.sql";
    18, "revisions", "0018_revisions.sql";
    19, "deliveries", "0019_deliveries.sql";
    20, "installs", "0020_installs.sql";
    21, "replies", "0021_replies.sql";
    22, "webhook endpoints", "0022_webhook_endpoints.sql";
    23, "tasks", "0023_tasks.sql";
    24, "sessions of people", "0024_sessions_of_people.sql";
    25, "external people", "0025_external_people.sql";
    26, "publication limits", "0026_publication_limits.sql";
}

/// What brings the tables of an engine up to date.
pub(crate) fn of(dialect: Dialect) -> Migrator {
    let migrations = dialect.pick(SQLITE, POSTGRES).iter();
    let migrations = migrations.map(|&(version, name, sql)| {
        let sql = sql.into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// Which changes a database has.
pub(crate) const DONE: &str = "SELECT version FROM _sqlx_migrations WHERE success";

/// The numbers of those it still needs. One that we do not know is a newer version's.
pub(crate) fn missing(dialect: Dialect, done: &[i64]) -> Result<Vec<i64>, StoreError> {
    let known = dialect.pick(SQLITE, POSTGRES).iter().map(|step| step.0);
    let known: Vec<i64> = known.collect();
    if done.iter().any(|version| !known.contains(version)) {
        let doing = "look at the tables of the database";
        return Err(StoreError::new(doing, Reason::Newer));
    }
    Ok(known
        .into_iter()
        .filter(|version| !done.contains(version))
        .collect())
}
