use std::collections::BTreeSet;
use std::sync::Arc;

use keyway_app::App;
use keyway_app::tools::{ToolFilter, ToolKind, ToolView};
use keyway_core::ports::Lists;
use keyway_store::Purpose;

use crate::fake_upstream::{FakeUpstream, raw, tools};
use crate::support::{Process, stranger};

/// Every page of what a filter lets through.
#[expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
fn all(app: &App, filter: &ToolFilter<'_>) -> Vec<ToolView> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = app.find_tools(&app.local(), filter, cursor.as_deref());
        let page = page.unwrap();
        assert!(page.tools.len() <= 50);
        found.extend(page.tools);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return found;
        }
    }
}

fn names(tools: &[ToolView]) -> Vec<&str> {
    tools.iter().map(ToolView::name).collect()
}

#[tokio::test]
async fn ten_thousand_tools_are_found_page_by_page_each_once() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let (many, few) = (FakeUpstream::new("many"), FakeUpstream::new("few"));
    let numbered: Vec<_> = (0..10_000).map(|at| format!("tool_{at:05}")).collect();
    let numbered: Vec<_> = numbered.iter().map(String::as_str).collect();
    many.list(tools(&numbered));
    few.list(tools(&["tool_00007"]));
    process.app.set_upstreams(vec![many as Arc<_>, few as _]);
    let app = &process.app;

    let everything = all(app, &ToolFilter::default());
    let seen: BTreeSet<_> = names(&everything).into_iter().collect();
    assert_eq!((everything.len(), seen.len()), (10_001, 10_001));
    let sevenths = ToolFilter {
        text: " 00007  TOOL ",
        ..ToolFilter::default()
    };
    let found = all(app, &sevenths);
    assert_eq!(
        names(&found),
        ["mcp__few__tool_00007", "mcp__many__tool_00007"]
    );
    let of_few = ToolFilter {
        server: Some("few"),
        ..sevenths.clone()
    };
    assert_eq!(names(&all(app, &of_few)), ["mcp__few__tool_00007"]);
    assert_eq!(app.servers_of_tools(&app.local()), ["few", "many"]);

    let refused = app.find_tools(&app.local(), &sevenths, Some("nonsense"));
    assert_eq!(refused.unwrap_err().code(), "invalid_input");
    let nobody = app.find_tools(&stranger(), &ToolFilter::default(), None);
    assert!(nobody.unwrap().tools.is_empty());
    assert!(app.tool(&stranger(), "mcp__few__tool_00007").is_none());
    assert_eq!(
        app.tool(&app.local(), "mcp__few__tool_00007")
            .unwrap()
            .own(),
        "tool_00007"
    );
    process.stop().await;
}

#[tokio::test]
async fn tools_are_found_by_what_they_say_and_do() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), Purpose::Serve, Vec::new()).await;
    let upstream = FakeUpstream::new("s");
    let mut lists = tools(&["look", "wipe", "note"]);
    for (tool, json) in lists.tools.iter_mut().zip([
        r#"{"name":"look","title":"See","description":"Reads the Weather","annotations":{"readOnlyHint":true}}"#,
        r#"{"name":"wipe","description":"Clears it","annotations":{"destructiveHint":true}}"#,
        r#"{"name":"note","annotations":{"title":"Write down","destructiveHint":false}}"#,
    ]) {
        tool.json = raw(json);
    }
    upstream.list(Lists { ..lists });
    process.app.set_upstreams(vec![upstream as Arc<_>]);
    let app = &process.app;
    let found = |text, kind| {
        let filter = ToolFilter {
            text,
            kind,
            server: None,
        };
        let found = all(app, &filter);
        names(&found).join(" ")
    };
    assert_eq!(found("weather", None), "mcp__s__look");
    assert_eq!(found("see weather", None), "mcp__s__look");
    assert_eq!(found("", Some(ToolKind::Destroys)), "mcp__s__wipe");
    assert_eq!(found("", Some(ToolKind::Writes)), "mcp__s__note");
    assert_eq!(found("weather", Some(ToolKind::Destroys)), "");
    let note = app.tool(&app.local(), "mcp__s__note").unwrap();
    assert_eq!(note.title().as_deref(), Some("Write down"));
    assert_eq!(note.description(), None);
    process.stop().await;
}
