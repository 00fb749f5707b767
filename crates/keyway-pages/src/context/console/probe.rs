use serde::Serialize;

use super::SAMPLE_OUTSIDE;

/// What became of trying a server out.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProbeShown {
    /// What went wrong: its texts are `probe-{code}` and `probe-{code}-hint`. `None` where it is good.
    pub code: Option<&'static str>,
    /// The same in the words of whoever noticed. Text from outside.
    pub reason: String,
    /// What the server says that it is called. Text from outside.
    pub server: Option<String>,
    /// What it says that its version is. Text from outside.
    pub version: Option<String>,
    /// The protocol revision that is spoken.
    pub protocol: String,
    /// `modern` or `legacy`; its text is `probe-era-{era}`.
    pub era: &'static str,
    /// How many tools it has.
    pub tools: usize,
    /// Names of its first tools. Texts from outside.
    pub names: Vec<String>,
    /// What is odd about it. Texts from outside.
    pub warnings: Vec<String>,
    /// How long it took, in milliseconds.
    pub took: u64,
}

impl ProbeShown {
    /// Every way it can end, for samples.
    pub(super) fn samples() -> Vec<Self> {
        let good = Self {
            code: None,
            reason: String::new(),
            server: Some(SAMPLE_OUTSIDE.into()),
            version: Some(SAMPLE_OUTSIDE.into()),
            protocol: "2026-07-28".into(),
            era: "modern",
            tools: 40,
            names: vec![SAMPLE_OUTSIDE.into(), "search".into()],
            warnings: vec![SAMPLE_OUTSIDE.into()],
            took: 120,
        };
        let plain = Self {
            server: None,
            version: None,
            era: "legacy",
            tools: 0,
            names: Vec::new(),
            warnings: Vec::new(),
            ..good.clone()
        };
        let failed = [
            "wants_oauth",
            "wants_credentials",
            "refused_credentials",
            "redirected",
            "refused_address",
            "unreachable",
            "timeout",
            "not_mcp",
            "failed",
        ]
        .map(|code| Self {
            code: Some(code),
            reason: SAMPLE_OUTSIDE.into(),
            ..plain.clone()
        });
        [good, plain].into_iter().chain(failed).collect()
    }
}
