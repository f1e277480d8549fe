//! One commit object or one file at a time, without a repository and without a folder. For benches and fuzzing.

use crate::judge::Judge;
use crate::object::{parent_count, parts};
use crate::tree::{Languages, Scratch, Search};
use crate::{Catalogue, Claim};
use sealbook_error::Result;

/// Judges commit objects as a scan does, one after the other.
pub struct CommitJudge(Judge);

impl CommitJudge {
    /// With these rules.
    #[must_use]
    pub fn new(catalogue: Catalogue) -> Self {
        Self(Judge::new(catalogue))
    }

    /// How many claims a commit object gives rise to; none if it is no commit.
    pub fn claims(&mut self, object: &[u8]) -> Option<usize> {
        Some(self.0.findings("", &parts(object)?, parent_count(object)).claims.len())
    }
}

impl std::fmt::Debug for CommitJudge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommitJudge").finish_non_exhaustive()
    }
}

/// Judges the contents of files as a scan does, one after the other.
pub struct FileJudge<'c> {
    search: Search<'c>,
    scratch: Scratch,
    claims: Vec<Claim>,
}

impl<'c> FileJudge<'c> {
    /// With these rules.
    ///
    /// # Errors
    /// As [`scan_tree`](crate::scan_tree) for a catalogue.
    pub fn new(catalogue: &'c Catalogue) -> Result<Self> {
        Ok(Self { search: Search::new(catalogue)?, scratch: Scratch::default(), claims: Vec::new() })
    }

    /// How many claims a text in a language gives rise to; none if the language is not known.
    pub fn claims(&mut self, language: &str, text: &[u8]) -> Option<usize> {
        self.claims.clear();
        self.search.content("", Languages::named(language)?, text, &mut self.scratch, &mut self.claims);
        Some(self.claims.len())
    }
}

impl std::fmt::Debug for FileJudge<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileJudge").finish_non_exhaustive()
    }
}
