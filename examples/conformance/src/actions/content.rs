//! Tools that answer each kind of content, and one that fails.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_core::action::{Action, Block, Content};
use keyway_core::{Error, Kind};
use serde_json::json;

use super::tool;

/// A picture of one red pixel.
pub(super) const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 12, b'I', b'D', b'A', b'T',
    0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0, 0, 3, 1, 1, 0, 0xc9, 0xfe, 0x92, 0xef, 0, 0, 0, 0, b'I',
    b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

/// A sound of no length: 8 kHz, mono, 16 bit.
const WAV: &[u8] = &[
    b'R', b'I', b'F', b'F', 36, 0, 0, 0, b'W', b'A', b'V', b'E', b'f', b'm', b't', b' ', 16, 0, 0,
    0, 1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0, b'd', b'a', b't', b'a', 0, 0,
    0, 0,
];

pub(super) fn actions() -> Vec<Action> {
    vec![
        tool("test_simple_text", "Answers a text", |_, (): ()| async {
            Ok(Content::text("This is a simple text response for testing."))
        }),
        tool(
            "test_image_content",
            "Answers a picture",
            |_, (): ()| async { Ok(Content::default().with(picture())) },
        ),
        tool("test_audio_content", "Answers a sound", |_, (): ()| async {
            Ok(Content::default().with(Block::Audio {
                data: STANDARD.encode(WAV),
                mime_type: "audio/wav".into(),
            }))
        }),
        tool(
            "test_embedded_resource",
            "Answers an embedded resource",
            |_, (): ()| async {
                Ok(Content::default().with(Block::Resource {
                    resource: json!({
                        "uri": "test://embedded-resource",
                        "mimeType": "text/plain",
                        "text": "This is an embedded resource content.",
                    }),
                }))
            },
        ),
        tool(
            "test_multiple_content_types",
            "Answers several kinds of content",
            |_, (): ()| async {
                Ok(Content::text("Multiple content types test:")
                    .with(picture())
                    .with(Block::Resource {
                        resource: json!({
                            "uri": "test://mixed-content-resource",
                            "mimeType": "application/json",
                            "text": json!({ "test": "data", "value": 123 }).to_string(),
                        }),
                    }))
            },
        ),
        tool(
            "test_error_handling",
            "Fails on purpose",
            |_, (): ()| async {
                Err(Error::new(
                    Kind::Conflict,
                    "intended",
                    "This tool intentionally returns an error for testing",
                ))
            },
        ),
    ]
}

pub(super) fn picture() -> Block {
    Block::Image {
        data: STANDARD.encode(PNG),
        mime_type: "image/png".into(),
    }
}
