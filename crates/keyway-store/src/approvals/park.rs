use jiff::Timestamp;
use keyway_core::{ApprovalId, OrgId};

use super::approval::{Approval, COLUMNS, Row};
use super::questions::{self, NewQuestion};
use crate::audit::Hash;
use crate::engine::{query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// A call about to be parked.
#[derive(Debug, Clone)]
pub struct NewApproval {
    /// Its id.
    pub id: ApprovalId,
    /// What tells one who asks from another.
    pub requester: String,
    /// For whom it is asked, by id.
    pub actor: String,
    /// What is known of who asks: JSON.
    pub asker: String,
    /// The OAuth client it is asked through.
    pub client: Option<String>,
    /// The agent that wants it, by slug.
    pub agent: Option<String>,
    /// The session of the agent.
    pub session: Option<String>,
    /// The job that wants it.
    pub job: Option<String>,
    /// The request it is asked by.
    pub request: String,
    /// The tool, by the name clients know.
    pub tool: String,
    /// The server's own name of it, or the action's slug.
    pub own: String,
    /// The MCP server behind it.
    pub server: Option<String>,
    /// The tool's definition.
    pub definition: String,
    /// Its SHA-256.
    pub definition_hash: Hash,
    /// The arguments, sealed for the row.
    pub arguments: Vec<u8>,
    /// SHA-256 of all that the call is made with.
    pub call_hash: Hash,
    /// The policies that want the approval: JSON.
    pub policies: String,
    /// Now.
    pub at: Timestamp,
    /// Until when it can be decided and run.
    pub expires_at: Timestamp,
    /// Where people are asked about it, beside the inbox.
    pub question: Option<NewQuestion>,
}

/// What became of a call that was to be parked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParkedApproval {
    /// It is parked.
    New(Approval),
    /// The same call is open already.
    Already(Approval),
    /// Who asks has as many open as they may.
    TooMany,
}

const DOING: &str = "park a call";

impl Store {
    /// Parks a call until somebody decides, unless the same call of the same one who asks is open, or
    /// they have `most` open already.
    pub async fn park_approval(
        &self,
        organization: &OrgId,
        new: &NewApproval,
        most: u32,
    ) -> Result<ParkedApproval, StoreError> {
        let mut transaction = self.write(DOING).await?;
        // What is counted is what they ask; nobody else's.
        let name = || [format!("approvals/{organization}/{}", new.actor)];
        transaction.alone(name).await.doing(DOING)?;
        let now = new.at.as_millisecond();
        query(
            "UPDATE approvals SET state = 'expired' WHERE organization_id = $1 AND requester = $2 \
             AND state IN ('pending', 'approved') AND expires_at <= $3",
        )
        .bind(organization.as_str())
        .bind(&new.requester)
        .bind(now)
        .execute(&mut *transaction)
        .await
        .doing(DOING)?;
        let before: Option<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM approvals WHERE organization_id = $1 AND requester = $2 \
             AND tool = $3 AND call_hash = $4 AND definition_hash = $5 \
             AND state IN ('pending', 'approved')"
        )))
        .bind(organization.as_str())
        .bind(&new.requester)
        .bind(&new.tool)
        .bind(new.call_hash.as_slice())
        .bind(new.definition_hash.as_slice())
        .fetch_optional(&mut *transaction)
        .await
        .doing(DOING)?;
        if let Some(before) = before {
            transaction.commit().await.doing(DOING)?;
            return Ok(ParkedApproval::Already(before.read()?));
        }
        let open: i64 = query_scalar(
            "SELECT count(*) FROM approvals WHERE organization_id = $1 AND actor = $2 \
             AND state = 'pending'",
        )
        .bind(organization.as_str())
        .bind(&new.actor)
        .fetch_one(&mut *transaction)
        .await
        .doing(DOING)?;
        if open >= i64::from(most) {
            return Ok(ParkedApproval::TooMany);
        }
        let row = insert(&mut transaction, organization, new).await?;
        if let Some(question) = &new.question {
            questions::insert(&mut transaction, organization, new, question)
                .await
                .doing(DOING)?;
        }
        transaction.commit().await.doing(DOING)?;
        Ok(ParkedApproval::New(row.read()?))
    }

    /// The last approval of a call of one who asks, whatever became of it.
    pub async fn last_approval(
        &self,
        organization: &OrgId,
        requester: &str,
        tool: &str,
        call: &Hash,
    ) -> Result<Option<Approval>, StoreError> {
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM approvals WHERE organization_id = $1 AND requester = $2 \
             AND tool = $3 AND call_hash = $4 ORDER BY seq DESC LIMIT 1"
        )))
        .bind(organization.as_str())
        .bind(requester)
        .bind(tool)
        .bind(call.as_slice())
        .fetch_optional(self.pool())
        .await
        .doing("look for an approval")?;
        row.map(Row::read).transpose()
    }
}

async fn insert(
    transaction: &mut crate::writing::Writing,
    organization: &OrgId,
    new: &NewApproval,
) -> Result<Row, StoreError> {
    query_as(sqlx::AssertSqlSafe(format!(
        "INSERT INTO approvals (id, organization_id, requester, actor, asker, client, agent, session, \
         job, request, tool, own, server, definition, definition_hash, arguments, call_hash, policies, \
         state, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
         $18, 'pending', $19, $20) RETURNING {COLUMNS}"
    )))
    .bind(new.id.as_str())
    .bind(organization.as_str())
    .bind(&new.requester)
    .bind(&new.actor)
    .bind(&new.asker)
    .bind(&new.client)
    .bind(&new.agent)
    .bind(&new.session)
    .bind(&new.job)
    .bind(&new.request)
    .bind(&new.tool)
    .bind(&new.own)
    .bind(&new.server)
    .bind(&new.definition)
    .bind(new.definition_hash.as_slice())
    .bind(&new.arguments)
    .bind(new.call_hash.as_slice())
    .bind(&new.policies)
    .bind(new.at.as_millisecond())
    .bind(new.expires_at.as_millisecond())
    .fetch_one(&mut **transaction)
    .await
    .doing(DOING)
}
