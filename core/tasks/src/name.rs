//! Ids and names: small values that are checked once, when they come in.

use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{EntryId, Kind, Time};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

const MAX_BYTES: usize = 256;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(EntryId);

        impl $name {
            /// The id of this millisecond with 74 of the given 80 random bits.
            #[must_use]
            pub fn new(time: Time, random: [u8; 10]) -> Self {
                Self(EntryId::new(time, random))
            }

            /// Parses the lower-case form of a UUID of version 7.
            ///
            /// # Errors
            /// `INVALID_ID` for anything else.
            pub fn parse(text: &str) -> Result<Self> {
                EntryId::parse(text).map(Self)
            }

            /// The id of 16 bytes that carry version 7 and variant 10.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
                EntryId::from_slice(&bytes).map(Self)
            }

            /// The 16 bytes in network order.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(text: String) -> Result<Self> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    )*};
}

ids! {
    /// The id of a task.
    TaskId;
    /// The id of a plea.
    PleaId;
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident $what:literal $rule:literal $check:path;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes a name that fits.
            ///
            /// # Errors
            /// `INVALID_TASK` if it does not.
            pub fn parse(text: &str) -> Result<Self> {
                if $check(text) {
                    return Ok(Self(text.into()));
                }
                let shown: String = text.chars().take(80).collect();
                Err(Error::new(Code::InvalidTask, format!(concat!($what, " {:?} is not usable"), shown))
                    .remedy(concat!("use ", $rule)))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(text: String) -> Result<Self> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }
    )*};
}

names! {
    /// The kind of a task, in the grammar of kinds of entries, such as `process` or `research.summarise`.
    TaskKind "the kind of task" "a kind such as process or research.summarise, not under sys." fits_the_grammar;
    /// Who asks, votes or runs: a person, a service or an agent, as the host has authenticated it.
    Principal "the principal" "one line of 1 to 256 bytes" is_one_line;
    /// A key that tasks share: for fairness, for limits, for a breaker, for idempotency.
    Key "the key" "one line of 1 to 256 bytes" is_one_line;
    /// The id of a worker, unique among those that are alive.
    WorkerId "the worker's id" "one line of 1 to 256 bytes" is_one_line;
    /// The id of an agent.
    AgentId "the agent's id" "one line of 1 to 256 bytes" is_one_line;
}

fn fits_the_grammar(text: &str) -> bool {
    Kind::for_caller(text).is_ok()
}

fn is_one_line(text: &str) -> bool {
    (1..=MAX_BYTES).contains(&text.len()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_fit_is_refused_when_read_back_too() {
        for bad in ["", "two\nlines", &"x".repeat(257)] {
            assert_eq!(Key::parse(bad).unwrap_err().code(), Code::InvalidTask, "{bad:?}");
            assert!(serde_json::from_value::<Principal>(serde_json::json!(bad)).is_err(), "{bad:?}");
        }
        for bad in ["sys.task", "Process", ""] {
            assert!(TaskKind::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(serde_json::to_string(&Key::parse("a/b").unwrap()).unwrap(), "\"a/b\"");
    }

    #[test]
    fn an_id_is_written_and_read_as_a_uuid() {
        let id = TaskId::new(Time::EPOCH, [7; 10]);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<TaskId>(&json).unwrap(), id);
        assert!(serde_json::from_str::<TaskId>("\"1\"").is_err());
    }
}
