//! The rules in force, for people to look at.

use super::settings::in_force;
use sealbook_attribution::{Rule, TextMatch};
use sealbook_error::{Code, Error, Result};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The rules in force for a path.
#[derive(Debug, Clone, Serialize)]
pub struct RuleList {
    /// The version of the catalogue that comes with Sealbook.
    pub version: u32,
    /// A digest of all rules in force: two scans with the same digest applied the same rules.
    pub digest: String,
    /// The `sealbook.toml` that changes them, if there is one.
    pub settings: Option<PathBuf>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// The ids of rules that the settings add or change.
    pub changed: Vec<String>,
    /// Rules that the settings switch off.
    pub off: Vec<Rule>,
}

impl RuleList {
    /// The rule with this id, also one that is switched off.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub fn rule(&self, id: &str) -> Result<&Rule> {
        self.rules.iter().chain(&self.off).find(|rule| rule.id == id).ok_or_else(|| {
            Error::new(Code::NotFound, format!("there is no rule {id:?}"))
                .remedy("`sealbook rules list` lists them all")
                .with("rule", id)
        })
    }
}

/// The rules in force for `path`, as the nearest `sealbook.toml` changes them. It is looked for from `path` upward, as far as the root of
/// the repository that `path` is in.
///
/// # Errors
/// `INVALID_ARGUMENT` if that file is not understood.
///
/// # Example
///
/// ```
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("sealbook.toml"), "[attribution]\noff = [\"cursor/co-author\"]\n")?;
/// let list = sealbook::rules(folder.path()).unwrap();
/// assert_eq!(list.off[0].id, "cursor/co-author");
/// assert!(list.rules.iter().all(|rule| rule.id != "cursor/co-author"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn rules(path: &Path) -> Result<RuleList> {
    let in_force = in_force(path)?;
    let catalogue = &in_force.catalogue;
    Ok(RuleList {
        version: catalogue.version(),
        digest: catalogue.digest(),
        rules: catalogue.rules().to_vec(),
        changed: catalogue.changed().to_vec(),
        off: catalogue.switched_off().to_vec(),
        settings: in_force.settings,
    })
}

/// The rules in force for `path` that match `text`, wherever it might stand.
///
/// # Errors
/// As [`rules`].
///
/// # Example
///
/// ```
/// let found = sealbook::test_rules(".".as_ref(), "Co-authored-by: Claude <noreply@anthropic.com>").unwrap();
/// assert_eq!(found[0].rule, "claude-code/co-author-noreply");
/// ```
pub fn test_rules(path: &Path, text: &str) -> Result<Vec<TextMatch>> {
    Ok(in_force(path)?.catalogue.test(text))
}
