use jiff::Timestamp;
use keyway_core::OrgId;
use sqlx::{ColumnIndex, Decode, FromRow, Row, Type};

use super::counts::{COLUMNS, CallCounts};
use crate::engine::{QueryBuilder, query};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// How long a stretch of time is that calls are added up over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Five minutes.
    Minutes,
    /// An hour.
    Hour,
}

impl Span {
    /// Every span.
    pub const ALL: [Self; 2] = [Self::Minutes, Self::Hour];

    /// Its length in seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Minutes => 300,
            Self::Hour => 3_600,
        }
    }

    /// When the stretch begins that a moment is in.
    pub fn begins(self, at: Timestamp) -> Timestamp {
        let second = at.as_second() - at.as_second().rem_euclid(self.seconds());
        Timestamp::from_second(second).unwrap_or(at)
    }
}

/// What calls of a tool did, to be added to what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCallStats {
    /// In which organization.
    pub organization: OrgId,
    /// When.
    pub at: Timestamp,
    /// The MCP server's key, or `-` for the gateway's own actions.
    pub server: String,
    /// The tool, by the name clients know.
    pub tool: String,
    /// What they did.
    pub counts: CallCounts,
}

/// Whose calls are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallsOf<'a> {
    /// The organization's.
    All,
    /// A server's.
    Server(&'a str),
    /// A tool's.
    Tool(&'a str),
}

/// What calls did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallStats {
    /// When the stretch of time begins, where one is told from the other.
    pub at: Timestamp,
    /// The server, where it is told from others.
    pub server: String,
    /// The tool, where it is told from others.
    pub tool: String,
    /// What they did.
    pub counts: CallCounts,
}

impl Store {
    /// Adds calls to what is known of their stretch of time, in one transaction. Names no organization:
    /// each row does. What is of an organization that is gone is left out.
    pub async fn add_call_stats(&self, stats: &[NewCallStats]) -> Result<(), StoreError> {
        const DOING: &str = "add up calls";
        let columns = COLUMNS.join(", ");
        let values: Vec<_> = (0..COLUMNS.len())
            .map(|place| format!("${}", place + 7))
            .collect();
        let added: Vec<_> = COLUMNS
            .iter()
            .map(|column| format!("{column} = call_stats.{column} + excluded.{column}"))
            .collect();
        let sql = format!(
            "INSERT INTO call_stats (organization_id, span, level, bucket, server, tool, {columns}) \
             SELECT $1, $2, $3, $4, $5, $6, {} \
             WHERE EXISTS (SELECT 1 FROM organizations WHERE id = $1) \
             ON CONFLICT (organization_id, span, level, bucket, server, tool) DO UPDATE SET {}",
            values.join(", "),
            added.join(", ")
        );
        let mut transaction = self.write(DOING).await?;
        let name = || ["call_stats".to_owned()];
        transaction.alone(name).await.doing(DOING)?;
        for one in stats {
            let row = one.counts.to_row();
            for span in Span::ALL {
                let names = ["", one.server.as_str(), one.server.as_str()];
                let tools = ["", "", one.tool.as_str()];
                for (level, (server, tool)) in (0_i64..).zip(names.into_iter().zip(tools)) {
                    let query = query(sqlx::AssertSqlSafe(sql.as_str()))
                        .bind(one.organization.as_str())
                        .bind(span.seconds())
                        .bind(level)
                        .bind(span.begins(one.at).as_second())
                        .bind(server)
                        .bind(tool);
                    let query = row.iter().fold(query, |query, count| query.bind(*count));
                    query.execute(&mut *transaction).await.doing(DOING)?;
                }
            }
        }
        transaction.commit().await.doing(DOING)
    }

    /// What calls did in each stretch of time since a moment, the oldest first. Stretches without calls
    /// are left out.
    pub async fn call_series(
        &self,
        organization: &OrgId,
        of: CallsOf<'_>,
        span: Span,
        since: Timestamp,
    ) -> Result<Vec<CallStats>, StoreError> {
        let mut query = sums("bucket, '' AS server, '' AS tool");
        let level = match of {
            CallsOf::All => 0,
            CallsOf::Server(_) => 1,
            CallsOf::Tool(_) => 2,
        };
        window(&mut query, organization, level, span, since);
        match of {
            CallsOf::All => {}
            CallsOf::Server(key) => {
                query.push(" AND server = ").push_bind(key.to_owned());
            }
            CallsOf::Tool(name) => {
                query.push(" AND tool = ").push_bind(name.to_owned());
            }
        }
        query.push(" GROUP BY bucket ORDER BY bucket");
        self.stats(query).await
    }

    /// What calls of each server did since a moment, those that were called most first.
    pub async fn calls_by_server(
        &self,
        organization: &OrgId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<CallStats>, StoreError> {
        let mut query = sums("CAST(0 AS BIGINT) AS bucket, server, '' AS tool");
        window(&mut query, organization, 1, Span::Hour, since);
        query.push(" GROUP BY server ORDER BY sum(calls) DESC, server LIMIT ");
        query.push_bind(limit);
        self.stats(query).await
    }

    /// What calls of each tool did since a moment, of one server or of all, those that were called most
    /// first.
    pub async fn calls_by_tool(
        &self,
        organization: &OrgId,
        server: Option<&str>,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<CallStats>, StoreError> {
        let mut query = sums("CAST(0 AS BIGINT) AS bucket, server, tool");
        window(&mut query, organization, 2, Span::Hour, since);
        if let Some(server) = server {
            query.push(" AND server = ").push_bind(server.to_owned());
        }
        query.push(" GROUP BY server, tool ORDER BY sum(calls) DESC, server, tool LIMIT ");
        query.push_bind(limit);
        self.stats(query).await
    }

    /// Forgets what is older than these moments, at most `limit` rows of each span. Names no
    /// organization: it is for all. Answers how many went.
    pub async fn purge_call_stats(
        &self,
        minutes: Timestamp,
        hours: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let mut gone = 0;
        for (span, before) in [(Span::Minutes, minutes), (Span::Hour, hours)] {
            let done = query(
                "DELETE FROM call_stats WHERE (organization_id, span, level, bucket, server, tool) IN \
                 (SELECT organization_id, span, level, bucket, server, tool FROM organizations \
                  CROSS JOIN (SELECT 0 AS level UNION ALL SELECT 1 UNION ALL SELECT 2) AS levels \
                  JOIN call_stats USING (level) WHERE organization_id = id AND span = $1 \
                  AND bucket < $2 LIMIT $3)",
            )
            .bind(span.seconds())
            .bind(before.as_second())
            .bind(limit)
            .execute(self.pool())
            .await
            .doing("forget what calls did")?;
            gone += done.rows_affected();
        }
        Ok(gone)
    }

    async fn stats(&self, query: QueryBuilder<'_>) -> Result<Vec<CallStats>, StoreError> {
        let rows: Vec<Read> = query
            .build_query_as()
            .fetch_all(self.pool())
            .await
            .doing("read what calls did")?;
        let read = |Read(bucket, server, tool, row): Read| {
            Ok(CallStats {
                at: store::moment(bucket.saturating_mul(1_000))?,
                server,
                tool,
                counts: CallCounts::of_row(&row),
            })
        };
        rows.into_iter().map(read).collect()
    }
}

struct Read(i64, String, String, [i64; COLUMNS.len()]);

impl<'r, R: Row> FromRow<'r, R> for Read
where
    usize: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        let mut counts = [0; COLUMNS.len()];
        for (place, count) in counts.iter_mut().enumerate() {
            *count = row.try_get(place + 3)?;
        }
        Ok(Self(
            row.try_get(0)?,
            row.try_get(1)?,
            row.try_get(2)?,
            counts,
        ))
    }
}

fn sums(what: &str) -> QueryBuilder<'static> {
    let sums: Vec<_> = COLUMNS
        .iter()
        .map(|column| format!("CAST(sum({column}) AS BIGINT)"))
        .collect();
    QueryBuilder::new(format!(
        "SELECT {what}, {} FROM call_stats",
        sums.join(", ")
    ))
}

fn window(
    query: &mut QueryBuilder<'_>,
    organization: &OrgId,
    level: i64,
    span: Span,
    since: Timestamp,
) {
    query
        .push(" WHERE organization_id = ")
        .push_bind(organization.as_str().to_owned());
    query.push(" AND span = ").push_bind(span.seconds());
    query.push(" AND level = ").push_bind(level);
    query
        .push(" AND bucket >= ")
        .push_bind(span.begins(since).as_second());
}
