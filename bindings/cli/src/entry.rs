//! Entries as people see them.

use crate::output::{Style, brief, escape_json};
use sealbook_common::sealbook::Entry;
use serde::Deserialize;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters of an actor or action in a line.
const MOST: usize = 40;

/// The members of the vocabulary that a line shows.
#[derive(Debug, Default, Deserialize)]
struct View<'a> {
    #[serde(borrow, default)]
    actor: Option<Actor<'a>>,
    #[serde(borrow, default)]
    action: Option<Action<'a>>,
}

#[derive(Debug, Deserialize)]
struct Actor<'a> {
    #[serde(borrow, rename = "type")]
    class: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
struct Action<'a> {
    #[serde(borrow, rename = "type")]
    name: Cow<'a, str>,
}

/// Number, time, kind, actor, action and the beginning of the hash, ended by a line feed.
pub(crate) fn line(entry: &Entry, style: Style) -> String {
    let view: View<'_> =
        entry.payload.as_deref().and_then(|p| serde_json::from_slice(p).ok()).unwrap_or_default();
    let actor =
        view.actor.map_or("-".to_owned(), |a| format!("{}:{}", brief(&a.class, MOST), brief(&a.id, MOST)));
    let action = match (&entry.payload, view.action) {
        (None, _) => "(erased)".to_owned(),
        (_, Some(action)) => brief(&action.name, MOST),
        (_, None) => "-".to_owned(),
    };
    let hash = entry.hash.to_string();
    format!(
        "{}  {}  {:<14}  {actor}  {action}  {}\n",
        style.warn(&format!("{:>6}", entry.header.seq)),
        style.faint(&entry.header.time.to_string()),
        entry.header.kind.to_string(),
        style.faint(hash.get(..12).unwrap_or(&hash)),
    )
}

/// All of an entry, one member a line.
pub(crate) fn block(entry: &Entry, style: Style) -> String {
    let header = &entry.header;
    let mut out = format!("{}\n", style.strong(&format!("entry {}", header.seq)));
    let fields = [
        ("id", header.id.to_string()),
        ("time", header.time.to_string()),
        ("kind", header.kind.to_string()),
        ("hash", entry.hash.to_string()),
        ("prev", header.prev.to_string()),
    ];
    for (name, value) in fields {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}  {value}", style.faint(&format!("{name:<7}")));
    }
    let payload = match &entry.payload {
        Some(payload) => indented(&String::from_utf8_lossy(payload)),
        None => "erased".to_owned(),
    };
    let _ = writeln!(out, "{}  {payload}", style.faint("payload"));
    out
}

/// JSON without white space, spread over lines. What it says is not touched but for escapes.
fn indented(json: &str) -> String {
    let bytes = json.as_bytes();
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut start, mut in_string, mut escaped) = (0usize, 0, false, false);
    let mut flush = |out: &mut String, end: usize| {
        out.push_str(&escape_json(json.get(start..end).unwrap_or_default()));
        start = end;
    };
    for (at, byte) in json.bytes().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' if !matches!(bytes.get(at + 1), Some(b'}' | b']')) => {
                flush(&mut out, at + 1);
                depth += 1;
                new_line(&mut out, depth);
            }
            b'}' | b']' if !matches!(at.checked_sub(1).and_then(|n| bytes.get(n)), Some(b'{' | b'[')) => {
                flush(&mut out, at);
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
            }
            b',' => {
                flush(&mut out, at + 1);
                new_line(&mut out, depth);
            }
            b':' => {
                flush(&mut out, at + 1);
                out.push(' ');
            }
            _ => {}
        }
    }
    flush(&mut out, json.len());
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    (0..=depth).for_each(|_| out.push_str("  "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_spread_over_lines_and_otherwise_the_same() {
        let json = r#"{"a":[],"b":{},"c":[1,{"d":"},{\\\"]:,"}],"e":"x\\"}"#;
        let shown = indented(json);
        let expected = r#"{
    "a": [],
    "b": {},
    "c": [
      1,
      {
        "d": "},{\\\"]:,"
      }
    ],
    "e": "x\\"
  }"#;
        assert_eq!(shown, expected);
        let same = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(same(&shown), same(json));
    }

    #[test]
    fn damaged_json_is_shown_without_harm() {
        assert_eq!(indented("}]\u{1b}"), "\n  }\n  ]\\u{1b}");
        assert_eq!(indented(""), "");
    }
}
