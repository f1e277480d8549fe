//! What a rule concluded from a piece of evidence.

use crate::Rule;
use serde::ser::{SerializeMap, Serializer};
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

impl Class {
    /// The word that the JSON form is, too.
    fn word(self) -> &'static str {
        match self {
            Class::Ai => "ai",
            Class::Automation => "automation",
            Class::Human => "human",
        }
    }
}

/// Where the evidence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// A trailer of the message.
    Trailer,
    /// The author.
    Author,
    /// The committer.
    Committer,
    /// The first paragraph of the message.
    Subject,
    /// The message, outside its trailers.
    Message,
    /// The name of a branch: a reference to the commit, or the branch that a merge names.
    Branch,
    /// The presence of a reference, such as notes of a tool.
    Reference,
    /// A git note on the commit.
    Note,
    /// An Agent Trace record.
    Trace,
    /// A comment of a file.
    Comment,
    /// The name of a file.
    File,
}

impl Signal {
    /// How knowledge from such a place comes to us.
    #[must_use]
    pub fn source(self) -> Source {
        match self {
            Signal::Note | Signal::Trace => Source::Imported,
            Signal::Comment | Signal::File => Source::Inferred,
            _ => Source::Claimed,
        }
    }
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

/// How much of what it is about a claim covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// All of it.
    #[default]
    Whole,
    /// Some of it: a squash or a merge that contains the tool's work among that of others.
    Part,
}

/// Lines of a file, counted from 1, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lines {
    /// The first line.
    pub start: u32,
    /// The last line, never before the first.
    pub end: u32,
}

/// Why a claim cannot be true. Such a claim is kept and shown, and counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invalid {
    /// A stable word for the kind, such as `past_end`.
    pub kind: &'static str,
    /// What is wrong, with the values. Untrusted.
    pub reason: String,
}

/// One claim about a commit or a file, with the rule and the evidence behind it.
///
/// In JSON the lines stand as `start` and `end`, the first and the last line of all; with several ranges as
/// `ranges`, too: `[[1, 4], [6, 16]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Claim {
    /// The commit, in hexadecimal; absent for a claim about a file as it lies in the folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The file, with `/` between folders, from the root of the repository or of the scanned folder; absent for
    /// a claim about a whole commit. Untrusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The lines, ascending; none for the whole.
    #[serde(flatten, serialize_with = "lines")]
    pub lines: Vec<Lines>,
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
    /// The matched text: at most 200 characters, those that control, turn or hide text replaced by spaces.
    /// Untrusted.
    pub evidence: String,
    /// How much of the commit or the file it covers.
    #[serde(skip_serializing_if = "is_whole")]
    pub extent: Extent,
    /// The commit where the evidence stands, if that is another: the one that this one was picked from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// How many more matches of the rule, for other tools or models, the commit has than are kept: stands at the last
    /// of those that are.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: u32,
    /// Why the claim cannot be true, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid: Option<Invalid>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that the serialiser calls")]
fn is_zero(more: &u32) -> bool {
    *more == 0
}

fn is_whole(extent: &Extent) -> bool {
    *extent == Extent::Whole
}

fn lines<S: Serializer>(lines: &[Lines], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
        map.serialize_entry("start", &first.start)?;
        map.serialize_entry("end", &last.end)?;
    }
    if lines.len() > 1 {
        let ranges: Vec<_> = lines.iter().map(|lines| (lines.start, lines.end)).collect();
        map.serialize_entry("ranges", &ranges)?;
    }
    map.end()
}

/// Evidence fit to show: at most 200 characters, none of which moves a cursor, turns text around or hides.
pub(crate) fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let fit = |c: char| match c {
        _ if c.is_control() => ' ',
        '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => char::REPLACEMENT_CHARACTER,
        _ => c,
    };
    text.chars().take(200).map(fit).collect()
}

impl Claim {
    /// What a match of `rule` claims, about nothing yet: neither commit nor file, the whole of it, with the
    /// rule's own tool and strength.
    pub(crate) fn by(rule: &Rule, signal: Signal, evidence: &[u8]) -> Self {
        Self {
            commit: None,
            path: None,
            lines: Vec::new(),
            tool: rule.tool.clone(),
            vendor: rule.vendor.clone(),
            model: None,
            class: rule.class,
            signal,
            rule: rule.id.clone(),
            source: signal.source(),
            strength: rule.strength,
            evidence: shown(evidence),
            extent: Extent::Whole,
            origin: None,
            more: 0,
            invalid: None,
        }
    }

    /// Whether the claim counts: it is not one that cannot be true.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.invalid.is_none()
    }

    /// The claim's key, 64 hexadecimal digits: the same claim by the same rule about the same place has the same
    /// key, so that recording it twice records it once. Evidence and strength do not count.
    ///
    /// Rule and place alone would not do. A note gives the same lines to two tools, or to a tool and a person;
    /// two comments at the top of a file name two tools for all of it; and what was impossible once may be
    /// possible when its commit has been fetched.
    ///
    /// SHA-256 over `sealbook/claim/v1`, a line feed, and rule, commit, path, lines (`1-4,6-16`), class, tool,
    /// model, and the kind of [`Invalid`], each with its length in bytes and a colon before it: `3:Amp`. What a
    /// claim does not have is empty.
    #[must_use]
    pub fn key(&self) -> String {
        let lines: Vec<_> = self.lines.iter().map(|l| format!("{}-{}", l.start, l.end)).collect();
        let parts = [
            self.rule.as_str(),
            self.commit.as_deref().unwrap_or(""),
            self.path.as_deref().unwrap_or(""),
            &lines.join(","),
            self.class.word(),
            &self.tool,
            self.model.as_deref().unwrap_or(""),
            self.invalid.as_ref().map_or("", |invalid| invalid.kind),
        ];
        let mut hash = Sha256::new();
        hash.update(b"sealbook/claim/v1\n");
        for part in parts {
            hash.update(format!("{}:", part.len()));
            hash.update(part);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn claim() -> Claim {
        Claim {
            commit: Some("c0ffee".into()),
            path: None,
            lines: Vec::new(),
            tool: "Amp".into(),
            vendor: None,
            model: None,
            class: Class::Ai,
            signal: Signal::Trailer,
            rule: "amp/co-author".into(),
            source: Source::Claimed,
            strength: Strength::High,
            evidence: "Co-authored-by: Amp <amp@ampcode.com>".into(),
            extent: Extent::Whole,
            origin: None,
            more: 0,
            invalid: None,
        }
    }

    #[test]
    fn the_key_is_the_hash_that_the_documentation_states() {
        // printf 'sealbook/claim/v1\n13:amp/co-author6:c0ffee0:0:2:ai3:Amp0:0:' | sha256sum
        assert_eq!(claim().key(), "92dc6b3ba19b1c832ba414e296c7e165eb05281d818b58ceed4d48f002b3e70c");
    }

    #[test]
    fn the_key_depends_on_rule_place_and_what_is_claimed() {
        let other_text = Claim { evidence: "other".into(), strength: Strength::Medium, ..claim() };
        assert_eq!(other_text.key(), claim().key());
        assert_ne!(Claim { rule: "amp/co-autho".into(), ..claim() }.key(), claim().key());
        assert_ne!(Claim { commit: Some("c0ffef".into()), ..claim() }.key(), claim().key());
        let shifted = Claim { rule: "amp/co-authorc".into(), commit: Some("0ffee".into()), ..claim() };
        assert_ne!(shifted.key(), claim().key());
        let of_a_file = Claim { path: Some("src/lib.rs".into()), ..claim() };
        assert_ne!(of_a_file.key(), claim().key());
        let of_lines = Claim { lines: vec![Lines { start: 1, end: 4 }], ..of_a_file.clone() };
        assert_ne!(of_lines.key(), of_a_file.key());
        assert_ne!(Claim { tool: "Devin".into(), ..claim() }.key(), claim().key());
        assert_ne!(Claim { class: Class::Human, ..claim() }.key(), claim().key());
        assert_ne!(Claim { model: Some("Opus".into()), ..claim() }.key(), claim().key());
        let invalid = Some(Invalid { kind: "past_end", reason: "line 9 of 4".into() });
        assert_ne!(Claim { invalid, ..claim() }.key(), claim().key());
    }

    #[test]
    fn a_class_is_called_in_a_key_as_in_json() {
        for class in [Class::Ai, Class::Automation, Class::Human] {
            assert_eq!(serde_json::to_value(class).unwrap(), class.word());
        }
    }

    #[test]
    fn lines_are_written_as_their_hull_and_several_one_by_one() {
        let json = |lines: &[(u32, u32)]| {
            let lines = lines.iter().map(|&(start, end)| Lines { start, end }).collect();
            let json = serde_json::to_value(Claim { lines, ..claim() }).unwrap();
            (json["start"].clone(), json["end"].clone(), json["ranges"].clone())
        };
        assert_eq!(json(&[]), (Value::Null, Value::Null, Value::Null));
        assert_eq!(json(&[(3, 9)]), (3.into(), 9.into(), Value::Null));
        assert_eq!(json(&[(1, 4), (6, 16)]), (1.into(), 16.into(), serde_json::json!([[1, 4], [6, 16]])));
    }

    #[test]
    fn strengths_are_ordered_and_written_in_lower_case() {
        assert!(Strength::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(serde_json::to_string(&Strength::Certain).unwrap(), "\"certain\"");
    }
}
