//! The rules, read from data and ready to run.

use crate::matcher::Matcher;
use crate::{Rule, RuleSignal};
use sealbook_error::{Code, Error, Result};
use serde::Deserialize;

/// The data that comes with this crate, one file for each class of claim.
const BUILT_IN: [&str; 3] = [
    include_str!("../catalogue/ai.json"),
    include_str!("../catalogue/automation.json"),
    include_str!("../catalogue/human.json"),
];

/// A set of rules with a version.
///
/// ```
/// use sealbook_attribution::Catalogue;
///
/// let catalogue = Catalogue::built_in()?;
/// let rule = catalogue.rules().iter().find(|rule| rule.id == "cursor/co-author").unwrap();
/// assert_eq!(rule.tool, "Cursor");
/// assert_eq!(rule.emails, ["cursoragent@cursor.com"]);
/// # Ok::<(), sealbook_error::Error>(())
/// ```
#[derive(Debug)]
pub struct Catalogue {
    version: u32,
    rules: Vec<Rule>,
    matchers: Vec<Matcher>,
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

    /// The data's version. It grows when rules are added or changed.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The rules, AI first, then automation, then human; within a class in the order of their ids.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// A rule and its matcher.
    pub(crate) fn get(&self, index: usize) -> Option<(&Rule, &Matcher)> {
        Some((self.rules.get(index)?, self.matchers.get(index)?))
    }

    fn read(files: &[&str]) -> Result<Self> {
        let mut catalogue = Self { version: 0, rules: Vec::new(), matchers: Vec::new() };
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

/// Refuses a rule that could never match, or would match everything.
fn check(rule: &Rule) -> Result<()> {
    let person = !rule.emails.is_empty()
        || !rule.github_apps.is_empty()
        || rule.email_pattern.is_some()
        || rule.name_pattern.is_some();
    let fault = match rule.signal {
        RuleSignal::Trailer if rule.keys.is_empty() => "looks at trailers and names no key",
        RuleSignal::Trailer if !person && rule.value_pattern.is_none() => "has no condition",
        RuleSignal::Author | RuleSignal::Committer | RuleSignal::Identity if !person => {
            "has no condition on name or address"
        }
        _ if !rule.keys.iter().chain(&rule.emails).all(|text| *text == text.to_ascii_lowercase()) => {
            "has an upper-case letter in a key or an address"
        }
        _ => return Ok(()),
    };
    Err(Error::new(Code::InvalidArgument, format!("rule {} {fault}", rule.id)).with("rule", &rule.id))
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
