use schemars::JsonSchema;
use serde::Serialize;

/// The answer of an action that speaks in MCP content blocks rather than in data.
///
/// ```
/// use keyway_core::action::{Block, Content};
///
/// let answer = Content::text("two things:")
///     .with(Block::Image { data: "iVBORw0KGgo=".into(), mime_type: "image/png".into() });
/// assert_eq!(answer.content.len(), 2);
/// assert!(Content::text("out of stock").as_error().is_error);
/// ```
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
///
/// ```
/// use keyway_core::action::Block;
///
/// let block = Block::text("hello");
/// assert_eq!(serde_json::to_string(&block).unwrap(), r#"{"type":"text","text":"hello"}"#);
/// ```
#[derive(Debug, Clone, Serialize, JsonSchema)]
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

/// The answer of an action served as a resource: `{text | blob, mimeType?}`.
///
/// ```
/// use keyway_core::action::{Action, ResourceBody};
///
/// let readme = Action::new("readme", |_, (): ()| async { Ok(ResourceBody::text("hello")) })
///     .resource("keyway://readme", Some("text/plain"));
/// ```
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum ResourceBody {
    /// Text.
    Text {
        /// The text.
        text: String,
        /// The media type; the declared one when absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        mime_type: Option<String>,
    },
    /// Bytes.
    Blob {
        /// The bytes, base64 with padding (RFC 4648, section 4).
        blob: String,
        /// The media type; the declared one when absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        mime_type: Option<String>,
    },
}

impl ResourceBody {
    /// Text of the declared media type.
    ///
    /// ```
    /// use keyway_core::action::ResourceBody;
    ///
    /// let body = serde_json::to_string(&ResourceBody::text("a")).unwrap();
    /// assert_eq!(body, r#"{"text":"a"}"#);
    /// ```
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text {
            text: text.into(),
            mime_type: None,
        }
    }

    /// Bytes of the declared media type.
    ///
    /// ```
    /// use keyway_core::action::ResourceBody;
    ///
    /// let body = serde_json::to_string(&ResourceBody::bytes(&[0, 1])).unwrap();
    /// assert_eq!(body, r#"{"blob":"AAE="}"#);
    /// ```
    pub fn bytes(bytes: &[u8]) -> Self {
        use base64::Engine as _;
        Self::Blob {
            blob: base64::engine::general_purpose::STANDARD.encode(bytes),
            mime_type: None,
        }
    }
}

/// The answer of an action served as a prompt: `{description?, messages}`.
///
/// ```
/// use keyway_core::action::PromptMessages;
///
/// let prompt = PromptMessages::user("Hello, world!").describe("A greeting");
/// assert_eq!(
///     serde_json::to_string(&prompt).unwrap(),
///     r#"{"description":"A greeting","messages":[{"role":"user","content":{"type":"text","text":"Hello, world!"}}]}"#
/// );
/// ```
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PromptMessages {
    /// What the prompt is about; the action's description when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The messages, in order.
    pub messages: Vec<Message>,
}

/// One message of a prompt.
///
/// ```
/// use keyway_core::action::{Block, Message, Role};
///
/// let message = Message { role: Role::Assistant, content: Block::text("yes") };
/// assert_eq!(
///     serde_json::to_string(&message).unwrap(),
///     r#"{"role":"assistant","content":{"type":"text","text":"yes"}}"#
/// );
/// ```
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: Block,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl PromptMessages {
    /// One message of text from the user.
    pub fn user(text: impl Into<String>) -> Self {
        Self {
            description: None,
            messages: Vec::new(),
        }
        .with(Role::User, Block::text(text))
    }

    /// Adds a message.
    ///
    /// ```
    /// use keyway_core::action::{Block, PromptMessages, Role};
    ///
    /// let dialogue = PromptMessages::user("Which way?").with(Role::Assistant, Block::text("North."));
    /// assert_eq!(dialogue.messages.len(), 2);
    /// ```
    pub fn with(mut self, role: Role, content: Block) -> Self {
        self.messages.push(Message { role, content });
        self
    }

    /// Says what the prompt is about.
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}
