//! The members of a payload that have a fixed meaning: format section 2.1.

use crate::members::{elements, members, string};
use sealbook_error::{Code, Error, Result};
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
        let mut facets = Self::default();
        for (name, value) in members(payload).filter(|(_, value)| *value != b"null") {
            match name {
                b"actor" => facets.actor = Some(actor(value)?),
                b"action" => action(value)?,
                b"spec" => facets.spec = Some(text("spec", value)?),
                b"files" => facets.files = files(value)?,
                _ => {}
            }
        }
        Ok(facets)
    }

    /// The facets of a stored payload, none of them if it does not fit the vocabulary.
    ///
    /// The index of a ledger is built with this: what another writer stored must not keep it from being built.
    #[must_use]
    pub fn of(payload: &'a [u8]) -> Self {
        Self::read(payload).unwrap_or_default()
    }
}

fn actor(value: &[u8]) -> Result<Cow<'_, str>> {
    let (mut known_type, mut id) = (false, None);
    for (name, value) in members(value) {
        match name {
            b"type" => known_type = matches!(value, b"\"human\"" | b"\"ai\"" | b"\"service\""),
            b"id" => id = Some(named("actor.id", value)?),
            b"name" | b"model" | b"run" if value != b"null" => drop(text("actor.name, model or run", value)?),
            _ => {}
        }
    }
    id.filter(|_| known_type)
        .ok_or_else(|| wrong("actor", "{\"type\": \"human\", \"ai\" or \"service\", \"id\": text}", value))
}

fn action(value: &[u8]) -> Result<()> {
    let kind = members(value).find(|(name, _)| *name == b"type");
    let kind = kind.ok_or_else(|| wrong("action", "{\"type\": text}", value))?;
    named("action.type", kind.1).map(drop)
}

fn files(value: &[u8]) -> Result<Vec<Cow<'_, str>>> {
    if !value.starts_with(b"[") {
        return Err(wrong("files", "[{\"path\": text}]", value));
    }
    let path = |file| {
        let path = members(file).find(|(name, _)| *name == b"path");
        named("files[].path", path.ok_or_else(|| wrong("files", "[{\"path\": text}]", file))?.1)
    };
    let mut files = elements(value).map(path).collect::<Result<Vec<_>>>()?;
    files.sort_unstable();
    files.dedup();
    Ok(files)
}

fn named<'a>(member: &str, value: &'a [u8]) -> Result<Cow<'a, str>> {
    match text(member, value)? {
        empty if empty.is_empty() => Err(wrong(member, "a text that is not empty", value)),
        text => Ok(text),
    }
}

fn text<'a>(member: &str, value: &'a [u8]) -> Result<Cow<'a, str>> {
    string(value).ok_or_else(|| wrong(member, "a text", value))
}

fn wrong(member: &str, wanted: &str, value: &[u8]) -> Error {
    let shown: String = String::from_utf8_lossy(value).chars().take(80).collect();
    Error::new(Code::PayloadVocabulary, format!("{member} is {shown}, not {wanted}"))
        .remedy("give the member this shape, or put what you have under metadata")
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
