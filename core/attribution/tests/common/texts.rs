//! One commit for each text of `tests/vectors/attribution/texts.json` that is about a commit.

use super::recipe::{clean_git, run};
use base64::Engine as _;
use serde::Deserialize;
use std::path::Path;

const JANE: &str = "Jane Roe <jane@example.com>";
/// 2023-11-14.
const WHEN: i64 = 1_700_000_000;

/// A text, whole or in pieces.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Text {
    Whole(String),
    Pieces(Vec<Piece>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Piece {
    Text(String),
    Bytes { base64: String },
    Many { repeat: String, times: usize },
}

impl Text {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Text::Whole(text) => text.clone().into_bytes(),
            Text::Pieces(pieces) => pieces.iter().flat_map(Piece::bytes).collect(),
        }
    }
}

impl Piece {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Piece::Text(text) => text.clone().into_bytes(),
            Piece::Bytes { base64 } => base64::engine::general_purpose::STANDARD.decode(base64).unwrap(),
            Piece::Many { repeat, times } => repeat.repeat(*times).into_bytes(),
        }
    }
}

/// Seconds of a day at noon, UTC.
fn seconds(day: &str) -> i64 {
    let parts: Vec<i64> = day.split('-').map(|part| part.parse().unwrap()).collect();
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let years: i64 = (1970..parts[0]).map(|year| 365 + i64::from(leap(year))).sum();
    let february = 28 + i64::from(leap(parts[0]));
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let days = years + months[..usize::try_from(parts[1] - 1).unwrap()].iter().sum::<i64>() + parts[2] - 1;
    days * 86_400 + 43_200
}

/// Writes the commit object for a text, whatever git would say to it, and returns its id.
pub(crate) fn write(
    repository: &Path,
    tree: &str,
    parents: &[&str],
    (place, text, day): (&str, &[u8], Option<&str>),
) -> String {
    let mut people = [JANE.as_bytes(), JANE.as_bytes()];
    let message = match place {
        "author" => {
            people[0] = text;
            b"x\n".to_vec()
        }
        "committer" => {
            people[1] = text;
            b"x\n".to_vec()
        }
        "trailer" => [b"x\n\nbody\n\n", text, b"\n"].concat(),
        "subject" => [text, b"\n"].concat(),
        "message" => text.to_vec(),
        "branch" => [b"Merge pull request #1 from someone/", text, b"\n"].concat(),
        other => panic!("{other} is no place in a commit"),
    };
    let when = format!(" {} +0000\n", day.map_or(WHEN, seconds));
    let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
    let head = format!("tree {tree}\n{parents}author ");
    let when = when.as_bytes();
    let object = [head.as_bytes(), people[0], when, b"committer ", people[1], when, b"\n", &message].concat();
    let mut git = clean_git(repository, repository);
    run(git.args(["hash-object", "-t", "commit", "-w", "--stdin", "--literally"]), &object)
}
