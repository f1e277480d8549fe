//! A rule's conditions, ready to run on bytes.

use crate::identity::Identity;
use crate::{GithubApp, Rule};
use regex::bytes::{Regex, RegexBuilder};
use std::ops::Range;
use std::sync::OnceLock;

/// The conditions of one rule.
#[derive(Debug)]
pub(crate) struct Matcher {
    emails: Vec<String>,
    apps: Vec<GithubApp>,
    email: Option<Pattern>,
    name: Option<Pattern>,
    value: Option<Pattern>,
    text: Option<Pattern>,
    tool: Option<Pattern>,
    model: Option<Pattern>,
}

impl Matcher {
    pub(crate) fn new(rule: &Rule) -> Self {
        let whole = |text: &Option<String>| text.as_ref().map(|text| Pattern::new(format!("^(?:{text})$")));
        let part = |text: &Option<String>| text.as_ref().map(|text| Pattern::new(text.clone()));
        Self {
            emails: rule.emails.clone(),
            apps: rule.github_apps.clone(),
            email: whole(&rule.email_pattern),
            name: whole(&rule.name_pattern),
            value: whole(&rule.value_pattern),
            text: rule.pattern.as_ref().map(|text| Pattern::new(format!("(?m:{text})"))),
            tool: part(&rule.tool_pattern),
            model: part(&rule.model_pattern),
        }
    }

    /// Whether the rule matches `text`: the value of a trailer, or an identity as `Name <address>`.
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        self.value.as_ref().is_none_or(|pattern| pattern.is_match(text)) && self.matches_person(text)
    }

    /// Where the rule's pattern matches first in a text: a subject, a message, a comment, a branch, a path.
    pub(crate) fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        self.text.as_ref()?.find(text)
    }

    /// The tool that the text names, if the rule says where to look.
    pub(crate) fn tool(&self, text: &[u8]) -> Option<String> {
        self.tool.as_ref()?.first_group(text)
    }

    /// The model that the text names, if the rule says where to look.
    pub(crate) fn model(&self, text: &[u8]) -> Option<String> {
        self.model.as_ref()?.first_group(text)
    }

    /// The regular expressions with the names of their fields.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = (&'static str, &Pattern)> {
        let all = [
            ("email_pattern", &self.email),
            ("name_pattern", &self.name),
            ("value_pattern", &self.value),
            ("pattern", &self.text),
            ("tool_pattern", &self.tool),
            ("model_pattern", &self.model),
        ];
        all.into_iter().filter_map(|(name, pattern)| Some((name, pattern.as_ref()?)))
    }

    fn matches_person(&self, text: &[u8]) -> bool {
        let any_address = self.emails.is_empty() && self.apps.is_empty() && self.email.is_none();
        if any_address && self.name.is_none() {
            return true;
        }
        let who = Identity::parse(text);
        (any_address || self.matches_address(who.email))
            && self.name.as_ref().is_none_or(|pattern| pattern.is_match(who.name))
    }

    fn matches_address(&self, address: &[u8]) -> bool {
        self.emails.iter().any(|email| address.eq_ignore_ascii_case(email.as_bytes()))
            || account(address).is_some_and(|(id, login)| self.apps.iter().any(|app| is_app(app, id, login)))
            || self.email.as_ref().is_some_and(|pattern| pattern.is_match(address))
    }
}

/// A regular expression, compiled when it is first needed: most scans need few of a catalogue's many.
///
/// One that does not compile matches nothing: a test compiles every one that this crate comes with, and those of
/// users are compiled when they are read.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn new(text: String) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// Matches wherever one of a rule's `patterns` does.
    pub(crate) fn any(patterns: &[&str]) -> Self {
        let parts: Vec<_> = patterns.iter().map(|text| format!("(?m:{text})")).collect();
        Self::new(parts.join("|"))
    }

    pub(crate) fn compile(&self) -> Result<Regex, regex::Error> {
        self.builder().build()
    }

    /// The same, refused if it takes more than `most` bytes: a bounded repetition of another takes them quickly.
    pub(crate) fn compile_within(&self, most: usize) -> Result<Regex, regex::Error> {
        self.builder().size_limit(most).build()
    }

    fn builder(&self) -> RegexBuilder {
        let mut builder = RegexBuilder::new(&self.text);
        // Texts in a commit are bytes of any encoding, so a character class must be one of bytes.
        builder.case_insensitive(true).unicode(false).dot_matches_new_line(true);
        builder
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    fn get(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| self.compile().ok()).as_ref()
    }

    fn is_match(&self, text: &[u8]) -> bool {
        self.get().is_some_and(|regex| regex.is_match(text))
    }

    /// Whether the pattern matches, or cannot say: many patterns in one may be too large to compile.
    pub(crate) fn may_match(&self, text: &[u8]) -> bool {
        self.get().is_none_or(|regex| regex.is_match(text))
    }

    fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        Some(self.get()?.find(text)?.range())
    }

    fn first_group(&self, text: &[u8]) -> Option<String> {
        let groups = self.get()?.captures(text)?;
        let group = groups.iter().skip(1).flatten().next()?;
        Some(String::from_utf8_lossy(group.as_bytes().trim_ascii()).into_owned())
            .filter(|text| !text.is_empty())
    }
}

/// The account's number, where the address has one, and the login of an address that GitHub made.
fn account(address: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    const HOST: &[u8] = b"@users.noreply.github.com";
    let (account, host) = address.split_at_checked(address.len().checked_sub(HOST.len())?)?;
    if !host.eq_ignore_ascii_case(HOST) {
        return None;
    }
    let mut parts = account.splitn(2, |byte| *byte == b'+');
    let first = parts.next()?;
    Some(parts.next().map_or((None, first), |login| (Some(first), login)))
}

fn is_app(app: &GithubApp, id: Option<&[u8]>, login: &[u8]) -> bool {
    login.eq_ignore_ascii_case(app.login.as_bytes())
        && match (id, app.id) {
            (None, _) => true,
            (Some(id), Some(known)) => id == known.to_string().as_bytes(),
            (Some(id), None) => !id.is_empty() && id.iter().all(u8::is_ascii_digit),
        }
}
