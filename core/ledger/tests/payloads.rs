//! The canonicaliser against vectors that it did not make: ours from `docs/verify.py`, and those of RFC 8785.

use sealbook_ledger::canonicalize;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/ledger")
}

#[test]
fn every_payload_vector_is_canonicalised_or_refused_as_it_says() {
    let file: Value = serde_json::from_slice(&fs::read(vectors().join("payloads.json")).unwrap()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 80);
    for case in cases {
        let text = match &case["text"] {
            Value::String(text) => text.clone().into_bytes(),
            _ => hex(case["bytes_hex"].as_str().unwrap()),
        };
        match (canonicalize(&text, usize::MAX), &case["canonical"], &case["error"]) {
            (Ok(ours), Value::String(theirs), _) => {
                assert_eq!(String::from_utf8_lossy(&ours), *theirs, "{case}")
            }
            (Err(error), _, Value::String(code)) => assert_eq!(error.code().name(), code, "{case}"),
            (ours, ..) => panic!("{case}: {ours:?}"),
        }
    }
}

#[test]
fn the_pairs_of_rfc_8785_agree() {
    let folder = vectors().join("rfc8785/testdata");
    for name in ["arrays", "french", "structures", "unicode", "values", "weird"] {
        // Two of the pairs are arrays; the format takes objects alone, so that all are wrapped.
        let input = fs::read_to_string(folder.join(format!("input/{name}.json"))).unwrap();
        let output = fs::read_to_string(folder.join(format!("output/{name}.json"))).unwrap();
        // The pair prints 1e+30 and the like, which are no integers for the format.
        let ours = canonicalize(format!("{{\"x\":{input}}}").as_bytes(), usize::MAX).unwrap();
        assert_eq!(String::from_utf8(ours).unwrap(), format!("{{\"x\":{}}}", output.trim_end()), "{name}");
    }
}

#[test]
fn ten_thousand_numbers_are_printed_as_ecmascript_does() {
    let list = fs::read_to_string(vectors().join("rfc8785/es6numbers-10000.txt")).unwrap();
    let (mut printed, mut refused) = (0, 0);
    for line in list.lines() {
        let (bits, expected) = line.split_once(',').unwrap();
        let value = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        // Rust prints the shortest digits that read back as the same double, in another notation.
        let ours = canonicalize(format!("{{\"n\":{value:e}}}").as_bytes(), usize::MAX);
        let integer_beyond = value.abs() > 9_007_199_254_740_991.0 && !expected.contains('e');
        if integer_beyond {
            assert_eq!(ours.unwrap_err().code().name(), "PAYLOAD_INTEGER_RANGE", "{line}");
            refused += 1;
        } else {
            assert_eq!(String::from_utf8(ours.unwrap()).unwrap(), format!("{{\"n\":{expected}}}"), "{line}");
            printed += 1;
        }
    }
    assert_eq!(printed + refused, 10_000);
    assert!(refused < 1000);
}

#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
