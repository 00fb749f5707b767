use serde::Serialize;

/// The answer of an action that speaks in MCP content blocks rather than in data.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// The blocks, in order.
    pub content: Vec<Block>,
    /// True when the blocks tell of a failure the model should see.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_error: bool,
}

impl Content {
    /// One block of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            content: vec![Block::text(text)],
            is_error: false,
        }
    }

    /// Adds a block.
    pub fn with(mut self, block: Block) -> Self {
        self.content.push(block);
        self
    }

    /// Marks the whole answer as a failure the model should see.
    pub fn as_error(mut self) -> Self {
        self.is_error = true;
        self
    }
}

/// One block of content (MCP `ContentBlock`).
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// A picture.
    #[serde(rename_all = "camelCase")]
    Image {
        /// The bytes, base64.
        data: String,
        /// The media type.
        mime_type: String,
    },
    /// A sound.
    #[serde(rename_all = "camelCase")]
    Audio {
        /// The bytes, base64.
        data: String,
        /// The media type.
        mime_type: String,
    },
    /// A resource, embedded whole.
    Resource {
        /// `{uri, mimeType?, text | blob}`
        resource: serde_json::Value,
    },
    /// A pointer to a resource.
    #[serde(rename_all = "camelCase")]
    ResourceLink {
        /// Where it is.
        uri: String,
        /// Its name.
        name: String,
    },
}

impl Block {
    /// A block of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }
}
