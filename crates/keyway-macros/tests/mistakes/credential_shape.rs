#![allow(unused)]

extern crate keyway_core as keyway;

use keyway::Secret;
use keyway_macros::Credential;

#[derive(Credential)]
struct Acme(Secret<String>);

fn main() {}
