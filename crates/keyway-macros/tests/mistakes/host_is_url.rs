#![allow(unused)]

extern crate keyway_core as keyway;

use keyway::Secret;
use keyway_macros::Credential;

#[derive(Credential)]
#[credential(hosts("https://api.acme.example/v1"))]
struct Acme {
    api_key: Secret<String>,
}

fn main() {}
