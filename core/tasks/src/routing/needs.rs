//! What a task needs of the agent that does it.

use super::Strategy;
use crate::AgentId;
use sealbook_error::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A capability that is needed, in at least this version. As JSON it is `{name, version: [major, minor]}`; a name alone has version 0.0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Form")]
pub struct Capability {
    /// Its name, such as `code.review`.
    pub name: String,
    /// Its version: major, minor. An agent that has the same major and at least this minor will do.
    pub version: (u32, u32),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Name(String),
    Full(Full),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Full {
    name: String,
    #[serde(default)]
    version: (u32, u32),
}

impl From<Form> for Capability {
    fn from(form: Form) -> Self {
        match form {
            Form::Name(name) => Self { name, version: (0, 0) },
            Form::Full(Full { name, version }) => Self { name, version },
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}.{}", self.name, self.version.0, self.version.1)
    }
}

/// The constraints on the agent; nothing set means that any agent will do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Needs {
    /// All of these.
    pub capabilities: Vec<Capability>,
    /// One of these models.
    pub models: Vec<String>,
    /// One of these agents.
    pub agents: Vec<AgentId>,
    /// At most this cost of a task, in the host's unit.
    pub max_cost: Option<u64>,
    /// How one of those that can is chosen, if not as the orchestrator does it. Without any constraint, from all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
}

impl Needs {
    /// Whether nothing is set, so that a worker that presents no profile may do it as well.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// `INVALID_TASK` for a name that is empty or longer than 256 bytes, for more than 100 constraints of one sort, or a
    /// cost beyond 2^53 - 1.
    pub fn check(&self) -> Result<()> {
        let names = self.capabilities.iter().map(|capability| &capability.name).chain(&self.models);
        let fault = if let Some(name) = names.into_iter().find(|name| !(1..=256).contains(&name.len())) {
            format!("a name in the needs has {} bytes", name.len())
        } else if self.capabilities.len().max(self.models.len()).max(self.agents.len()) > 100 {
            "the needs have more than 100 constraints of one sort".to_owned()
        } else if self.max_cost.is_some_and(|cost| cost >= 1 << 53) {
            format!("max_cost is {}", self.max_cost.unwrap_or_default())
        } else {
            return Ok(());
        };
        Err(Error::new(Code::InvalidTask, fault).remedy("correct the task's needs"))
    }
}
