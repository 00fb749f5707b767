use std::sync::Arc;

use crate::{Error, Kind};

/// How many actions may run because of each other.
pub const MAX_CALL_DEPTH: usize = 8;

/// The actions that run because of each other, from the one a caller asked for inwards.
///
/// ```
/// use keyway_core::action::CallChain;
///
/// let chain = CallChain::default().with("report:make").unwrap();
/// assert_eq!(chain.with("report:make").unwrap_err().code(), "call_cycle");
/// assert_eq!(chain.with("invoice:list").unwrap().depth(), 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct CallChain(Option<Arc<Link>>);

#[derive(Debug)]
struct Link {
    slug: String,
    depth: usize,
    above: CallChain,
}

impl CallChain {
    /// The chain with one more action in it.
    ///
    /// # Errors
    ///
    /// `call_cycle` when it is in it, `call_too_deep` beyond [`MAX_CALL_DEPTH`].
    pub fn with(&self, slug: &str) -> Result<Self, Error> {
        if self.holds(slug) {
            return Err(Error::new(
                Kind::Conflict,
                "call_cycle",
                "this is running already, and would wait for itself",
            ));
        }
        let depth = self.depth() + 1;
        if depth > MAX_CALL_DEPTH {
            return Err(Error::new(
                Kind::Conflict,
                "call_too_deep",
                format!("no more than {MAX_CALL_DEPTH} actions and agents call each other"),
            ));
        }
        let (slug, above) = (slug.to_owned(), self.clone());
        Ok(Self(Some(Arc::new(Link { slug, depth, above }))))
    }

    /// True for an action that is in it.
    pub fn holds(&self, slug: &str) -> bool {
        let mut at = self.0.as_deref();
        while let Some(link) = at {
            if link.slug == slug {
                return true;
            }
            at = link.above.0.as_deref();
        }
        false
    }

    /// How many actions are in it.
    pub fn depth(&self) -> usize {
        self.0.as_ref().map_or(0, |link| link.depth)
    }
}
