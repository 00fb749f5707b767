#![allow(unused)]

extern crate keyway_core as keyway;

use keyway_macros::Credential;

#[derive(Credential)]
struct Acme {
    api_key: String,
    other_key: Option<String>,
}

fn main() {}
