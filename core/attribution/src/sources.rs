//! Claims that stand neither in a commit nor in the references: in notes, in traces, in a ledger.

use crate::Claim;
use sealbook_error::Result;
use std::collections::BTreeMap;

/// Knows claims about commits from elsewhere. A scan combines them with what the commits say themselves.
///
/// ```
/// use sealbook_attribution::{Claim, ClaimSource};
/// use sealbook_error::Result;
///
/// /// Knows nothing about any commit.
/// #[derive(Debug)]
/// struct Silent;
/// impl ClaimSource for Silent {
///     fn claims(&self, _commit: &str) -> Result<Option<Vec<Claim>>> {
///         Ok(None)
///     }
///     fn state(&self) -> String {
///         String::new()
///     }
/// }
/// assert!(Silent.claims("c0ffee")?.is_none());
/// # Ok::<(), sealbook_error::Error>(())
/// ```
pub trait ClaimSource: std::fmt::Debug + Send + Sync {
    /// The claims about a commit, by its id in hexadecimal. `None` if the source does not know the commit; an
    /// empty list if it does and attests nothing: beside an AI trailer that is a contradiction.
    ///
    /// # Errors
    /// Whatever keeps the source from answering. It ends the scan.
    fn claims(&self, commit: &str) -> Result<Option<Vec<Claim>>>;

    /// A text that is the same only while all answers are the same. With it a scan tells whether a figure that
    /// it remembers still holds.
    fn state(&self) -> String;

    /// How many of the source's records could not be read, by kind. They claim nothing.
    fn unreadable(&self) -> BTreeMap<&'static str, u64> {
        BTreeMap::new()
    }
}
