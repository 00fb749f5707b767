//! Tools: finding one, looking at it, trying it.

mod answer;
mod list;
mod page;
mod try_it;

use std::fmt::Write as _;

use keyway_app::tools::ToolPlace;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::member("/console/tools").nav("tools").get(list::show),
        Route::member("/console/tools/{name}")
            .get(page::show)
            .post(try_it::call),
    ]
}

/// The page of a tool.
pub(crate) fn href(name: &str) -> String {
    let mut href = String::from("/console/tools/");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') {
            href.push(char::from(byte));
        } else {
            let _ = write!(href, "%{byte:02X}");
        }
    }
    href
}

/// The page of what a tool's name leads to.
pub(crate) fn place_href(name: &str, place: &ToolPlace) -> String {
    match place {
        ToolPlace::Agent(slug) => format!("/console/agents/{slug}"),
        ToolPlace::Tool => href(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_of_the_path_whatever_it_is() {
        assert_eq!(href("mcp__a__b-c"), "/console/tools/mcp__a__b-c");
        assert_eq!(href("../x?y#é"), "/console/tools/%2E%2E%2Fx%3Fy%23%C3%A9");
    }
}
