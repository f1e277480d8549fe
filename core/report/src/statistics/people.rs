//! Whether people appear, and how.

use super::counts::Mark;
use super::groups::{Bounded, Group, Groups};
use sealbook_attribution::Person;
use sealbook_ledger::Hash;
use serde::Serialize;

/// How people appear in figures and reports.
///
/// Figures about what single people do with AI are easily misread and, in many places, protected. So they are
/// pseudonyms unless somebody asks for names, and a pseudonym protects only from readers who do not have the
/// history: whoever knows an address can compute its pseudonym.
///
/// Unless asked for, names and addresses are taken out of evidence, subjects and reasons, too: those of the authors and
/// committers of the history and of the people whom the evidence names, and whatever looks like an address or an
/// account. What cannot be known to be a name, such as a nickname in a sentence or in a path, stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum People {
    /// Not at all.
    None,
    /// By a pseudonym: the first 12 hexadecimal digits of the SHA-256 of `sealbook/person/v1`, a line feed and
    /// the e-mail address in lower case.
    #[default]
    Hashed,
    /// By name and address.
    Full,
}

impl People {
    /// Counts a commit to its author: one e-mail address, without regard to case, is one person.
    pub(crate) fn count(self, groups: &mut Bounded, author: &Person<'_>, mark: Mark) {
        if self == People::None {
            return;
        }
        let key =
            if author.email.is_empty() { author.name.to_lowercase() } else { author.email.to_lowercase() };
        groups.add(&key, mark, |key| {
            let name = match self {
                People::Full => format!("{} <{key}>", crate::visible::shortened(&author.name, 100)),
                _ => pseudonym(key),
            };
            Group { name, ..Group::default() }
        });
    }

    /// The groups, or nothing if people do not appear.
    pub(crate) fn finish(self, groups: Bounded) -> Option<Groups> {
        (self != People::None).then(|| groups.finish())
    }
}

fn pseudonym(key: &str) -> String {
    let hash = Hash::of(format!("sealbook/person/v1\n{key}").as_bytes()).to_string();
    format!("person {}", hash.get(..12).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_the_hash_that_the_documentation_states() {
        // printf 'sealbook/person/v1\njane@example.com' | sha256sum
        assert_eq!(pseudonym("jane@example.com"), "person d92f3f7a6a3f");
    }
}
