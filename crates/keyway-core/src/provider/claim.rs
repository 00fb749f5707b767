/// Which installation a request says it is for. Nobody has signed that yet: it says whose secrets are tried,
/// and nothing else.
///
/// ```
/// use keyway_core::provider::Claim;
///
/// let claim = Claim::of("T012AB3CD").app("A012AB3CD");
/// assert_eq!(claim.app.as_deref(), Some("A012AB3CD"));
/// assert!(Claim::anybody().workspaces.is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// The third party's id of the app, as [`IntegrationProvider::app`](super::IntegrationProvider::app) says
    /// it; `None` where the request does not name it.
    pub app: Option<String>,
    /// The third party's ids of where it may be for, at most [`Claim::MOST`]. None at all where the third party
    /// asks of an app as a whole whether somebody is there: such a request is answered, or nothing is done.
    pub workspaces: Vec<String>,
}

impl Claim {
    /// The most workspaces that one request can be for.
    pub const MOST: usize = 2;
    /// The longest body that is looked into before it is verified, in bytes.
    pub const LONGEST_BODY: usize = 1 << 20;

    /// A request for one workspace.
    pub fn of(workspace: impl Into<String>) -> Self {
        Self {
            app: None,
            workspaces: vec![workspace.into()],
        }
    }

    /// A request that names nobody.
    pub fn anybody() -> Self {
        Self::default()
    }

    /// The same of an app.
    #[must_use]
    pub fn app(mut self, app: impl Into<String>) -> Self {
        self.app = Some(app.into());
        self
    }
}
