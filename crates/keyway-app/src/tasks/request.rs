use keyway_core::ports::ClientCapabilities;
use keyway_core::rpc::RawJson;
use keyway_core::{Error, OrgId, TaskId};
use keyway_vault::{Context, Vault};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A request that became a task, as it is kept: sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Request {
    /// All its params.
    params: Box<RawValue>,
    /// What its client can be asked.
    capabilities: Able,
    /// How many gateways it has passed.
    pub(super) hops: u8,
}

/// [`ClientCapabilities`]
#[derive(Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent capabilities"
)]
struct Able {
    form: bool,
    url: bool,
    sampling: bool,
    roots: bool,
    raw: Option<Box<RawValue>>,
}

impl Request {
    pub(super) fn new(
        params: &RawJson,
        able: &ClientCapabilities,
        hops: u8,
    ) -> Result<Self, Error> {
        let params = RawValue::from_string(params.as_str().to_owned());
        Ok(Self {
            params: params.map_err(Error::internal)?,
            capabilities: Able {
                form: able.elicitation_form,
                url: able.elicitation_url,
                sampling: able.sampling,
                roots: able.roots,
                raw: able.raw.as_deref().map(ToOwned::to_owned),
            },
            hops,
        })
    }

    pub(super) fn params(&self) -> RawJson {
        RawJson::from_raw(self.params.clone())
    }

    pub(super) fn capabilities(&self) -> ClientCapabilities {
        let able = &self.capabilities;
        ClientCapabilities {
            elicitation_form: able.form,
            elicitation_url: able.url,
            sampling: able.sampling,
            roots: able.roots,
            raw: able.raw.clone().map(std::sync::Arc::<RawValue>::from),
        }
    }

    pub(super) fn seal(
        &self,
        vault: &Vault,
        organization: &OrgId,
        id: &TaskId,
    ) -> Result<Vec<u8>, Error> {
        let text = serde_json::to_vec(self).map_err(Error::internal)?;
        let sealed = vault.seal(&place(organization, id, "request"), &text);
        sealed.map_err(Error::internal)
    }

    pub(super) fn open(
        vault: &Vault,
        organization: &OrgId,
        id: &TaskId,
        sealed: &[u8],
    ) -> Result<Self, Error> {
        let opened = vault.open(&place(organization, id, "request"), sealed);
        let opened = opened.map_err(Error::internal)?;
        serde_json::from_slice(opened.expose()).map_err(Error::internal)
    }
}

/// Where a sealed part of a task stands.
pub(super) fn place<'a>(
    organization: &'a OrgId,
    id: &'a TaskId,
    column: &'static str,
) -> Context<'a> {
    Context {
        organization: organization.as_str(),
        table: "tasks",
        column,
        row: id.as_str(),
    }
}
