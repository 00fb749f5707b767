use jiff::Timestamp;
use keyway_core::{ClientId, Secret};

use super::super::client::{AuthMethod, ClientMetadata};
use super::super::{Endpoint, ErrorCode, Issuer, Parameters, Refusal};
use super::basic;
use crate::jwt::{Assertion, SpentAssertion};

/// The only type of client assertion (RFC 7523 section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The client that a request comes from, as it says, and what it proves that with.
#[derive(Debug)]
pub struct Presented {
    client: ClientId,
    proof: Proof,
    header: Header,
}

/// What a client proves itself with.
#[derive(Debug)]
pub enum Proof {
    /// Nothing.
    None,
    /// Its secret, in the `Authorization` header.
    Basic(Secret<String>),
    /// Its secret, in the form.
    Post(Secret<String>),
    /// A signed assertion.
    Assertion(Assertion),
}

/// Whether there was an `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Header {
    Present,
    Absent,
}

/// Who checks a proof, and when.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    /// This server.
    pub issuer: &'a Issuer,
    /// The endpoint that was asked.
    pub endpoint: Endpoint,
    /// Now.
    pub now: Timestamp,
}

/// A client proved to be who it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// How.
    pub method: AuthMethod,
    /// The assertion it used, which must not have been used before and is to be kept until it
    /// ends.
    pub assertion: Option<SpentAssertion>,
}

const TWO_METHODS: Refusal = Refusal::new(
    ErrorCode::InvalidRequest,
    "a client proves itself in one way at a time",
);
const OTHER_ID: Refusal = Refusal::new(
    ErrorCode::InvalidRequest,
    "client_id is not the client that the proof is for",
);
/// One text for everything that can be wrong, so that nobody learns which client ids exist.
const REFUSED: Refusal = Refusal::new(
    ErrorCode::InvalidClient,
    "the client is not known here, or did not prove to be who it is",
);

impl Presented {
    /// Reads who asks, from the `Authorization` header and the form.
    pub fn read(authorization: Option<&str>, form: &Parameters) -> Result<Self, Refusal> {
        form.each_once()?;
        let stated = form.optional("client_id")?;
        let secret = form.optional("client_secret")?;
        let assertion = read_assertion(form)?;
        let ways = [
            authorization.is_some(),
            secret.is_some(),
            assertion.is_some(),
        ];
        if ways.into_iter().filter(|way| *way).count() > 1 {
            return Err(TWO_METHODS);
        }
        let (id, proof, header) = match (authorization, secret, assertion) {
            (Some(value), ..) => {
                let (id, secret) = basic::read(value).ok_or(REFUSED.to_header())?;
                (Some(id), Proof::Basic(secret), Header::Present)
            }
            (None, Some(secret), _) => {
                let secret = Secret::new(secret.to_owned());
                (None, Proof::Post(secret), Header::Absent)
            }
            (None, None, Some(assertion)) => {
                let id = assertion.claimed_subject().to_owned();
                (Some(id), Proof::Assertion(assertion), Header::Absent)
            }
            (None, None, None) => (None, Proof::None, Header::Absent),
        };
        let id = match (id.as_deref(), stated) {
            (Some(id), Some(stated)) if id != stated => return Err(OTHER_ID),
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) => {
                return Err(Refusal::new(
                    ErrorCode::InvalidRequest,
                    "client_id is missing",
                ));
            }
        };
        let presented = Self {
            client: id.parse().map_err(|_| REFUSED)?,
            proof,
            header,
        };
        Ok(presented)
    }

    /// The client, as it says.
    pub fn client(&self) -> &ClientId {
        &self.client
    }

    /// What it proves that with.
    pub fn proof(&self) -> &Proof {
        &self.proof
    }

    /// Checks the proof. `is_secret` says whether a text is the client's secret; it is asked for
    /// clients that have one. A client proves itself the way it is registered for; a secret may
    /// come in the header or in the form, as clients mix these up and it proves the same.
    pub fn prove(
        &self,
        client: &ClientMetadata,
        server: &Server<'_>,
        is_secret: impl Fn(&Secret<String>) -> bool,
    ) -> Result<Proven, Refusal> {
        let method = client.auth_method;
        let assertion = match &self.proof {
            Proof::None if method == AuthMethod::None => None,
            Proof::Basic(secret) | Proof::Post(secret)
                if method.has_secret() && is_secret(secret) =>
            {
                None
            }
            // A public client may fill the header with its id alone.
            Proof::Basic(secret) if method == AuthMethod::None && secret.expose().is_empty() => {
                None
            }
            Proof::Assertion(assertion) if method == AuthMethod::PrivateKeyJwt => {
                let keys = client.jwks.as_ref().ok_or_else(|| self.refused())?;
                let audiences = [
                    server.issuer.as_str().to_owned(),
                    server.issuer.endpoint(Endpoint::Token),
                    server.issuer.endpoint(server.endpoint),
                ];
                let spent = assertion.verify(&self.client, keys, &audiences, server.now);
                Some(spent.map_err(|_| self.refused())?)
            }
            _ => return Err(self.refused()),
        };
        Ok(Proven { method, assertion })
    }

    /// The refusal of this client: not known, disabled, or without the right proof.
    pub fn refused(&self) -> Refusal {
        match self.header {
            Header::Present => REFUSED.to_header(),
            Header::Absent => REFUSED,
        }
    }
}

fn read_assertion(form: &Parameters) -> Result<Option<Assertion>, Refusal> {
    let kind = form.optional("client_assertion_type")?;
    let Some(text) = form.optional("client_assertion")? else {
        return match kind {
            None => Ok(None),
            Some(_) => Err(Refusal::new(
                ErrorCode::InvalidRequest,
                "client_assertion is missing",
            )),
        };
    };
    if kind != Some(JWT_BEARER) {
        return Err(Refusal::new(
            ErrorCode::InvalidRequest,
            "client_assertion_type has to be the one for JWTs",
        ));
    }
    Assertion::parse(text).map(Some).map_err(|_| REFUSED)
}
