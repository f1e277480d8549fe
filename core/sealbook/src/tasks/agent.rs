//! Agents as JSON, the same in every language.

use sealbook_error::{Code, Error, Result};
use sealbook_runtime::AgentView;
use sealbook_tasks::{AgentId, Capability, Profile, TaskKind};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// All members but `id` may be left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    id: AgentId,
    kinds: Option<Vec<TaskKind>>,
    #[serde(default)]
    capabilities: Vec<Capability>,
    #[serde(default)]
    models: Vec<String>,
    #[serde(default)]
    cost: u64,
    limit: Option<u32>,
    #[serde(default)]
    priority: u8,
}

/// The profile that the text of a JSON object `{id, kinds?, capabilities?, models?, cost?, limit?, priority?}` describes. A worker that runs `kinds`, so many at
/// once, is an agent for these and for as many, if nothing else is said; a capability that is only a name has version 0.0.
///
/// # Errors
/// `INVALID_ARGUMENT` if a member is missing, unknown or of another form, or names a kind that the worker does not run.
///
/// # Example
/// ```
/// use sealbook::tasks::{TaskKind, profile_of};
///
/// let kinds = [TaskKind::parse("research.read")?];
/// let profile = profile_of(r#"{"id":"reader","capabilities":[{"name":"pdf","version":[1,2]}]}"#, &kinds, 4)?;
/// assert_eq!((profile.kinds.len(), profile.limit, profile.capabilities[0].version), (1, 4, (1, 2)));
/// assert!(profile_of(r#"{"id":"reader","kinds":["http"]}"#, &kinds, 4).is_err());
/// # Ok::<(), sealbook::Error>(())
/// ```
pub fn profile_of(text: &str, kinds: &[TaskKind], concurrency: usize) -> Result<Profile> {
    let invalid = |what: String, remedy: &str| Error::new(Code::InvalidArgument, what).remedy(remedy);
    let form: Form = serde_json::from_str(text).map_err(|e| {
        invalid(format!("the agent is not understood: {e}"), "see the guide to tasks for what a profile has")
    })?;
    let own = form.kinds.unwrap_or_else(|| kinds.to_vec());
    if let Some(kind) = own.iter().find(|kind| !kinds.contains(kind)) {
        return Err(invalid(
            format!("agent {} takes tasks of kind {kind}, which its worker does not run", form.id),
            "leave the kind out, or give the worker a handler for it",
        ));
    }
    Ok(Profile {
        id: form.id,
        kinds: own,
        capabilities: form.capabilities,
        models: form.models,
        cost: form.cost,
        limit: form.limit.unwrap_or_else(|| u32::try_from(concurrency).unwrap_or(u32::MAX)),
        priority: form.priority,
    })
}

/// An agent: its profile, how it is, its figures, and the worker that it is, if it is there.
#[must_use]
pub fn agent_json(view: &AgentView) -> Value {
    let agent = &view.agent;
    let figures = json!({"health": agent.health, "load": agent.load, "given": agent.given, "success": agent.success,
        "latency_ms": agent.millis, "worker": view.worker});
    let profile = json!(agent.profile);
    let members = [&profile, &figures].into_iter().filter_map(Value::as_object).flatten();
    members.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sealbook_tasks::Agent;

    fn kinds() -> Vec<TaskKind> {
        vec![TaskKind::parse("a").unwrap(), TaskKind::parse("b").unwrap()]
    }

    #[test]
    fn what_is_not_said_of_an_agent_is_as_its_worker_is() {
        let profile = profile_of(r#"{"id":"x"}"#, &kinds(), 3).unwrap();
        assert_eq!((profile.kinds, profile.limit, profile.cost), (kinds(), 3, 0));
        let full = r#"{"id":"x","kinds":["b"],"capabilities":["q",{"name":"r","version":[2,1]}],"models":["m"],"cost":5,"limit":9,"priority":7}"#;
        let profile = profile_of(full, &kinds(), 3).unwrap();
        let versions: Vec<_> = profile.capabilities.iter().map(|it| it.version).collect();
        assert_eq!((versions, profile.limit, profile.priority), (vec![(0, 0), (2, 1)], 9, 7));
        let view = AgentView { agent: Agent::new(profile).unwrap(), worker: None };
        let form = agent_json(&view);
        assert_eq!(
            (&form["id"], &form["health"], &form["load"]),
            (&json!("x"), &json!("healthy"), &json!(0))
        );
        assert!(form["worker"].is_null() && form["capabilities"][1]["name"] == "r");
    }

    #[test]
    fn a_typo_in_a_profile_is_an_error() {
        for bad in ["{}", r#"{"id":"x","capability":[]}"#, r#"{"id":"x","kinds":["c"]}"#, r#"{"id":""}"#, "["]
        {
            assert_eq!(profile_of(bad, &kinds(), 1).unwrap_err().code(), Code::InvalidArgument, "{bad}");
        }
    }
}
