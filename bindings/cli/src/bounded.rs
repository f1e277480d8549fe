//! Small files, read with bounded memory.

use sealbook_common::sealbook::{Code, Error, Result};
use std::io::Read;
use std::path::Path;

/// The text of a file or stream that must not be longer than `most` bytes. No error repeats any of it: it may be a secret.
pub(crate) fn read(from: impl Read, name: &Path, most: u64) -> Result<String> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| Error::io(e, "read", name))?;
    let refused = |why: &str, remedy: &str| {
        Err(Error::new(Code::InvalidArgument, format!("{} {why}", name.display()))
            .remedy(remedy)
            .with("path", name.display()))
    };
    if bytes.len() as u64 > most {
        return refused(&format!("is longer than {most} bytes"), "check that it is the right file");
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(_) => refused("is not UTF-8", "check that it is the right file"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_not_read_to_its_end_and_nothing_of_it_is_repeated() {
        let read = |from: &[u8]| super::read(from, Path::new("x"), 4);
        assert_eq!(read("grö".as_bytes()).unwrap(), "grö");
        for bad in ["12345".as_bytes(), &[0xff, b'k']] {
            let error = read(bad).unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument);
            assert!(!format!("{error:?}").contains("12345"), "{error:?}");
        }
        assert!(super::read(std::io::repeat(b'x'), Path::new("x"), 4).is_err());
    }
}
