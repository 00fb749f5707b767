#![allow(unused)]

extern crate keyway_core as keyway;

use keyway::OrgId;
use keyway::provider::{InstallContext, ProviderContext, PublicationContext};

fn verifies(context: &ProviderContext<'_>) -> OrgId {
    context.organization()
}

fn installs(context: &InstallContext<'_>, other: &OrgId) {
    context.of_organization(other);
}

fn acts(context: &PublicationContext, other: &OrgId) {
    let theirs = context.installations(other);
    let theirs = context.publications(other);
    let theirs = context.store();
}

fn main() {}
