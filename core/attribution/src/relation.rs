//! What a message says that its commit does with another one.

use crate::Relation;
use crate::message::{is_squash, own_words};
use crate::trailers::above_trailers;

/// How a message names the commit that it takes back, in the words of git.
pub(crate) const REVERTS: &str = "this reverts commit ";
/// How a message names the commit that it was picked from, in the words of git.
pub(crate) const PICKED: &str = "(cherry picked from commit ";

/// Digits of a shortened id at least. git writes no fewer.
const LEAST: usize = 7;

/// The relation that a message states, if it states one, and only one.
///
/// A pick is told by the last line `(cherry picked from commit ID)` among the trailers. A revert is told by a
/// line that begins `This reverts commit ID` and is no quotation; by the subject it is a reapply if it takes
/// back a revert: `Reapply "..."`, or an even number of `Revert "` one in the other. A squash lists what others
/// did and has none.
pub(crate) fn relation(message: &[u8], subject: &str) -> Option<Relation> {
    if is_squash(message) {
        return None;
    }
    let trailers = message.get(above_trailers(message).len()..).unwrap_or_default();
    if let Some(id) = ids(trailers, PICKED).last() {
        return Some(Relation::PickedFrom(id));
    }
    let words = own_words(message);
    let mut reverted = ids(&words, REVERTS);
    let id = reverted.next()?;
    if reverted.any(|other| other != id) {
        return None;
    }
    let reverts = reverts_in(subject);
    Some(if reverts > 0 && reverts.is_multiple_of(2) {
        Relation::Reapplies(id)
    } else {
        Relation::Reverts(id)
    })
}

/// Whether the message is that of a revert or a reapply, which may quote the message of another commit.
pub(crate) fn takes_back(message: &[u8], subject: &str) -> bool {
    reverts_in(subject) > 0 || ids(message, REVERTS).next().is_some()
}

/// How often a subject reverts: `Reapply` stands for the revert of a revert.
fn reverts_in(subject: &str) -> usize {
    let (mut rest, mut reverts) = (subject, 0);
    loop {
        if let Some(inner) = rest.strip_prefix("Revert \"") {
            (rest, reverts) = (inner, reverts + 1);
        } else if let Some(inner) = rest.strip_prefix("Reapply \"") {
            (rest, reverts) = (inner, reverts + 2);
        } else {
            return reverts;
        }
    }
}

/// The ids behind `mark` at the beginnings of lines, in lower case.
fn ids(text: &[u8], mark: &'static str) -> impl Iterator<Item = String> {
    text.split(|byte| *byte == b'\n').filter_map(move |line| {
        let (start, rest) = line.split_at_checked(mark.len())?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let ends = rest.get(digits).is_none_or(|next| !next.is_ascii_alphanumeric());
        let is_id = start.eq_ignore_ascii_case(mark.as_bytes()) && ends && (LEAST..=64).contains(&digits);
        is_id.then(|| String::from_utf8_lossy(rest.get(..digits).unwrap_or_default()).to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Relation::{PickedFrom, Reapplies, Reverts};

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn of(message: &str) -> Option<Relation> {
        relation(message.as_bytes(), message.lines().next().unwrap())
    }

    #[test]
    fn the_messages_that_git_writes_are_understood() {
        let id = || ID.to_owned();
        for (message, expected) in [
            (format!("Revert \"x\"\n\nThis reverts commit {ID}.\n"), Some(Reverts(id()))),
            (
                format!("why\n\nThis reverts commit {ID}, reversing\nchanges made to 1234567.\n"),
                Some(Reverts(id())),
            ),
            (format!("Reapply \"x\"\n\nThis reverts commit {ID}.\n"), Some(Reapplies(id()))),
            (format!("Revert \"Revert \"x\"\"\n\nThis reverts commit {ID}.\n"), Some(Reapplies(id()))),
            (format!("Revert \"Reapply \"x\"\"\n\nThis reverts commit {ID}.\n"), Some(Reverts(id()))),
            (
                "why\n\nThis reverts commit 01234567 (x, 2022-01-01).\n".into(),
                Some(Reverts("01234567".into())),
            ),
            (format!("x\n\nbody\n\n(cherry picked from commit {ID})\n"), Some(PickedFrom(id()))),
            (
                format!(
                    "x\n\nSigned-off-by: J <j@x>\n(cherry picked from commit 7654321)\n(cherry picked from commit {ID})\n"
                ),
                Some(PickedFrom(id())),
            ),
            (
                format!("Revert \"x\"\n\nThis reverts commit 7654321.\n\n(cherry picked from commit {ID})\n"),
                Some(PickedFrom(id())),
            ),
        ] {
            assert_eq!(of(&message), expected, "{message}");
        }
    }

    #[test]
    fn what_only_mentions_a_commit_has_no_relation() {
        for message in [
            format!("x\n\n> This reverts commit {ID}.\n"),
            format!("x\n\n    This reverts commit {ID}.\n"),
            format!("x\n\nThen This reverts commit {ID}.\n"),
            format!("x\n\nThis reverts commit {ID}.\n\nThis reverts commit 7654321.\n"),
            format!("x (#1)\n\n* one\n\n* Revert \"one\"\n\nThis reverts commit {ID}.\n"),
            format!("x\n\n(cherry picked from commit {ID})\n\nand then some\n"),
            "x\n\nThis reverts commit 012345.\n".into(),
            "x\n\nThis reverts commit 0123456z.\n".into(),
            "x\n\nThis reverts commit \n".into(),
            "Revert \"x\" (#2)\n\nReverts owner/repo#1\n".into(),
        ] {
            assert_eq!(of(&message), None, "{message}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(message: Vec<u8>, subject: String) {
            let _ = (relation(&message, &subject), takes_back(&message, &subject));
        }
    }
}
