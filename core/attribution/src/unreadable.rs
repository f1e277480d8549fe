//! What a scan could not read.

use serde::Serialize;

/// What of a history could not be read, because it is missing or damaged. The scan goes on without it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unreadable {
    /// Commits. They are in no other figure, and neither is what only they lead to.
    pub commits: u64,
    /// Commits whose files cannot be compared, so that nothing is said about the folders they touch.
    pub trees: u64,
    /// What was wrong with the first one, with its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
}

impl Unreadable {
    /// Whether everything could be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commits == 0 && self.trees == 0
    }

    pub(crate) fn commit(&mut self, why: &str) {
        self.add(&Self { commits: 1, trees: 0, first: Some(why.to_owned()) });
    }

    pub(crate) fn tree(&mut self, why: &str) {
        self.add(&Self { commits: 0, trees: 1, first: Some(why.to_owned()) });
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.commits += other.commits;
        self.trees += other.trees;
        if self.first.is_none() {
            self.first.clone_from(&other.first);
        }
    }
}
