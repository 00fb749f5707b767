use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use ratatui::text::Line;

use crate::chat::{Block, CardState};

/// Lines of blocks that did not change since they were drawn.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    columns: usize,
    blocks: Vec<Option<(u64, Vec<Line<'static>>)>>,
}

impl Cache {
    /// The lines of a block: as they were, or made anew.
    pub(crate) fn lines(
        &mut self,
        at: usize,
        columns: usize,
        mark: u64,
        make: impl FnOnce() -> Vec<Line<'static>>,
    ) -> &[Line<'static>] {
        if self.columns != columns {
            self.columns = columns;
            self.blocks.clear();
        }
        if self.blocks.len() <= at {
            self.blocks.resize_with(at + 1, || None);
        }
        let Some(slot) = self.blocks.get_mut(at) else {
            return &[];
        };
        if slot.as_ref().is_none_or(|(known, _)| *known != mark) {
            *slot = Some((mark, make()));
        }
        slot.as_ref().map_or(&[], |(_, lines)| lines)
    }

    pub(crate) fn forget(&mut self, at: usize) {
        if let Some(slot) = self.blocks.get_mut(at) {
            *slot = None;
        }
    }
}

/// Differs when a block looks different. `passing` is what it shows beside its own content.
pub(super) fn mark(block: &Block, passing: (bool, bool, i64)) -> u64 {
    let mut hasher = DefaultHasher::new();
    std::mem::discriminant(block).hash(&mut hasher);
    match block {
        Block::User(text) | Block::Model(text) | Block::Note(_, text) => text.hash(&mut hasher),
        Block::Table { rows, .. } => rows.hash(&mut hasher),
        Block::Card(card) => {
            card.open.hash(&mut hasher);
            card.server.hash(&mut hasher);
            card.progress.hash(&mut hasher);
            card.result.len().hash(&mut hasher);
            match card.state {
                CardState::Running => passing.hash(&mut hasher),
                CardState::Ended(status) => {
                    (status as u8).hash(&mut hasher);
                    passing.0.hash(&mut hasher);
                }
            }
        }
    }
    hasher.finish()
}
