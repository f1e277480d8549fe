//! The rules, read from data and ready to run.

mod check;
mod settings;
mod trial;

pub use trial::TextMatch;

use crate::Rule;
use crate::matcher::Matcher;
use check::check;
use sealbook_error::{Code, Error, Result};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The data that comes with this crate: people and trailers, then the other places, then what is no AI.
const BUILT_IN: [&str; 8] = [
    include_str!("../catalogue/ai.json"),
    include_str!("../catalogue/messages.json"),
    include_str!("../catalogue/branches.json"),
    include_str!("../catalogue/references.json"),
    include_str!("../catalogue/comments.json"),
    include_str!("../catalogue/files.json"),
    include_str!("../catalogue/automation.json"),
    include_str!("../catalogue/human.json"),
];

/// A set of rules with a version.
///
/// ```
/// use sealbook_attribution::Catalogue;
///
/// let catalogue = Catalogue::built_in()?;
/// let rule = catalogue.rule("cursor/co-author").unwrap();
/// assert_eq!(rule.tool, "Cursor");
/// assert_eq!(rule.emails, ["cursoragent@cursor.com"]);
/// # Ok::<(), sealbook_error::Error>(())
/// ```
#[derive(Debug)]
pub struct Catalogue {
    version: u32,
    rules: Vec<Rule>,
    matchers: Vec<Matcher>,
    off: Vec<Rule>,
    changed: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    rules: Vec<Rule>,
}

impl Catalogue {
    /// The catalogue that comes with this crate.
    ///
    /// # Errors
    ///
    /// None in a released crate: its tests read the same data.
    pub fn built_in() -> Result<Self> {
        Self::read(&BUILT_IN)
    }

    /// The data's version. It grows when rules are added or changed; what a user changes does not count.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The rules in force: AI first, then automation, then human, then those that a user added.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule in force with this id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The rules that a user switched off.
    #[must_use]
    pub fn switched_off(&self) -> &[Rule] {
        &self.off
    }

    /// The ids of the rules in force that a user added, replaced or gave another strength.
    #[must_use]
    pub fn changed(&self) -> &[String] {
        &self.changed
    }

    /// What the rules in force say, as 64 hexadecimal digits: SHA-256 over their JSON, a line each. Two catalogues
    /// with the same digest judge alike, so it can be part of a cache's key.
    ///
    /// ```
    /// use sealbook_attribution::Catalogue;
    ///
    /// let built_in = Catalogue::built_in()?.digest();
    /// let mine = Catalogue::built_in()?.with_settings("attribution.off = ['amp/co-author']")?;
    /// assert_eq!(built_in.len(), 64);
    /// assert_ne!(mine.digest(), built_in);
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"sealbook/catalogue/v1\n");
        for rule in &self.rules {
            // A rule is strings, numbers and lists: its serialisation cannot fail.
            hash.update(serde_json::to_vec(rule).unwrap_or_default());
            hash.update(b"\n");
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A rule and its matcher.
    pub(crate) fn get(&self, index: usize) -> Option<(&Rule, &Matcher)> {
        Some((self.rules.get(index)?, self.matchers.get(index)?))
    }

    pub(crate) fn read(files: &[&str]) -> Result<Self> {
        let mut catalogue = Self {
            version: 0,
            rules: Vec::new(),
            matchers: Vec::new(),
            off: Vec::new(),
            changed: Vec::new(),
        };
        for text in files {
            let file: File = serde_json::from_str(text).map_err(|error| {
                Error::new(Code::InvalidArgument, format!("the catalogue of rules cannot be read: {error}"))
            })?;
            catalogue.version = catalogue.version.max(file.version);
            for rule in file.rules {
                check(&rule)?;
                catalogue.matchers.push(Matcher::new(&rule));
                catalogue.rules.push(rule);
            }
        }
        Ok(catalogue)
    }
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
