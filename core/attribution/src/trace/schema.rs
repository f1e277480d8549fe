//! The schema of a record, as the format's text has it. Members that no claim needs are passed over.

use super::record::Contributor;
use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// An object and nothing else: what is derived would take a list of the members' values, too.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reading<T> {
            type Value = Object<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        deserializer.deserialize_map(Reading(PhantomData))
    }
}

#[derive(Deserialize)]
pub(super) struct Record {
    pub(super) version: String,
    pub(super) id: String,
    timestamp: String,
    pub(super) files: Vec<Object<File>>,
    pub(super) vcs: Option<Object<Vcs>>,
    pub(super) tool: Option<Object<Tool>>,
}

#[derive(Deserialize)]
pub(super) struct Vcs {
    #[serde(rename = "type")]
    pub(super) kind: VcsKind,
    pub(super) revision: String,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(super) enum VcsKind {
    Git,
    Jj,
    Hg,
    Svn,
}

impl VcsKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            VcsKind::Git => "git",
            VcsKind::Jj => "jj",
            VcsKind::Hg => "hg",
            VcsKind::Svn => "svn",
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Tool {
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) conversations: Vec<Object<Conversation>>,
}

#[derive(Deserialize)]
pub(super) struct Conversation {
    pub(super) ranges: Vec<Object<Range>>,
    pub(super) contributor: Option<Object<By>>,
    /// Links to the conversation: never kept, they may be private.
    #[serde(rename = "url")]
    _url: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub(super) struct Range {
    pub(super) start_line: u32,
    pub(super) end_line: u32,
    pub(super) contributor: Option<Object<By>>,
}

#[derive(Deserialize)]
pub(super) struct By {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) model_id: Option<String>,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Human,
    Ai,
    Mixed,
    #[default]
    Unknown,
}

impl From<Kind> for Contributor {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Human => Contributor::Human,
            Kind::Ai => Contributor::Ai,
            Kind::Mixed => Contributor::Mixed,
            Kind::Unknown => Contributor::Unknown,
        }
    }
}

impl Record {
    /// What the types alone do not say.
    pub(super) fn fault(&self) -> Option<String> {
        let talks = || self.files.iter().flat_map(|file| &file.0.conversations).map(|talk| &talk.0);
        let ranges = || talks().flat_map(|talk| &talk.ranges).map(|range| &range.0);
        let contributors = || {
            let own = ranges().filter_map(|range| range.contributor.as_ref());
            talks().filter_map(|talk| talk.contributor.as_ref()).chain(own).map(|by| &by.0)
        };
        let fault = if !is_version(&self.version) {
            "the version is not three numbers"
        } else if !is_uuid(&self.id) {
            "the id is no UUID"
        } else if !is_moment(&self.timestamp) {
            "the timestamp is not in the form of RFC 3339"
        } else if ranges().any(|range| range.start_line == 0 || range.end_line == 0) {
            "a line is 0, but they are counted from 1"
        } else if contributors().any(|by| by.model_id.as_ref().is_some_and(|id| id.chars().count() > 250)) {
            "a model_id is longer than 250 characters"
        } else {
            return None;
        };
        Some(fault.to_owned())
    }
}

fn is_version(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() == 3 && text.split('.').all(is_number)
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `2026-01-23T14:30:00.25+01:00`: the form, not whether the calendar has such a day.
fn is_moment(text: &str) -> bool {
    let form = |text: &[u8], form: &[u8]| {
        text.len() == form.len()
            && text.iter().zip(form).all(|(byte, want)| match want {
                b'0' => byte.is_ascii_digit(),
                _ => byte.eq_ignore_ascii_case(want),
            })
    };
    let Some((moment, zone)) = text.as_bytes().split_at_checked(19) else { return false };
    let fraction = zone.strip_prefix(b".");
    let zone = match fraction {
        Some(digits) => {
            let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
            match digits.split_at_checked(end) {
                Some((digits, zone)) if !digits.is_empty() => zone,
                _ => return false,
            }
        }
        None => zone,
    };
    form(moment, b"0000-00-00T00:00:00")
        && (form(zone, b"Z") || form(zone, b"+00:00") || form(zone, b"-00:00"))
}
