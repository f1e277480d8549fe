//! A rule of the catalogue, as it stands in the data.

use crate::{Class, Signal, Strength};
use serde::{Deserialize, Serialize};

/// A rule: what to look at, what must match, and what a match is worth.
///
/// All of a rule's conditions must hold. Addresses match if any of [`emails`](Self::emails),
/// [`github_apps`](Self::github_apps) and [`email_pattern`](Self::email_pattern) does. Everything compares
/// without regard to ASCII case, and the patterns for address, name and value must match the whole text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Rule {
    /// Stable name, in kebab case with one slash, such as `claude-code/co-author-noreply`.
    pub id: String,
    /// The tool that a match claims.
    pub tool: String,
    /// Who makes the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Who a match is about.
    pub class: Class,
    /// What to look at.
    pub signal: RuleSignal,
    /// The keys of the trailers to look at, in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// Exact e-mail addresses, in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    /// GitHub Apps, by the addresses that GitHub gives them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub github_apps: Vec<GithubApp>,
    /// A regular expression for the e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_pattern: Option<String>,
    /// A regular expression for the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_pattern: Option<String>,
    /// A regular expression for the value of the trailer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_pattern: Option<String>,
    /// Texts of which one must occur for [`pattern`](Self::pattern) to be tried, in lower case: what a search in
    /// much text looks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub literals: Vec<String>,
    /// A regular expression that must match somewhere in the text. `(?-i)` makes it mind the case, `^` and `$`
    /// are the ends of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Where the text names the tool: the first group that takes part in a match anywhere in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_pattern: Option<String>,
    /// Where the text names the model, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_pattern: Option<String>,
    /// What a match is worth.
    pub strength: Strength,
    /// Applies only to a text that no rule without this mark matches.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fallback: bool,
    /// Periods in which a match is worth less. A date never rules a commit out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lowered: Vec<Lowered>,
    /// Known ways for a match to be wrong. Users may leave this and what follows out.
    #[serde(default)]
    pub false_positives: String,
    /// Where the rule comes from.
    #[serde(default)]
    pub source: String,
    /// Texts that match: `Key: value` for trailers, `Name <address>` for people, else the text itself.
    #[serde(default)]
    pub examples: Vec<String>,
    /// Texts that look alike and must not match.
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

/// What a [`Rule`] looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleSignal {
    /// Trailers of the message.
    Trailer,
    /// The author.
    Author,
    /// The committer.
    Committer,
    /// The author and the committer.
    Identity,
    /// The first paragraph of the message.
    Subject,
    /// The message, outside its trailers.
    Message,
    /// Names of branches, without `refs/heads/` and the remote: of references, and in the subjects of merges.
    Branch,
    /// Full names of references.
    Reference,
    /// Git notes. Read by a reader for their format, not by a pattern.
    Note,
    /// Agent Trace records. Read by a reader for their format, not by a pattern.
    Trace,
    /// Comments of files.
    Comment,
    /// Paths of files, with `/` between folders.
    File,
}

impl RuleSignal {
    /// Whether a rule for this looks at `signal`.
    #[must_use]
    pub fn covers(self, signal: Signal) -> bool {
        match self {
            RuleSignal::Trailer => signal == Signal::Trailer,
            RuleSignal::Author => signal == Signal::Author,
            RuleSignal::Committer => signal == Signal::Committer,
            RuleSignal::Identity => matches!(signal, Signal::Author | Signal::Committer),
            RuleSignal::Subject => signal == Signal::Subject,
            RuleSignal::Message => signal == Signal::Message,
            RuleSignal::Branch => signal == Signal::Branch,
            RuleSignal::Reference => signal == Signal::Reference,
            RuleSignal::Note => signal == Signal::Note,
            RuleSignal::Trace => signal == Signal::Trace,
            RuleSignal::Comment => signal == Signal::Comment,
            RuleSignal::File => signal == Signal::File,
        }
    }
}

/// A GitHub App: `login@users.noreply.github.com`, or the same with `id+` before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GithubApp {
    /// The login with its `[bot]`, in lower case. GitHub gives that suffix to nobody else.
    pub login: String,
    /// The account's number. With it, the login under another number is another account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
}

/// A period in which a [`Rule`] is worth less than its strength.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lowered {
    /// First day, as `YYYY-MM-DD` in UTC.
    pub from: String,
    /// The day after the last one; absent while the period has no known end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What a match is worth in the period.
    pub strength: Strength,
    /// Why.
    pub reason: String,
}
