//! What reads texts of strangers here, as functions, for the fuzz targets alone.

use std::net::{IpAddr, SocketAddr};

use http::request::Parts;
use keyway_core::Secret;

use crate::address::Address;
use crate::cookies::{Cookie, Transport};
use crate::pages::{PageForm, local_path};
use crate::settings::Access;

/// The client's address and the origin, as they are read off a request.
pub fn address(head: &Parts, peer: SocketAddr, access: &Access) -> (IpAddr, String) {
    let address = Address::of(head, peer, access);
    (address.client, address.origin)
}

/// The web session's cookie that a request brought on plain http.
pub fn session_cookie(head: &Parts) -> Option<Secret<String>> {
    Cookie::Session.read(&head.headers, Transport::Loopback)
}

/// The fields of a form's body; `None` for one that has too many.
pub fn page_form(body: &[u8]) -> Option<Vec<(String, String)>> {
    PageForm::parse(body).map(|form| form.pairs().to_vec())
}

/// The path of ours that is gone on to; `None` for what may lead elsewhere.
pub fn next_path(text: &str) -> Option<&str> {
    local_path(text)
}
