//! What a scan of a folder found.

use crate::Claim;
use serde::Serialize;

/// The result of a scan of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TreeReport {
    /// How many files there are.
    pub files: TreeFiles,
    /// The skipped files by reason.
    pub skipped: Skipped,
    /// The skipped files by path, as far as they have one: the first 10,000 that each thread came upon.
    pub skipped_files: Vec<SkippedFile>,
    /// The claims by path, then by first line, those about a path alone first; the same for any number of threads.
    pub claims: Vec<Claim>,
}

/// Numbers of files. `scanned + skipped` is every file that was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TreeFiles {
    /// Files that were judged in full: by their paths, and by their comments if their language has any.
    pub scanned: u64,
    /// Files with at least one claim.
    pub flagged: u64,
    /// Files that were not judged in full. A claim by path alone is possible.
    pub skipped: u64,
}

/// Files that were not judged in full, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Skipped {
    /// With a NUL among its first bytes.
    pub binary: u64,
    /// Longer than [`TreeOptions::max_bytes`](crate::TreeOptions::max_bytes).
    pub too_large: u64,
    /// Denied or failed; also folders that could not be listed.
    pub unreadable: u64,
    /// Gone between the listing of its folder and its turn.
    pub vanished: u64,
    /// A symbolic link. None is followed.
    pub symlink: u64,
    /// A pipe, a socket or a device. None is opened.
    pub special: u64,
}

/// A file that was not judged in full.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct SkippedFile {
    /// The path from the scanned folder. Untrusted.
    pub path: String,
    /// The reason: a member of [`Skipped`].
    pub reason: &'static str,
}

/// Paths of skipped files that a thread keeps at most.
const MOST_PATHS: usize = 10_000;

impl Skipped {
    /// The numbers with their reasons, in words.
    pub fn by_reason(self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("binary", self.binary),
            ("too large", self.too_large),
            ("unreadable", self.unreadable),
            ("gone before their turn", self.vanished),
            ("symbolic links, which are not followed", self.symlink),
            ("pipes, sockets or devices", self.special),
        ]
        .into_iter()
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.binary + self.too_large + self.unreadable + self.vanished + self.symlink + self.special
    }

    pub(crate) fn count(&mut self, why: Why) {
        *match why {
            Why::Binary => &mut self.binary,
            Why::TooLarge => &mut self.too_large,
            Why::Unreadable => &mut self.unreadable,
            Why::Vanished => &mut self.vanished,
            Why::Symlink => &mut self.symlink,
            Why::Special => &mut self.special,
        } += 1;
    }
}

/// Why a file was not judged in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Binary,
    TooLarge,
    Unreadable,
    Vanished,
    Symlink,
    Special,
}

impl Why {
    fn word(self) -> &'static str {
        match self {
            Why::Binary => "binary",
            Why::TooLarge => "too_large",
            Why::Unreadable => "unreadable",
            Why::Vanished => "vanished",
            Why::Symlink => "symlink",
            Why::Special => "special",
        }
    }
}

impl TreeReport {
    /// Counts a file that was not judged in full.
    pub(crate) fn skip(&mut self, path: &str, why: Why) {
        self.skipped.count(why);
        if self.skipped_files.len() < MOST_PATHS {
            self.skipped_files.push(SkippedFile { path: path.to_owned(), reason: why.word() });
        }
    }

    /// Adds what another thread found.
    pub(crate) fn add(&mut self, other: TreeReport) {
        self.files.scanned += other.files.scanned;
        self.files.flagged += other.files.flagged;
        let (skipped, more) = (&mut self.skipped, other.skipped);
        skipped.binary += more.binary;
        skipped.too_large += more.too_large;
        skipped.unreadable += more.unreadable;
        skipped.vanished += more.vanished;
        skipped.symlink += more.symlink;
        skipped.special += more.special;
        self.skipped_files.extend(other.skipped_files);
        self.claims.extend(other.claims);
    }

    /// Brings the figures and the order to their final form.
    pub(crate) fn finish(mut self) -> Self {
        self.files.skipped = self.skipped.total();
        self.skipped_files.sort();
        self.claims.sort_by(|a, b| {
            let key = |claim: &'_ Claim| claim.lines.first().copied();
            (&a.path, key(a), &a.rule, &a.evidence).cmp(&(&b.path, key(b), &b.rule, &b.evidence))
        });
        self
    }
}
