use ratatui::style::{Color, Modifier, Style};

/// How things look. Only the sixteen colours that the person's terminal defines, and never colour
/// alone: without it everything still reads.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    pub(crate) text: Style,
    pub(crate) dim: Style,
    pub(crate) accent: Style,
    pub(crate) strong: Style,
    pub(crate) heading: Style,
    pub(crate) code: Style,
    pub(crate) link: Style,
    pub(crate) good: Style,
    pub(crate) warn: Style,
    pub(crate) bad: Style,
    pub(crate) selected: Style,
}

impl Theme {
    /// With colours.
    pub fn colour() -> Self {
        Self {
            text: Style::new(),
            dim: Style::new().fg(Color::DarkGray),
            accent: Style::new().fg(Color::Cyan),
            strong: Style::new().add_modifier(Modifier::BOLD),
            heading: Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD),
            code: Style::new().fg(Color::Magenta),
            link: Style::new()
                .fg(Color::Blue)
                .add_modifier(Modifier::UNDERLINED),
            good: Style::new().fg(Color::Green),
            warn: Style::new().fg(Color::Yellow),
            bad: Style::new().fg(Color::Red),
            selected: Style::new().add_modifier(Modifier::REVERSED),
        }
    }

    /// Without colours, as `NO_COLOR` asks for.
    pub fn plain() -> Self {
        let strong = Style::new().add_modifier(Modifier::BOLD);
        Self {
            text: Style::new(),
            dim: Style::new().add_modifier(Modifier::DIM),
            accent: strong,
            strong,
            heading: strong.add_modifier(Modifier::UNDERLINED),
            code: Style::new(),
            link: Style::new().add_modifier(Modifier::UNDERLINED),
            good: Style::new(),
            warn: strong,
            bad: strong,
            selected: Style::new().add_modifier(Modifier::REVERSED),
        }
    }
}
