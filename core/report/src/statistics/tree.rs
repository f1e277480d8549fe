//! Files as they lie in a folder, in figures.

use super::counts::Strengths;
use super::evidence::Piece;
use crate::visible::shortened;
use sealbook_attribution::{Claim, Class};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Claims shown.
const SHOWN: usize = 20;
/// Different tools kept.
const TOOLS: usize = 1_000;

/// What files say about AI. A file without a claim is unknown, never to be read as human.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TreeStatistics {
    /// Files that were read.
    pub scanned: u64,
    /// Files with a claim.
    pub flagged: u64,
    /// Files that were not read: binary, too large, or ignored.
    pub skipped: u64,
    /// Claims about files.
    pub claims: u64,
    /// By tool, most files first.
    pub by_tool: Vec<TreeGroup>,
    /// The strongest claims.
    pub strongest: Vec<Piece>,
}

/// The claims of one tool about files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TreeGroup {
    /// The tool. Untrusted.
    pub name: String,
    /// Who its claims are about.
    pub class: Class,
    /// Files with a claim for it.
    pub files: u64,
    /// Its claims by strength.
    pub by_strength: Strengths,
}

impl TreeStatistics {
    /// The figures of a scan that read, flagged and skipped so many files and found `claims`.
    ///
    /// ```
    /// use sealbook_attribution::{Claim, Class, Signal, Strength};
    /// use sealbook_report::TreeStatistics;
    ///
    /// let mut claim = Claim::new("amp/marker", "Amp", Class::Ai, Signal::Comment, Strength::High);
    /// claim.path = Some("src/main.rs".to_owned());
    /// let tree = TreeStatistics::new(10, 1, 2, &[claim]);
    /// assert_eq!((tree.claims, tree.by_tool[0].files), (1, 1));
    /// ```
    #[must_use]
    pub fn new(scanned: u64, flagged: u64, skipped: u64, claims: &[Claim]) -> Self {
        let mut tools: BTreeMap<(Class, &str), (BTreeSet<&str>, Strengths)> = BTreeMap::new();
        let valid = || claims.iter().filter(|claim| claim.is_valid());
        for claim in valid() {
            let key = (claim.class, claim.tool.as_str());
            if tools.len() >= TOOLS && !tools.contains_key(&key) {
                continue;
            }
            let (files, strengths) = tools.entry(key).or_default();
            files.extend(claim.path.as_deref());
            strengths.add(claim.strength);
        }
        let group =
            |((class, tool), (files, by_strength)): ((Class, &str), (BTreeSet<&str>, Strengths))| TreeGroup {
                name: shortened(tool, 200).into_owned(),
                class,
                files: files.len() as u64,
                by_strength,
            };
        let mut by_tool: Vec<_> = tools.into_iter().map(group).collect();
        by_tool.sort_by_key(|group| std::cmp::Reverse(group.files));
        let mut strongest: Vec<_> = valid().collect();
        strongest.sort_by_key(|claim| std::cmp::Reverse(claim.strength));
        let strongest = strongest.into_iter().take(SHOWN).map(Piece::of).collect();
        Self { scanned, flagged, skipped, claims: valid().count() as u64, by_tool, strongest }
    }
}
