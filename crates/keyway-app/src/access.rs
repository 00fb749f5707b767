use keyway_core::scopes::{Scope, Scopes};
use keyway_core::{Actor, Error, Kind, Principal, Role, Subject};
use keyway_store::Store;

/// Clients tell by it that no token of theirs would do.
const ADMINISTRATORS_ONLY: &str = "administrators_only";

/// Refuses `who` unless they administer their organization: the operator at the terminal, or someone
/// who is an owner or an admin at this very moment and comes with the scope `admin`. Answers their
/// role.
pub(crate) async fn administer(store: &Store, who: &Principal) -> Result<Role, Error> {
    let role = role(store, who).await?;
    let role = role.filter(|role| role.administers());
    let role = role.ok_or_else(forbidden)?;
    if !who.scopes().admin() {
        return Err(lacking(who, role));
    }
    Ok(role)
}

/// Like [`administer`], for what only owners may do: to make, change and remove owners.
pub(crate) async fn own(store: &Store, who: &Principal) -> Result<(), Error> {
    if administer(store, who).await? == Role::Owner {
        return Ok(());
    }
    Err(Error::new(
        Kind::Forbidden,
        "owners_only",
        "only an owner of the organization may do this",
    ))
}

/// Refuses everyone but the operator at the terminal.
pub(crate) fn operate(who: &Principal) -> Result<(), Error> {
    if *who.subject() == Subject::Local {
        return Ok(());
    }
    Err(Error::new(
        Kind::Forbidden,
        "operator_only",
        "only the operator of the gateway may do this",
    ))
}

/// Refuses an OAuth client: credentials that it made would outlive its grant and pass by the
/// approvals its calls wait for.
pub(crate) fn made_by_hand(who: &Principal) -> Result<(), Error> {
    if who.client().is_none() {
        return Ok(());
    }
    Err(Error::new(
        Kind::Forbidden,
        "not_through_a_client",
        "credentials cannot be made through an OAuth client",
    )
    .with_hint("use an API key, the command line or sign in yourself"))
}

/// The role of `who` as it is stored now, not as it was when they came in. The operator is an owner;
/// who has no row has no role.
pub(crate) async fn role(store: &Store, who: &Principal) -> Result<Option<Role>, Error> {
    if *who.subject() == Subject::Local {
        return Ok(Some(Role::Owner));
    }
    match who.actor() {
        Some(Actor::User(user)) => Ok(store.role(who.organization(), &user).await?),
        Some(Actor::ServiceAccount(account)) => {
            let account = store.service_account(who.organization(), &account).await?;
            let account = account.filter(|account| account.disabled_at.is_none());
            Ok(account.map(|account| account.role))
        }
        None => Ok(None),
    }
}

/// Refuses machines: an invitation ends with the power of the person who made it.
pub(crate) fn a_person(who: &Principal) -> Result<(), Error> {
    match who.actor() {
        Some(Actor::ServiceAccount(_)) => Err(Error::new(
            Kind::Forbidden,
            "people_only",
            "a service account cannot invite anybody",
        )
        .with_hint("invite as a person, or from the command line")),
        _ => Ok(()),
    }
}

/// The refusal of someone who came without the scope `admin`. Only who could come with it is told to
/// ask for it: nobody is sent for a scope that their role or policy keeps from them.
pub(crate) fn lacking(who: &Principal, role: Role) -> Error {
    if !role.administers() {
        return forbidden();
    }
    if who.is_barred() {
        return Error::new(
            Kind::Forbidden,
            ADMINISTRATORS_ONLY,
            "policy does not let you administer the organization by these credentials",
        );
    }
    Error::insufficient_scope(who.scopes().union(&Scopes::of([Scope::Admin])))
}

pub(crate) fn forbidden() -> Error {
    Error::new(
        Kind::Forbidden,
        ADMINISTRATORS_ONLY,
        "only an owner or an admin of the organization may do this",
    )
}
