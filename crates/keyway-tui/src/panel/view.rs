use ratatui::text::{Line, Span};

use crate::text::{clean, clean_line, width, wrap};
use crate::theme::Theme;

/// A panel as it is seen: the head and the foot always, the body as far as there is room.
#[derive(Debug, Default)]
pub(crate) struct View {
    pub(crate) title: String,
    pub(crate) head: Vec<Line<'static>>,
    pub(crate) body: Vec<Line<'static>>,
    pub(crate) foot: Vec<Line<'static>>,
    /// The body's line that has to be seen, and the column of the cursor in it.
    pub(crate) cursor: Option<(usize, usize)>,
    /// The cursor's column in the foot's first line.
    pub(crate) foot_cursor: Option<usize>,
}

/// Text from outside, cleaned and broken into lines.
pub(super) fn text(text: &str, columns: usize, style: ratatui::style::Style) -> Vec<Line<'static>> {
    wrap(&[Span::styled(clean(text), style)], columns)
}

/// `server › tool`, as it stands in titles.
pub(super) fn path(server: &str, tool: &str, theme: Theme) -> Line<'static> {
    Line::from(vec![
        Span::styled(clean_line(server), theme.strong),
        Span::styled(" › ", theme.dim),
        Span::styled(clean_line(tool), theme.strong),
    ])
}

/// Keys and what they do, on as many lines as they need.
pub(super) fn keys(keys: &[(&str, &str)], columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    let mut used = 0;
    for (key, does) in keys {
        let wide = width(key) + 1 + width(does);
        if used > 0 && used + 3 + wide > columns {
            lines.push(Line::default());
            used = 0;
        }
        let Some(line) = lines.last_mut() else {
            continue;
        };
        if used > 0 {
            line.push_span(Span::raw("   "));
            used += 3;
        }
        line.push_span(Span::styled(
            (*key).to_owned(),
            theme.accent.patch(theme.strong),
        ));
        line.push_span(Span::raw(format!(" {does}")));
        used += wide;
    }
    lines
}
