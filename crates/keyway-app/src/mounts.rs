//! Endpoints of an integration's own, behind the door of the gateway.

use keyway_core::ports::RelayMethod;
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Kind, Principal, RequestId};
use keyway_policy::{Tags, Thing, ThingKind};

use crate::App;
use crate::audit::{Called, Sent, Touch};

/// A request to what is mounted below `/x/{id}`.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// Who asks.
    pub who: &'a Principal,
    /// The id it is mounted under.
    pub id: &'a str,
    /// Whether the request's method is one that changes nothing (RFC 9110, section 9.2.1).
    pub safe: bool,
    /// The request's id in logs.
    pub request: &'a RequestId,
}

impl App {
    /// Lets a request through to what is mounted: within the limits of a tool, where policy lets
    /// them call the tool `x-{id}`, and with a row in the audit log, which is there before anything
    /// may change. `serve` answers, and says with what code it went wrong if it did.
    ///
    /// # Errors
    ///
    /// Who may not, asks too often, or is of another organization than what is mounted.
    pub async fn visit<T>(
        &self,
        visit: Visit<'_>,
        serve: impl Future<Output = (T, Option<Error>)>,
    ) -> Result<T, Error> {
        let tenant = self.tenant(visit.who);
        let name = format!("x-{}", visit.id);
        let touch = if visit.safe {
            Touch::Reads
        } else {
            Touch::Writes
        };
        let called = Called::request(RelayMethod::CallTool, &name).touching(touch);
        let empty = RawJson::empty_object();
        let mut record = self
            .audit()
            .call(visit.who, visit.request, called, Sent::Input(&empty));
        let admitted = || {
            if !std::ptr::eq(&raw const *tenant, self.home_tenant()) {
                return Err(not_mounted());
            }
            self.limits().of_tool(visit.who, &name)?;
            let organization = visit.who.organization().as_str();
            let mut thing = Thing::named(ThingKind::Tool, organization, &name);
            thing.tags = Tags {
                read_only: visit.safe,
                annotated: true,
                ..Tags::default()
            };
            self.admit_now(visit.who, &thing)
                .map_err(|refused| refused.or(not_mounted))
        };
        let mut failed = None;
        let answered = async {
            record.admitted(&admitted()?);
            record.begin().await?;
            let (answer, wrong) = serve.await;
            failed = wrong;
            Ok(answer)
        }
        .await;
        match failed {
            Some(error) => record.end(&Err::<(), _>(error)),
            None => record.end(&answered),
        }
        answered
    }
}

fn not_mounted() -> Error {
    Error::new(
        Kind::NotFound,
        "unknown_path",
        "nothing is served at this path",
    )
}
