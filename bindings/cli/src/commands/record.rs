//! `sealbook record`

use crate::args::{ActorType, Flags, Record};
use crate::context::{Context, Outcome};
use crate::{entry, output, stream};
use sealbook_common::sealbook::{self, Code, Error, Result};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(crate) fn run(args: &Record, context: &Context) -> Result<Outcome> {
    if args.input.is_some() {
        return stream::record_lines(&context.open()?, context);
    }
    let record = sealbook::Record {
        kind: args.flags.kind.clone().unwrap_or_default(),
        payload: payload(&args.flags)?.into_bytes(),
        id: args.flags.id.clone(),
    };
    let entry = context.open()?.record(record)?;
    if context.json {
        output::print(&(entry.to_json() + "\n"))?;
    } else if !context.quiet {
        output::print(&entry::block(&entry, context.out))?;
    }
    Ok(Outcome::Good)
}

/// The members that the options give, and those of `--payload` as the text that it is: only the core judges it.
fn payload(flags: &Flags) -> Result<String> {
    let members = members(flags);
    let given = flags.payload.as_deref().unwrap_or("{}").trim();
    if let Ok(Names(names)) = serde_json::from_str(given)
        && let Some(name) = members.keys().find(|name| names.contains_key(*name))
    {
        let message = format!("the member {name:?} is given by an option and by --payload");
        return Err(Error::new(Code::InvalidArgument, message).remedy("give it once").with("member", name));
    }
    let ours = Value::Object(members).to_string();
    let (Some(ours), Some(rest)) = (ours.strip_suffix('}').filter(|o| *o != "{"), given.strip_prefix('{'))
    else {
        return Ok(given.to_owned());
    };
    let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
    Ok(format!("{ours}{comma}{rest}"))
}

/// The names of an object's members.
#[derive(Deserialize)]
struct Names<'a>(#[serde(borrow)] BTreeMap<String, &'a RawValue>);

fn members(flags: &Flags) -> Map<String, Value> {
    let mut members = Map::new();
    let mut add = |name: &str, value: Option<Value>| members.extend(value.map(|v| (name.to_owned(), v)));
    let class = flags.actor_type.map(|class| match class {
        ActorType::Human => "human",
        ActorType::Ai => "ai",
        ActorType::Service => "service",
    });
    let actor = flags.actor.as_ref().map(|id| {
        object([
            ("type", class),
            ("id", Some(id)),
            ("name", flags.actor_name.as_deref()),
            ("model", flags.model.as_deref()),
            ("run", flags.run.as_deref()),
        ])
    });
    let action = flags
        .action
        .as_ref()
        .map(|action| object([("type", Some(action)), ("description", flags.description.as_deref())]));
    let files: Vec<Value> = flags.file.iter().map(|path| json!({"path": path})).collect();
    add("actor", actor);
    add("action", action);
    add("spec", flags.spec.as_deref().map(Value::from));
    add("files", (!files.is_empty()).then(|| files.into()));
    members
}

/// An object of those members that there are.
fn object<const N: usize>(members: [(&str, Option<&str>); N]) -> Value {
    members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))))
        .collect::<Map<_, _>>()
        .into()
}
