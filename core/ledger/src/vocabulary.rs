//! The members of a payload that have a fixed meaning: format section 2.1.

use sealbook_error::{Code, Error, Result};
use serde::Deserialize;
use std::borrow::Cow;

/// What a ledger is searched by: the actor, the specification and the files of a payload.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Facets<'a> {
    /// `actor.id`.
    pub actor: Option<Cow<'a, str>>,
    /// `spec`.
    pub spec: Option<Cow<'a, str>>,
    /// `files[].path`, sorted, each once.
    pub files: Vec<Cow<'a, str>>,
}

impl<'a> Facets<'a> {
    /// Reads the facets and checks the shape of every member with a fixed meaning.
    ///
    /// # Errors
    /// `PAYLOAD_VOCABULARY` if `actor`, `action`, `spec` or `files` is there with another shape.
    ///
    /// ```
    /// use sealbook_ledger::Facets;
    /// let facets = Facets::read(br#"{"actor":{"id":"ana","type":"human"},"spec":"FEAT-1"}"#)?;
    /// assert_eq!(facets.actor.as_deref(), Some("ana"));
    /// assert_eq!(Facets::read(br#"{"actor":"ana"}"#).unwrap_err().code().name(), "PAYLOAD_VOCABULARY");
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn read(payload: &'a [u8]) -> Result<Self> {
        let words: Words<'a> = serde_json::from_slice(payload).map_err(|e| {
            Error::new(Code::PayloadVocabulary, format!("a member of the payload has the wrong shape: {e}"))
                .remedy("see the vocabulary: actor {type: human|ai|service, id}, action {type}, spec \"...\", files [{path}]")
        })?;
        for (name, empty) in [
            ("actor.id", words.actor.as_ref().is_some_and(|a| a.id.0.is_empty())),
            ("action.type", words.action.as_ref().is_some_and(|a| a.kind.0.is_empty())),
            ("files[].path", words.files.iter().flatten().any(|f| f.path.0.is_empty())),
        ] {
            if empty {
                return Err(Error::new(Code::PayloadVocabulary, format!("{name} is empty"))
                    .remedy("name it, or leave the member out"));
            }
        }
        let mut files: Vec<_> = words.files.into_iter().flatten().map(|f| f.path.0).collect();
        files.sort_unstable();
        files.dedup();
        Ok(Self { actor: words.actor.map(|a| a.id.0), spec: words.spec.map(|s| s.0), files })
    }

    /// The facets of a stored payload, none of them if it does not fit the vocabulary.
    ///
    /// The index of a ledger is built with this: what another writer stored must not keep it from being built.
    #[must_use]
    pub fn of(payload: &'a [u8]) -> Self {
        Self::read(payload).unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct Words<'a> {
    #[serde(borrow, default)]
    actor: Option<Actor<'a>>,
    #[serde(borrow, default)]
    action: Option<Action<'a>>,
    #[serde(borrow, default)]
    spec: Option<Text<'a>>,
    #[serde(borrow, default)]
    files: Option<Vec<File<'a>>>,
}

// Serde borrows a Cow only where the attribute stands on it directly, not inside an Option.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
#[expect(dead_code, reason = "read for their shape alone")]
struct Actor<'a> {
    #[serde(rename = "type")]
    kind: ActorType,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(borrow, default)]
    model: Option<Text<'a>>,
    #[serde(borrow, default)]
    run: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ActorType {
    Human,
    Ai,
    Service,
}

#[derive(Deserialize)]
struct Action<'a> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    path: Text<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facets_are_sorted_and_unescaped() {
        let payload = br#"{"actor":{"id":"a\nb","type":"ai"},"files":[{"path":"z"},{"path":"a"},{"path":"z"}],"other":[1]}"#;
        let facets = Facets::read(payload).unwrap();
        assert_eq!(facets.actor.as_deref(), Some("a\nb"));
        assert_eq!(facets.files, ["a", "z"]);
        assert_eq!(facets.spec, None);
    }

    #[test]
    fn another_shape_is_refused_and_yields_no_facets() {
        for payload in [
            r#"{"actor":{"id":"a"}}"#,
            r#"{"actor":{"id":"","type":"ai"}}"#,
            r#"{"actor":{"id":"a","type":"robot"}}"#,
            r#"{"action":"approve"}"#,
            r#"{"spec":7}"#,
            r#"{"files":["a"]}"#,
        ] {
            assert_eq!(
                Facets::read(payload.as_bytes()).unwrap_err().code(),
                Code::PayloadVocabulary,
                "{payload}"
            );
            assert_eq!(Facets::of(payload.as_bytes()), Facets::default());
        }
        assert!(Facets::read(br#"{"actor":null}"#).is_ok());
    }
}
