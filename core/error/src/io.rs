//! Errors of the operating system, with the path they are about.

use crate::{Code, Error};
use std::io::{self, ErrorKind};
use std::path::Path;

impl Error {
    /// An operating-system error on `path`; `doing` completes "cannot …".
    ///
    /// ```
    /// use sealbook_error::{Code, Error};
    /// let gone = std::io::Error::from(std::io::ErrorKind::NotFound);
    /// let error = Error::io(gone, "read", "export.jsonl");
    /// assert_eq!(error.code(), Code::NotFound);
    /// assert!(error.to_string().starts_with("cannot read export.jsonl: "));
    /// ```
    #[must_use]
    pub fn io(error: io::Error, doing: &str, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().display();
        let (code, message) = (code_of(&error), format!("cannot {doing} {path}: {error}"));
        Error::new(code, message).remedy(remedy(code)).with("path", path).caused_by(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::new(code_of(&error), error.to_string()).caused_by(error)
    }
}

fn remedy(code: Code) -> &'static str {
    match code {
        Code::NotFound => "check the path",
        Code::PermissionDenied => "check owner and mode of file and folder",
        Code::ReadOnly => "use a place that can be written",
        Code::DiskFull => "free space and try again",
        _ => "check the disk",
    }
}

fn code_of(error: &io::Error) -> Code {
    match error.kind() {
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::PermissionDenied => Code::PermissionDenied,
        ErrorKind::ReadOnlyFilesystem => Code::ReadOnly,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Code::DiskFull,
        _ => Code::Io,
    }
}
