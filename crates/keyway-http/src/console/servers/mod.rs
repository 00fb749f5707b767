//! MCP servers: what is shown of them, and what becomes of tools that they change.

mod changes;
mod server;
mod tool;

use super::routes::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::admin("/console/servers/{key}").get(server::show),
        Route::admin("/console/servers/{key}/settings").post(server::save),
        Route::admin("/console/servers/{key}/enable").post(server::enable),
        Route::admin("/console/servers/{key}/disable").post(server::disable),
        Route::admin("/console/servers/{key}/tool")
            .get(tool::show)
            .post(tool::save),
        Route::admin("/console/servers/{key}/changes")
            .get(changes::show)
            .post(changes::answer),
    ]
}

/// Where the page of a server is.
fn path(key: &str) -> String {
    let plain: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    format!("/console/servers/{}", plain.replace('+', "%20"))
}

/// Where the settings of a tool are.
fn tool_path(key: &str, tool: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(tool.as_bytes()).collect();
    format!("{}/tool?name={name}", path(key))
}
