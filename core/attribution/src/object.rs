//! The parts of a commit object, read leniently: whatever git accepts in a history must not stop a scan.

use crate::identity::{Identity, parse_signature};
use crate::{Person, Time};
use gix::ObjectId;
use memchr::memchr;
use std::borrow::Cow;

/// The parts that rules look at, borrowed from the object.
pub(crate) struct Parts<'a> {
    pub(crate) author: (Identity<'a>, Time),
    pub(crate) committer: (Identity<'a>, Time),
    pub(crate) message: &'a [u8],
}

/// The parts of a commit, or nothing if it is no commit at all.
pub(crate) fn parts(object: &[u8]) -> Option<Parts<'_>> {
    let mut lines = HeaderLines(object);
    lines.next().filter(|line| line.starts_with(b"tree "))?;
    let (mut author, mut committer) = (None, None);
    for line in lines.by_ref() {
        if let Some(value) = line.strip_prefix(b"author ") {
            author.get_or_insert_with(|| parse_signature(value));
        } else if let Some(value) = line.strip_prefix(b"committer ") {
            committer.get_or_insert_with(|| parse_signature(value));
        }
    }
    let message = lines.0;
    let end = memchr(0, message).unwrap_or(message.len());
    Some(Parts { author: author?, committer: committer?, message: message.get(..end)? })
}

/// The tree, or nothing if it is no commit.
pub(crate) fn tree_of(object: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(HeaderLines(object).next()?.strip_prefix(b"tree ")?).ok()
}

/// The parents and the committer's time in seconds: what a walk needs.
pub(crate) fn links(object: &[u8]) -> Option<(Vec<ObjectId>, i64)> {
    let mut lines = HeaderLines(object);
    lines.next().filter(|line| line.starts_with(b"tree "))?;
    let mut parents = Vec::with_capacity(2);
    for line in lines {
        if let Some(hex) = line.strip_prefix(b"parent ") {
            parents.push(ObjectId::from_hex(hex).ok()?);
        } else if let Some(value) = line.strip_prefix(b"committer ") {
            return Some((parents, parse_signature(value).1.seconds));
        }
    }
    None
}

/// How many parents the object names, those too that a shallow clone left out.
pub(crate) fn parent_count(object: &[u8]) -> usize {
    HeaderLines(object).skip(1).take_while(|line| line.starts_with(b"parent ")).count()
}

/// Lines up to the blank one; what is left afterwards is the message.
struct HeaderLines<'a>(&'a [u8]);

impl<'a> Iterator for HeaderLines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = memchr(b'\n', self.0).unwrap_or(self.0.len());
        let (line, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.get(1..).unwrap_or_default();
        (!line.is_empty()).then_some(line)
    }
}

/// The first paragraph on one line, as `git log --format=%s` shows it.
pub(crate) fn subject(message: &[u8]) -> Cow<'_, str> {
    let mut lines = message.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let first = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let mut subject = String::from_utf8_lossy(first);
    for line in lines.take_while(|line| !line.is_empty()) {
        let subject = subject.to_mut();
        subject.push(' ');
        subject.push_str(&String::from_utf8_lossy(line));
    }
    subject
}

impl<'a> From<(Identity<'a>, Time)> for Person<'a> {
    fn from((who, time): (Identity<'a>, Time)) -> Self {
        Person { name: String::from_utf8_lossy(who.name), email: String::from_utf8_lossy(who.email), time }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &[u8] = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\
        parent 0123456789012345678901234567890123456789\n\
        parent 1123456789012345678901234567890123456789\n\
        author A <a@x> 5 +0000\ncommitter C <c@x> 7 +0100\nencoding ISO-8859-1\n\
        gpgsig -----BEGIN\n parent 2123456789012345678901234567890123456789\n -----END\n\n\
        subject\nsecond line\n\nauthor of the body\n";

    #[test]
    fn header_and_message_are_kept_apart() {
        let parts = parts(COMMIT).unwrap();
        assert_eq!(parts.author.0.name, b"A");
        assert_eq!(parts.committer.1, Time { seconds: 7, offset_minutes: 60 });
        assert_eq!(subject(parts.message), "subject second line");
        let (parents, seconds) = links(COMMIT).unwrap();
        assert_eq!((parents.len(), seconds), (2, 7));
    }

    #[test]
    fn what_is_no_commit_has_no_parts() {
        for object in [&b""[..], b"\n", b"blob", b"tree 1\n\nmessage", b"tree 1\nauthor A <a> 1 +0\n\n"] {
            assert!(parts(object).is_none());
            assert!(links(object).is_none());
        }
    }

    #[test]
    fn a_message_ends_at_nul_as_in_git() {
        let object = b"tree 1\nauthor A <a> 1 +0\ncommitter C <c> 1 +0\n\nseen\0unseen";
        assert_eq!(parts(object).unwrap().message, b"seen");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(tail: Vec<u8>) {
            let object = [b"tree 1\n".as_slice(), &tail].concat();
            let _ = (parts(&object), links(&object), subject(&tail));
        }
    }
}
