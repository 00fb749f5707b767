use keyway_core::{OrgId, PublicationId};

use super::StoredPublication;
use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// What a publication may use on one day; nothing bounds what is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PublicationMost {
    /// Turns that begin.
    pub turns: Option<u64>,
    /// Tokens, read and written. A turn begins while fewer were used.
    pub tokens: Option<u64>,
    /// Money, in millionths of a US dollar. A turn begins while less was used.
    pub cost_micros: Option<u64>,
}

/// What the turns of a publication took on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PublicationDay {
    /// The day (UTC), in days since 1970-01-01.
    pub day: i64,
    /// Turns that began.
    pub turns: u64,
    /// Tokens, read and written, of turns that ended.
    pub tokens: u64,
    /// Their price in millionths of a US dollar, as far as it is known.
    pub cost_micros: u64,
}

impl Store {
    /// Counts a turn of a publication that is about to begin, and answers what the day took before it.
    /// Nothing where the day has taken all it may: then nothing is counted.
    pub async fn begin_publication_turn(
        &self,
        publication: &StoredPublication,
        day: i64,
        most: PublicationMost,
    ) -> Result<Option<PublicationDay>, StoreError> {
        let row: Option<(i64, i64, i64)> = query_as(
            "INSERT INTO publication_days (publication_id, organization_id, day, turns) \
             VALUES ($1, $2, $3, 1) ON CONFLICT (publication_id, day) DO UPDATE SET \
             turns = publication_days.turns + 1 \
             WHERE ($4 IS NULL OR publication_days.turns < $4) \
             AND ($5 IS NULL OR publication_days.tokens < $5) \
             AND ($6 IS NULL OR publication_days.cost_micros < $6) RETURNING turns, tokens, cost_micros",
        )
        .bind(publication.id.as_str())
        .bind(publication.organization.as_str())
        .bind(day)
        .bind(most.turns.map(stored))
        .bind(most.tokens.map(stored))
        .bind(most.cost_micros.map(stored))
        .fetch_optional(self.pool())
        .await
        .doing("count a turn of a publication")?;
        Ok(row.map(|(turns, tokens, cost)| read((day, turns, tokens, cost))))
    }

    /// Takes back that a turn was counted which never began.
    pub async fn uncount_publication_turn(
        &self,
        publication: &StoredPublication,
        day: i64,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE publication_days SET turns = turns - 1 \
             WHERE organization_id = $1 AND publication_id = $2 AND day = $3 AND turns > 0",
        )
        .bind(publication.organization.as_str())
        .bind(publication.id.as_str())
        .bind(day)
        .execute(self.pool())
        .await
        .doing("take back that a turn of a publication was counted")?;
        Ok(())
    }

    /// What a publication took on a day.
    pub async fn publication_day(
        &self,
        publication: &StoredPublication,
        day: i64,
    ) -> Result<PublicationDay, StoreError> {
        let row: Option<(i64, i64, i64, i64)> = query_as(
            "SELECT day, turns, tokens, cost_micros FROM publication_days \
             WHERE organization_id = $1 AND publication_id = $2 AND day = $3",
        )
        .bind(publication.organization.as_str())
        .bind(publication.id.as_str())
        .bind(day)
        .fetch_optional(self.pool())
        .await
        .doing("read what a publication took on a day")?;
        Ok(read(row.unwrap_or((day, 0, 0, 0))))
    }

    /// Adds what a turn of a publication took to its day. It counted when it began; one that went on on another
    /// day makes that day's row.
    pub async fn end_publication_turn(
        &self,
        publication: &StoredPublication,
        day: i64,
        tokens: u64,
        cost_micros: u64,
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO publication_days (publication_id, organization_id, day, tokens, cost_micros) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (publication_id, day) DO UPDATE SET \
             tokens = publication_days.tokens + excluded.tokens, \
             cost_micros = publication_days.cost_micros + excluded.cost_micros",
        )
        .bind(publication.id.as_str())
        .bind(publication.organization.as_str())
        .bind(day)
        .bind(stored(tokens))
        .bind(stored(cost_micros))
        .execute(self.pool())
        .await
        .doing("count what a turn of a publication took")?;
        Ok(())
    }

    /// What a publication took on the last days on which it took anything, the last first.
    pub async fn publication_days(
        &self,
        organization: &OrgId,
        id: &PublicationId,
        limit: u32,
    ) -> Result<Vec<PublicationDay>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64)> = query_as(
            "SELECT day, turns, tokens, cost_micros FROM publication_days \
             WHERE organization_id = $1 AND publication_id = $2 \
             AND (turns > 0 OR tokens > 0 OR cost_micros > 0) ORDER BY day DESC LIMIT $3",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .doing("read what a publication took")?;
        Ok(rows.into_iter().map(read).collect())
    }
}

impl Store {
    /// Forgets what publications took on days before one; at most `limit` of them. Answers how many. Belongs to
    /// the installation, so it names no organization.
    pub async fn purge_publication_days(&self, before: i64, limit: u32) -> Result<u64, StoreError> {
        let gone = query(
            "DELETE FROM publication_days WHERE (publication_id, day) IN \
             (SELECT publication_id, day FROM publication_days WHERE day < $1 LIMIT $2)",
        )
        .bind(before)
        .bind(limit)
        .execute(self.pool())
        .await
        .doing("forget what publications took")?;
        Ok(gone.rows_affected())
    }
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn read((day, turns, tokens, cost_micros): (i64, i64, i64, i64)) -> PublicationDay {
    let count = |count| u64::try_from(count).unwrap_or_default();
    PublicationDay {
        day,
        turns: count(turns),
        tokens: count(tokens),
        cost_micros: count(cost_micros),
    }
}
