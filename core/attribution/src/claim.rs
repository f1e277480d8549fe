//! What a rule concluded from a piece of evidence.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How much a claim is worth. Ordered: `Low < Medium < High < Certain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// An ambiguous word, or only the presence of configuration: never proof about a commit.
    Low,
    /// A convention that a person may share.
    Medium,
    /// The exact default of a tool.
    High,
    /// The identity of a machine, with no known benign use. Still forgeable: identities in git are free text.
    Certain,
}

impl Strength {
    /// Every strength, from the weakest.
    pub const ALL: [Strength; 4] = [Strength::Low, Strength::Medium, Strength::High, Strength::Certain];
}

/// Who the claim is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A tool built on a model that generates code, or reviews it and commits its suggestions.
    Ai,
    /// A bot that is not AI, such as one that bumps dependencies.
    Automation,
    /// A person, by that person's explicit statement.
    Human,
}

/// Where in the commit the evidence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// A trailer of the message.
    Trailer,
    /// The author.
    Author,
    /// The committer.
    Committer,
}

/// How the knowledge came to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The agent's own hook recorded it.
    Recorded,
    /// Taken over from notes or an Agent Trace.
    Imported,
    /// Said by a trailer, an author or a committer: free text that anybody can write.
    Claimed,
    /// Concluded from content.
    Inferred,
}

/// One claim about a commit, with the rule and the evidence behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Claim {
    /// The commit, in hexadecimal.
    pub commit: String,
    /// The tool, such as `Claude Code`; `person` for a statement of human work.
    pub tool: String,
    /// Who makes the tool, where the rule knows it.
    pub vendor: Option<String>,
    /// The model, as the evidence names it. Tools are known to write a model's name that did not do the work.
    pub model: Option<String>,
    /// Who the claim is about.
    pub class: Class,
    /// Where the evidence stands.
    pub signal: Signal,
    /// The id of the rule in the [`Catalogue`](crate::Catalogue).
    pub rule: String,
    /// How the knowledge came to us.
    pub source: Source,
    /// How much the claim is worth, for this commit's date.
    pub strength: Strength,
    /// The matched text: at most 200 characters, control characters replaced by spaces. Untrusted.
    pub evidence: String,
}

impl Claim {
    /// The claim's key, 64 hexadecimal digits: the same rule on the same commit has the same key, so that
    /// recording a claim twice records it once.
    ///
    /// SHA-256 over `sealbook/claim/v1`, a line feed, and rule, commit, path and line range, each ended by NUL.
    /// Path and range are empty for a claim about a whole commit.
    #[must_use]
    pub fn key(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"sealbook/claim/v1\n");
        for part in [self.rule.as_str(), self.commit.as_str(), "", ""] {
            hash.update(part.as_bytes());
            hash.update(b"\0");
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> Claim {
        Claim {
            commit: "c0ffee".into(),
            tool: "Amp".into(),
            vendor: None,
            model: None,
            class: Class::Ai,
            signal: Signal::Trailer,
            rule: "amp/co-author".into(),
            source: Source::Claimed,
            strength: Strength::High,
            evidence: "Co-authored-by: Amp <amp@ampcode.com>".into(),
        }
    }

    #[test]
    fn the_key_is_the_hash_that_the_documentation_states() {
        // printf 'sealbook/claim/v1\namp/co-author\0c0ffee\0\0\0' | sha256sum
        assert_eq!(claim().key(), "ba7202085d362078ebfa9477552fb4ca2300b0f2d082b139cb36bd60e988c216");
    }

    #[test]
    fn the_key_depends_on_rule_and_commit_alone() {
        let other_text = Claim { evidence: "other".into(), strength: Strength::Medium, ..claim() };
        assert_eq!(other_text.key(), claim().key());
        assert_ne!(Claim { rule: "amp/co-autho".into(), ..claim() }.key(), claim().key());
        assert_ne!(Claim { commit: "c0ffef".into(), ..claim() }.key(), claim().key());
        let shifted = Claim { rule: "amp/co-authorc".into(), commit: "0ffee".into(), ..claim() };
        assert_ne!(shifted.key(), claim().key());
    }

    #[test]
    fn strengths_are_ordered_and_written_in_lower_case() {
        assert!(Strength::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(serde_json::to_string(&Strength::Certain).unwrap(), "\"certain\"");
    }
}
