//! The one error type of Sealbook and the table its codes come from.
//!
//! A message says what was wrong, with which value, and what to do about it. The code is what programs test.
//!
//! ```
//! use sealbook_error::{Code, Error};
//!
//! let error = Error::new(Code::InvalidKind, "kind \"Review\" has an upper-case letter")
//!     .remedy("write it in lower case: \"review\"");
//! assert_eq!(error.code().name(), "INVALID_KIND");
//! assert_eq!(error.to_string(), "kind \"Review\" has an upper-case letter; write it in lower case: \"review\"");
//! ```

mod code;
mod io;

pub use code::{Code, Row, TABLE};

/// A result with the [`Error`] of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, with which value, and what to do.
#[derive(thiserror::Error)]
#[error("{}", self.message())]
pub struct Error(Box<Inner>);

struct Inner {
    code: Code,
    message: String,
    context: Vec<(&'static str, String)>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with a code and a message that names the offending value.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { code, message: message.into(), context: Vec::new(), source: None }))
    }

    /// Says what to do about it. It is appended to the message.
    #[must_use]
    pub fn remedy(mut self, remedy: &str) -> Self {
        self.0.message.push_str("; ");
        self.0.message.push_str(remedy);
        self
    }

    /// Adds a named value, such as the path or the number of the line.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.0.context.push((name, value.to_string()));
        self
    }

    /// Keeps the error of a library as the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same error for another caller: code, message and context, without the cause.
    #[must_use]
    pub fn again(&self) -> Self {
        let Inner { code, message, context, .. } = &*self.0;
        Self(Box::new(Inner {
            code: *code,
            message: message.clone(),
            context: context.clone(),
            source: None,
        }))
    }

    /// What programs test.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What people read: one line, without the cause.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Named values, in the order in which they were added.
    #[must_use]
    pub fn context(&self) -> &[(&'static str, String)] {
        &self.0.context
    }

    /// Whether the same call may succeed later without any change.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.code().is_retryable()
    }

    /// The error of the library underneath, if there is one.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }
}

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.code(), self.code().number(), self.message())?;
        for (name, value) in self.context() {
            write!(f, "\n  {name}: {value}")?;
        }
        let mut cause = self.cause().map(|c| c as &dyn std::error::Error);
        while let Some(error) = cause {
            write!(f, "\n  caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
