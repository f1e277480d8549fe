//! What users change: rules of their own, rules switched off, other strengths.

use super::Catalogue;
use super::check::{check, check_own};
use crate::matcher::Matcher;
use crate::{Rule, Strength};
use sealbook_error::{Code, Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The whole of `sealbook.toml`. Unknown keys are errors: a typo must not leave a rule on, or off, without a word.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    attribution: Attribution,
    /// Who may do what with tasks, which is not for the catalogue to read.
    #[serde(rename = "tasks")]
    _tasks: serde::de::IgnoredAny,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Attribution {
    off: Vec<String>,
    strength: BTreeMap<String, Strength>,
    // Read one by one, so that an error can name the rule.
    rules: Vec<toml::Table>,
}

impl Catalogue {
    /// This catalogue as the text of a `sealbook.toml` changes it.
    ///
    /// Its table `attribution` has `off`, a list of ids; `strength`, a table from ids to strengths; and `rules`, a
    /// list of tables with the fields of [`Rule`], of which `source`, `false_positives`, `examples` and
    /// `counterexamples` may be left out. A rule with the id of one that is there replaces it.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` if the text is no TOML, has an unknown key, names a rule that does not exist, or holds a
    /// rule that could never match, matches nothing as well, is too large, or fails its own examples.
    ///
    /// # Example
    ///
    /// ```
    /// use sealbook_attribution::{Catalogue, Strength};
    ///
    /// let mine = Catalogue::built_in()?.with_settings(r#"
    ///     [attribution]
    ///     off = ["agents-md/file"]
    ///
    ///     [attribution.strength]
    ///     "cursor/branch" = "low"
    ///
    ///     [[attribution.rules]]
    ///     id = "acme/co-author"
    ///     tool = "Acme Coder"
    ///     class = "ai"
    ///     signal = "trailer"
    ///     keys = ["co-authored-by"]
    ///     emails = ["coder@acme.example"]
    ///     strength = "high"
    /// "#)?;
    /// assert_eq!(mine.rule("cursor/branch").unwrap().strength, Strength::Low);
    /// assert_eq!(mine.switched_off()[0].id, "agents-md/file");
    /// assert_eq!(mine.test("Co-authored-by: Coder <coder@acme.example>")[0].tool, "Acme Coder");
    ///
    /// let typo = Catalogue::built_in()?.with_settings("attribution.off = ['cursor/branhc']");
    /// assert!(typo.unwrap_err().to_string().contains("cursor/branch"));
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn with_settings(mut self, text: &str) -> Result<Self> {
        let settings: Settings = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line(text, span.start));
            unreadable(format!("line {line}: {}", error.message().trim_end()))
        })?;
        let mut added = Vec::new();
        for table in settings.attribution.rules {
            let rule = read(table)?;
            if added.contains(&rule.id) {
                return Err(Error::new(Code::InvalidArgument, format!("rule {} is there twice", rule.id))
                    .remedy("give one of them another id")
                    .with("rule", &rule.id));
            }
            added.push(rule.id.clone());
            self.put(rule)?;
        }
        for (id, strength) in settings.attribution.strength {
            let at = self.position(&id)?;
            if let Some(rule) = self.rules.get_mut(at) {
                rule.strength = strength;
                rule.lowered.retain(|period| period.strength < strength);
                self.changed.push(id);
            }
        }
        for id in settings.attribution.off {
            if self.off.iter().all(|rule| rule.id != id) {
                let at = self.position(&id)?;
                self.off.push(self.rules.remove(at));
                self.matchers.remove(at);
                self.changed.retain(|changed| *changed != id);
            }
        }
        self.changed.sort_unstable();
        self.changed.dedup();
        Ok(self)
    }

    fn put(&mut self, rule: Rule) -> Result<()> {
        check(&rule)?;
        let matcher = Matcher::new(&rule);
        check_own(&rule, &matcher)?;
        self.changed.push(rule.id.clone());
        let at = self.rules.iter().position(|known| known.id == rule.id);
        match at.and_then(|at| Some((self.rules.get_mut(at)?, self.matchers.get_mut(at)?))) {
            Some((known, its)) => (*known, *its) = (rule, matcher),
            None => {
                self.rules.push(rule);
                self.matchers.push(matcher);
            }
        }
        Ok(())
    }

    fn position(&self, id: &str) -> Result<usize> {
        self.rules.iter().position(|rule| rule.id == id).ok_or_else(|| self.unknown(id))
    }

    /// The error for an id that no rule has.
    fn unknown(&self, id: &str) -> Error {
        let near = |rule: &&Rule| (strsim::jaro_winkler(id, &rule.id) * 1e6) as u32;
        let nearest = self.rules.iter().max_by_key(near).filter(|rule| near(rule) > 700_000);
        let remedy = nearest.map_or("`sealbook rules list` shows them all".into(), |rule| {
            format!("did you mean {}?", rule.id)
        });
        Error::new(Code::InvalidArgument, format!("no rule has the id {id:?}"))
            .remedy(&remedy)
            .with("rule", id)
    }
}

fn read(table: toml::Table) -> Result<Rule> {
    let id = table.get("id").and_then(toml::Value::as_str).unwrap_or("without an id").to_owned();
    table.try_into().map_err(|error: toml::de::Error| {
        unreadable(format!("rule {id}: {}", error.message().trim_end())).with("rule", &id)
    })
}

fn unreadable(fault: String) -> Error {
    Error::new(Code::InvalidArgument, fault)
        .remedy("the table [attribution] has off, strength and rules; docs/catalogue.md shows them")
}

fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
