//! The exemplar ledgers of `tests/vectors/ledger`, whose verdicts were computed by `docs/verify.py`.

use sealbook::{Expected, Hash, Progress, verify_export};
use serde_json::{Value, json};
use std::path::PathBuf;

#[test]
fn every_exemplar_gets_the_verdict_of_the_independent_verifier() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/ledger");
    let file: Value = serde_json::from_slice(&std::fs::read(folder.join("cases.json")).unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() > 200);
    let mut wrong = Vec::new();
    for case in cases {
        let expected = Expected {
            origin: case["origin"].as_str().map(str::to_owned),
            size: case["size"].as_u64(),
            root: case["root"].as_str().and_then(Hash::from_hex),
        };
        let path = folder.join(case["file"].as_str().unwrap());
        let report =
            serde_json::to_value(verify_export(&path, &expected, &Progress::default()).unwrap()).unwrap();
        let places = |list: &Value| -> Vec<Value> {
            list.as_array().unwrap().iter().map(|f| json!({"seq": f["seq"], "kind": f["kind"]})).collect()
        };
        let topics: Vec<Value> = report["not_checked"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| t.as_str().unwrap().split(':').next().unwrap().into())
            .collect();
        let mut ours = json!({
            "verdict": report["verdict"], "entries": report["entries"], "root": report["root"], "origin": report["origin"],
            "faults": places(&report["faults"]), "notes": places(&report["notes"]), "not_checked": topics,
        });
        let mut theirs = case["expect"].clone();
        for side in [&mut ours, &mut theirs] {
            side["not_checked"].as_array_mut().unwrap().sort_by_key(Value::to_string);
        }
        if ours != theirs {
            wrong.push(format!("{} ({})\n  ours   {ours}\n  theirs {theirs}", case["file"], case["why"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
