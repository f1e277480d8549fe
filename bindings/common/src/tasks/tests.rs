use super::*;
use sealbook::OpenOptions;

fn orchestrator() -> Orchestrator {
    Orchestrator::new(&Ledger::in_memory(&OpenOptions::default()).unwrap()).unwrap()
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_host_fetches_attempts_and_brings_outcomes_back() {
    let tasks = orchestrator();
    let submitted = tasks.submit(r#"{"kind":"add","requester":"ann","arguments":[1,2.50]}"#).unwrap();
    let id = value(&submitted)["id"].as_str().unwrap().to_owned();
    let worker = tasks.work(&["add".to_owned()], r#"{"until_idle":true,"concurrency":1}"#).unwrap();
    let attempt = value(&worker.fetch(Duration::from_secs(60)).unwrap());
    assert_eq!((&attempt["arguments"], &attempt["attempt"]), (&json!([1, 2.5]), &json!(1)));
    let ticket = attempt["ticket"].as_u64().unwrap();
    assert_eq!(worker.complete(ticket, "{}").unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(worker.beat(ticket, Some("0.5")).unwrap(), None);
    worker.complete(ticket, r#"{"complete":{"sum":3.5}}"#).unwrap();
    assert_eq!(worker.complete(ticket, r#"{"complete":1}"#).unwrap_err().code(), Code::NotFound);
    let ended = value(&tasks.wait(&id, Duration::from_secs(60)).unwrap().unwrap());
    assert_eq!((&ended["state"], &ended["result"]["sum"]), (&json!("completed"), &json!(3.5)));
    assert!(worker.fetch(Duration::from_secs(60)).is_none());
    assert_eq!(value(&worker.join().unwrap())["completed"], json!(1));
}

#[test]
fn an_exception_keeps_its_class_and_its_traceback() {
    let tasks = orchestrator();
    let submitted = tasks.submit(r#"{"kind":"add","requester":"ann","max_attempts":1}"#).unwrap();
    let id = value(&submitted)["id"].as_str().unwrap().to_owned();
    let worker = tasks.work(&["add".to_owned()], r#"{"until_idle":true}"#).unwrap();
    let attempt = value(&worker.fetch(Duration::from_secs(60)).unwrap());
    let outcome = r#"{"fail":{"class":"ValueError","message":"no","detail":"Traceback ..."}}"#;
    worker.complete(attempt["ticket"].as_u64().unwrap(), outcome).unwrap();
    let ended = value(&tasks.wait(&id, Duration::from_secs(60)).unwrap().unwrap());
    assert_eq!(ended["state"], json!("dead"));
    assert_eq!(ended["failure"]["class"], json!("ValueError"));
    assert_eq!(ended["failure"]["detail"], json!("Traceback ..."));
    worker.join().unwrap();
}

#[test]
fn a_second_worker_finds_what_the_first_left_in_the_queue() {
    let tasks = orchestrator();
    for kind in ["one", "two"] {
        tasks.submit(&json!({"kind": kind, "requester": "ann"}).to_string()).unwrap();
    }
    for kind in ["one", "two"] {
        let worker = tasks.work(&[kind.to_owned()], r#"{"until_idle":true}"#).unwrap();
        let (ticket, attempt) = worker.fetch_with_ticket(Duration::from_secs(60)).unwrap();
        assert_eq!(value(&attempt)["kind"], json!(kind));
        worker.complete(ticket, r#"{"complete":null}"#).unwrap();
        worker.join().unwrap();
    }
    assert_eq!(value(&tasks.counts().unwrap()), json!({"completed": 2}));
}

#[test]
fn events_come_in_pages_with_the_number_to_go_on_behind() {
    let tasks = orchestrator();
    assert_eq!(tasks.page(7, 10, Duration::ZERO).unwrap(), (7, "[]".to_owned()));
    tasks.submit_many(r#"[{"kind":"a","requester":"ann"},{"kind":"b","requester":"ann"}]"#).unwrap();
    let (first, _) = tasks.page(0, 1, Duration::ZERO).unwrap();
    let (last, rest) = tasks.page(first, 10, Duration::ZERO).unwrap();
    assert_eq!((last, value(&rest).as_array().unwrap().len()), (tasks.last_event().unwrap(), 1));
}

#[test]
fn a_failure_in_plain_texts_is_one_like_any_other() {
    let tasks = orchestrator();
    tasks.submit(r#"{"kind":"a","requester":"ann","max_attempts":1}"#).unwrap();
    let worker = tasks.work(&kinds_of(r#"["a"]"#).unwrap(), r#"{"until_idle":true}"#).unwrap();
    let (ticket, _) = worker.fetch_with_ticket(Duration::from_secs(60)).unwrap();
    worker.fail(ticket, "Timeout", "\"no\"\n", Some("at line 7")).unwrap();
    assert_eq!(worker.fail(ticket, "Timeout", "", None).unwrap_err().code(), Code::NotFound);
    worker.join().unwrap();
    let listed = value(&tasks.list("{}").unwrap());
    let failure =
        json!({"class": "Timeout", "message": "\"no\"\n", "detail": "at line 7", "fault": "transient"});
    assert_eq!(listed[0]["failure"], failure);
    assert_eq!(kinds_of("a").unwrap_err().code(), Code::InvalidArgument);
}

#[test]
fn what_is_not_understood_is_named() {
    let tasks = orchestrator();
    let word = |result: Result<String>, word: &str| {
        let error = result.unwrap_err();
        assert!(error.message().contains(word), "{error}");
    };
    word(tasks.submit_many(r#"[{"kind":"a","requester":"ann"},{"kind":"a"}]"#), "requester");
    word(tasks.list(r#"{"state":"failed"}"#), "state");
    word(tasks.act("kill", "019aaf3e-5a00-7000-8000-000000000001", "ann", ""), "kill");
    word(tasks.vote("019aaf3e-5a00-7000-8000-000000000001", "ann", "maybe", "", None, None), "maybe");
    assert_eq!(value(&tasks.counts().unwrap()), json!({}));
}

#[test]
fn a_worker_that_is_an_agent_gets_what_needs_it_and_is_listed() {
    let tasks = orchestrator();
    let task =
        r#"{"kind":"a","requester":"ann","needs":{"capabilities":[{"name":"review","version":[1,2]}]}}"#;
    let id = value(&tasks.submit(task).unwrap())["id"].as_str().unwrap().to_owned();
    let why = value(&tasks.show(&id).unwrap())["waiting"].clone();
    assert_eq!(why, "no agent can do a task of kind a: none is registered");
    let kinds = ["a".to_owned()];
    let typo = tasks.work(&kinds, r#"{"agent":{"id":"x","skills":[]}}"#).unwrap_err();
    assert_eq!(typo.code(), Code::InvalidArgument);
    let options = r#"{"until_idle":true,"concurrency":3,"agent":{"id":"reviewer","capabilities":[{"name":"review","version":[1,4]}]}}"#;
    let worker = tasks.work(&kinds, options).unwrap();
    let (ticket, _) = worker.fetch_with_ticket(Duration::from_secs(60)).unwrap();
    let agent = value(&tasks.agents().unwrap())[0].clone();
    let members = ["id", "load", "limit", "health"].map(|name| agent[name].clone());
    assert_eq!(members, [json!("reviewer"), json!(1), json!(3), json!("healthy")]);
    assert!(agent["worker"].is_string());
    worker.complete(ticket, r#"{"complete":null}"#).unwrap();
    worker.join().unwrap();
    let ended = value(&tasks.show(&id).unwrap());
    assert_eq!((&ended["history"][1]["agent"], &ended["waiting"]), (&json!("reviewer"), &Value::Null));
    let agent = value(&tasks.agents().unwrap())[0].clone();
    assert_eq!((&agent["load"], &agent["given"], &agent["worker"]), (&json!(0), &json!(1), &Value::Null));
}

#[test]
fn a_stuck_attempt_is_replaced_once_somebody_fetches() {
    let tasks = orchestrator();
    let submit = || {
        let submitted = tasks.submit(r#"{"kind":"a","requester":"ann"}"#).unwrap();
        value(&submitted)["id"].as_str().unwrap().to_owned()
    };
    let worker = tasks.work(&["a".to_owned()], r#"{"concurrency":1,"grace_ms":20}"#).unwrap();
    let deaf = submit();
    let (ticket, _) = worker.fetch_with_ticket(Duration::from_secs(60)).unwrap();
    let next = submit();
    tasks.act("cancel", &deaf, "ann", "enough").unwrap();
    while worker.stop_reason(ticket).unwrap().is_none() {
        std::thread::yield_now();
    }
    // Nobody fetches: another worker could run it, so it is left to that.
    assert_eq!(value(&tasks.show(&next).unwrap())["state"], json!("queued"));
    let (other, attempt) = worker.fetch_with_ticket(Duration::from_secs(60)).unwrap();
    assert_eq!(value(&attempt)["task"], json!(next));
    for ticket in [ticket, other] {
        worker.complete(ticket, r#"{"complete":1}"#).unwrap();
    }
    tasks.wait(&next, Duration::from_secs(60)).unwrap().unwrap();
    worker.stop("the test ends");
    let summary = value(&worker.join().unwrap());
    assert_eq!((&summary["stuck"], &summary["abandoned"]), (&json!(1), &json!(0)));
}

#[test]
fn options_of_a_worker_that_make_no_sense_are_refused_before_it_begins() {
    let tasks = orchestrator();
    for bad in [r#"{"concurrency":0}"#, r#"{"concurrency":2,"least":3}"#, r#"{"least":0}"#, r#"{"spare":-1}"#]
    {
        let refused = tasks.work(&["a".to_owned()], bad).unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{bad}");
    }
}
