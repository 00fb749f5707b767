use keyway_core::{Error, OrgId, WebSessionId};

use super::{People, WebSessionView, WebVisitor};

impl People {
    /// Who comes with this session cookie; `None` for anything that is not a web session's cookie of
    /// now. An API key or a token never is. Never slow: the answer is one look into the store.
    pub async fn web_session(&self, cookie: &str) -> Result<Option<WebVisitor>, Error> {
        let _ = cookie;
        todo!()
    }

    /// Moves the web session to another organization its person belongs to.
    pub async fn switch_organization(
        &self,
        visitor: &WebVisitor,
        organization: &OrgId,
    ) -> Result<WebVisitor, Error> {
        let _ = (visitor, organization);
        todo!()
    }

    /// Ends the web session.
    pub async fn sign_out(&self, visitor: &WebVisitor) -> Result<(), Error> {
        let _ = visitor;
        todo!()
    }

    /// Ends every web session of the person, this one too. Answers how many.
    pub async fn sign_out_everywhere(&self, visitor: &WebVisitor) -> Result<u64, Error> {
        let _ = visitor;
        todo!()
    }

    /// The person's web sessions that have not ended, in every organization, newest first.
    pub async fn sessions(&self, visitor: &WebVisitor) -> Result<Vec<WebSessionView>, Error> {
        let _ = visitor;
        todo!()
    }

    /// Ends one of the person's own web sessions.
    pub async fn revoke_session(
        &self,
        visitor: &WebVisitor,
        session: &WebSessionId,
    ) -> Result<(), Error> {
        let _ = (visitor, session);
        todo!()
    }
}
