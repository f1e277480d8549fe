//! Replacing secrets of known form before they are hashed: what is in the ledger cannot be taken out again.
//!
//! A search for the rules' fixed beginnings comes first; a rule's expression runs only where its beginning was found.

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;
use sealbook_error::{Code, Error, Result};
use std::sync::OnceLock;

/// Name, how a secret begins, and the expression of the whole. Expressions run over JSON text: they never match a quote, so a match
/// stays within its string. A group named `secret` restricts what is replaced.
const RULES: &[(&str, &[&str], &str)] = &[
    (
        "private-key",
        &["PRIVATE KEY-----"],
        r#"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----[^"]*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----|")"#,
    ),
    ("aws-access-key-id", &["AKIA", "ASIA"], r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("github-token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    ("github-token", &["github_pat_"], r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    ("gitlab-token", &["glpat-"], r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("slack-token", &["xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-"], r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    (
        "slack-webhook",
        &["hooks.slack.com/"],
        r"hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]+",
    ),
    ("anthropic-key", &["sk-ant-"], r"\bsk-ant-[A-Za-z0-9_-]{20,}"),
    ("openai-key", &["sk-"], r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}"),
    ("google-api-key", &["AIza"], r"\bAIza[0-9A-Za-z_-]{35}"),
    ("stripe-key", &["_live_", "_test_"], r"\b(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{16,}"),
    ("npm-token", &["npm_"], r"\bnpm_[A-Za-z0-9]{36}"),
    ("pypi-token", &["pypi-"], r"\bpypi-[A-Za-z0-9_-]{50,}"),
    ("huggingface-token", &["hf_"], r"\bhf_[A-Za-z0-9]{30,}"),
    ("sendgrid-key", &["SG."], r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("jwt", &["eyJ"], r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("bearer-token", &["earer "], r"\b[Bb]earer (?P<secret>[A-Za-z0-9._~+/-]{20,}=*)"),
    ("url-password", &["://"], r#"\b[a-z][a-z0-9+.-]*://[^/\s:@"\\]+:(?P<secret>[^/\s:@"\\]{3,})@"#),
];

/// The rules, ready to be applied.
#[derive(Debug)]
pub(crate) struct Secrets {
    /// Says whether there is any; much faster than saying which.
    any: AhoCorasick,
    beginnings: AhoCorasick,
    /// The rule of each beginning.
    owner: Vec<usize>,
    /// Compiled when first needed: most ledgers never see a secret, and compiling takes longer than opening one.
    expressions: Vec<OnceLock<Option<Regex>>>,
}

impl Secrets {
    pub(crate) fn new() -> Result<Self> {
        let defect = |e: &dyn std::fmt::Display| {
            Error::new(Code::Internal, format!("the rules for secrets do not compile: {e}"))
        };
        let owner = RULES
            .iter()
            .enumerate()
            .flat_map(|(rule, (_, starts, _))| starts.iter().map(move |_| rule))
            .collect();
        let beginnings = RULES.iter().flat_map(|(_, starts, _)| starts.iter());
        let any = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(beginnings.clone());
        Ok(Self {
            any: any.map_err(|e| defect(&e))?,
            beginnings: AhoCorasick::new(beginnings).map_err(|e| defect(&e))?,
            owner,
            expressions: RULES.iter().map(|_| OnceLock::new()).collect(),
        })
    }

    /// The text with every secret replaced by `[redacted:<rule>]`; `None` if there is none.
    pub(crate) fn redact(&self, json: &[u8]) -> Option<Vec<u8>> {
        if !self.any.is_match(json) {
            return None;
        }
        let mut suspected: Vec<usize> = self
            .beginnings
            .find_overlapping_iter(json)
            .filter_map(|hit| self.owner.get(hit.pattern().as_usize()).copied())
            .collect();
        suspected.sort_unstable();
        suspected.dedup();
        let mut text = std::str::from_utf8(json).ok()?.to_owned();
        let mut changed = false;
        for (name, expression) in suspected.iter().filter_map(|rule| self.rule(*rule)) {
            let replaced = expression.replace_all(&text, |found: &regex::Captures<'_>| {
                let whole = found.get(0).map_or("", |m| m.as_str());
                let mark = format!("[redacted:{name}]");
                match found.name("secret") {
                    Some(secret) => whole.replace(secret.as_str(), &mark),
                    None if whole.ends_with('"') => mark + "\"",
                    None => mark,
                }
            });
            if let std::borrow::Cow::Owned(replaced) = replaced {
                text = replaced;
                changed = true;
            }
        }
        changed.then(|| text.into_bytes())
    }

    fn rule(&self, rule: usize) -> Option<(&'static str, &Regex)> {
        let (name, _, expression) = RULES.get(rule)?;
        // That every expression compiles is tested.
        let expression =
            self.expressions.get(rule)?.get_or_init(|| Regex::new(&behind_escapes(expression)).ok());
        Some((name, expression.as_ref()?))
    }
}

/// In JSON text an escape such as `\n` ends in a letter, so that a secret behind it does not begin at the boundary of a word.
fn behind_escapes(expression: &str) -> String {
    match expression.strip_prefix(r"\b") {
        Some(rest) if rest.contains("(?P<secret>") => format!(r"(?:\b|\\[bfnrt]|\\u[0-9a-f]{{4}}){rest}"),
        Some(rest) => format!(r"(?:\b|\\[bfnrt]|\\u[0-9a-f]{{4}})(?P<secret>{rest})"),
        None => expression.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str) -> String {
        let json = serde_json::to_string(&serde_json::json!({ "text": text })).unwrap();
        let out = Secrets::new().unwrap().redact(json.as_bytes()).unwrap_or(json.into_bytes());
        serde_json::from_slice::<serde_json::Value>(&out).unwrap()["text"].as_str().unwrap().to_owned()
    }

    // Built from pieces, so that no scanner takes this file for a leak.
    fn token(start: &str, len: usize) -> String {
        format!("{start}{}", "aB3dE6gH9j".repeat(10).get(..len).unwrap())
    }

    #[test]
    fn every_rule_replaces_its_secret_and_names_itself() {
        let key = format!("-----BEGIN RSA PRIVATE {0}\nMIIE\n-----END RSA PRIVATE {0}", "KEY-----");
        for (name, secret) in [
            ("private-key", key.as_str()),
            ("private-key", key.split_at(50).0),
            ("aws-access-key-id", &format!("AKIA{}", "ABCDEFGH12345678")),
            ("github-token", &token("ghp_", 36)),
            ("github-token", &format!("{}_{}", token("github_pat_", 22), token("", 59))),
            ("gitlab-token", &token("glpat-", 20)),
            ("slack-token", &token("xoxb-", 24)),
            ("slack-webhook", &format!("hooks.slack.com/services/T{0}/B{0}/{0}", "ABC123")),
            ("anthropic-key", &token("sk-ant-", 40)),
            ("openai-key", &token("sk-proj-", 40)),
            ("google-api-key", &token("AIza", 35)),
            ("stripe-key", &token("sk_live_", 24)),
            ("npm-token", &token("npm_", 36)),
            ("pypi-token", &token("pypi-", 60)),
            ("huggingface-token", &token("hf_", 34)),
            ("sendgrid-key", &format!("{}.{}", token("SG.", 22), token("", 43))),
            ("jwt", &format!("{}.{}.{}", token("eyJ", 20), token("eyJ", 20), token("", 20))),
        ] {
            for front in ["a\n", "a\t", "a\r\n", "a\u{1}", "\"", "a="] {
                let mark = format!("{front}[redacted:{name}]");
                assert_eq!(
                    redacted(&format!("{front}{secret} b")).split(" b").next(),
                    Some(mark.as_str()),
                    "{name} behind {front:?}"
                );
            }
            assert_eq!(
                redacted(&format!("a {secret} b")).split(" b").next(),
                Some(format!("a [redacted:{name}]").as_str()),
                "{name}"
            );
        }
        assert_eq!(
            redacted(&token("Authorization: Bearer ", 30)),
            "Authorization: Bearer [redacted:bearer-token]"
        );
        assert_eq!(redacted("postgres://ana:hunter2@db/x"), "postgres://ana:[redacted:url-password]@db/x");
    }

    #[test]
    fn what_only_begins_like_a_secret_stays() {
        for text in [
            "sk-learn",
            "https://example.com/a:b@c",
            "eyJust",
            "AKIA",
            "npm_config",
            "task-list-of-things",
            "bearer of news",
        ] {
            assert_eq!(redacted(text), text);
        }
    }
}
