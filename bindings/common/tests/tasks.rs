//! The calls about tasks that every language runs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use sealbook_common::request;
use sealbook_common::sealbook::{Ledger, OpenOptions, Result};
use sealbook_common::tasks::Orchestrator;
use serde_json::{Value, json};

const CASES: &str = include_str!("../../../tests/vectors/tasks/calls.json");

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The texts that a case's placeholders stand for.
fn filled(part: &Value, names: &[(String, String)]) -> Value {
    let mut text = part.to_string();
    for (name, id) in names {
        text = text.replace(&format!("{{{{{name}}}}}"), id);
    }
    value(&text)
}

fn call(tasks: &Orchestrator, call: &str, request: &Value) -> Result<Value> {
    let word = |name: &str| request.get(name).and_then(Value::as_str).unwrap().to_owned();
    let id = |submitted: &Value| submitted["id"].as_str().unwrap().to_owned();
    Ok(match call {
        "submit" => value(&tasks.show(&id(&value(&tasks.submit(&request.to_string())?)))?),
        "submit_many" => {
            let submitted = value(&tasks.submit_many(&request.to_string())?);
            let ids = submitted.as_array().unwrap().iter().map(id);
            ids.map(|id| Ok(value(&tasks.show(&id)?))).collect::<Result<_>>()?
        }
        "list" => value(&tasks.list(&request.to_string())?),
        "show" => value(&tasks.show(&word("id"))?),
        "act" => value(&tasks.act(&word("act"), &word("id"), &word("principal"), &word("reason"))?),
        "act_many" => {
            let ids = request["ids"].to_string();
            value(&tasks.act_many(&word("act"), &ids, &word("principal"), &word("reason"))?)
        }
        "breaker" => {
            value(&tasks.breaker(&word("key"), &word("act"), &word("principal"), &word("reason"))?)
        }
        "limit" => value(&tasks.limit(&request["limit"].to_string(), &word("principal"), &word("reason"))?),
        "vote" => {
            let (choice, reason) = (word("choice"), word("reason"));
            value(&tasks.vote(&word("plea"), &word("voter"), &choice, &reason, None, None)?)
        }
        "say" => {
            let key = request["key"].as_str();
            value(&tasks.say(&word("plea"), &word("voter"), &request["saying"].to_string(), key)?)
        }
        "ballot" => value(&tasks.ballot(&word("plea"), &word("voter"), &request["saying"].to_string())?),
        "cast" => value(&tasks.cast(&request["ballot"].to_string(), &word("signature"))?),
        "set_health" => {
            value(&tasks.set_health(&word("agent"), &word("health"), &word("principal"), &word("reason"))?)
        }
        "record_and_submit" => {
            let records = request::records(&request["entries"].to_string())?;
            value(&tasks.record_and_submit_json(&records, &request["tasks"].to_string())?)
        }
        other => panic!("no call {other}"),
    })
}

fn assert_part(part: &Value, whole: &Value, place: &str) {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            for (name, part) in part {
                assert_part(part, whole.get(name).unwrap_or(&json!("nothing")), &format!("{place}.{name}"));
            }
        }
        (Value::Array(part), Value::Array(whole)) => {
            assert_eq!(part.len(), whole.len(), "{place}: {whole:?}");
            for (n, (part, whole)) in part.iter().zip(whole).enumerate() {
                assert_part(part, whole, &format!("{place}[{n}]"));
            }
        }
        _ => assert_eq!(part, whole, "{place}"),
    }
}

#[test]
fn a_schedule_is_put_paused_and_removed() {
    let ledger = Ledger::in_memory(&OpenOptions::default()).unwrap();
    let tasks = Orchestrator::new(&ledger).unwrap();
    let request =
        json!({"name": "s", "cron": "@daily", "task": {"kind": "a", "requester": "ann", "arguments": [1]}});
    let put = value(&tasks.schedule(&request.to_string()).unwrap());
    assert_part(&json!({"zone": "UTC", "missed": "skip", "grace_ms": 60000, "arguments": [1]}), &put, "put");
    assert_eq!(value(&tasks.schedules().unwrap()), json!([put]));
    assert_eq!(value(&tasks.pause_schedule("s", true, "ann").unwrap())["next"], Value::Null);
    assert_eq!(value(&tasks.pause_schedule("s", false, "ann").unwrap())["paused"], false);
    tasks.unschedule("s", "ann").unwrap();
    assert_eq!(tasks.unschedule("s", "ann").unwrap_err().code().name(), "NOT_FOUND");
    assert_eq!(tasks.schedules().unwrap(), "[]");
}

#[test]
fn a_call_about_tasks_has_the_outcome_of_every_language() {
    let cases = value(CASES);
    for case in cases["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let tasks = Orchestrator::new(&Ledger::in_memory(&OpenOptions::default()).unwrap()).unwrap();
        let mut names = Vec::new();
        for (n, request) in case["before"].as_array().into_iter().flatten().enumerate() {
            let submitted = value(&tasks.submit(&request.to_string()).unwrap());
            names.push((n.to_string(), submitted["id"].as_str().unwrap().to_owned()));
        }
        if let Some(plea) = value(&tasks.pleas(false).unwrap())[0]["id"].as_str() {
            names.push(("plea".to_owned(), plea.to_owned()));
        }
        for step in case["first"].as_array().into_iter().flatten() {
            call(&tasks, step["call"].as_str().unwrap(), &filled(&step["request"], &names)).unwrap();
        }
        let outcome = call(&tasks, case["call"].as_str().unwrap(), &filled(&case["request"], &names));
        match (outcome, case["code"].as_str()) {
            (Ok(result), None) => assert_part(&filled(&case["expect"], &names), &result, name),
            (Err(error), Some(code)) => {
                assert_eq!(error.code().name(), code, "{name}: {error}");
                for (member, expected) in case["context"].as_object().into_iter().flatten() {
                    let found = error.context().iter().find(|(name, _)| *name == member.as_str());
                    assert_eq!(
                        found.map(|(_, value)| value.to_string()).as_deref(),
                        expected.as_str(),
                        "{name}"
                    );
                }
                let left = value(&tasks.list("{}").unwrap());
                assert_eq!(
                    left.as_array().unwrap().len(),
                    case["before"].as_array().map_or(0, Vec::len),
                    "{name}"
                );
            }
            (outcome, code) => panic!("{name}: {outcome:?} instead of {code:?}"),
        }
    }
}
