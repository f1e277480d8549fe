//! Code by others agrees with ours on random input: two implementations of RFC 8785 and one of RFC 6962.

use ct_merkle::RootHash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sealbook_ledger::tree::Frontier;
use sealbook_ledger::{canonicalize, leaf_hash};
use serde_json::{Map, Number, Value};
use sha2::Sha256;

const SAFE: i64 = 9_007_199_254_740_991;

/// Numbers that the format takes: integers that every implementation keeps exactly, and doubles that are not printed as larger ones.
fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        (-SAFE..=SAFE).prop_map(Number::from),
        any::<f64>().prop_filter_map("finite and not an integer beyond 2^53", |x| {
            let beyond = x.abs() > SAFE as f64 && x.abs() < 1e21;
            if beyond { None } else { Number::from_f64(x) }
        }),
    ]
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number().prop_map(Value::Number),
        any::<String>().prop_map(Value::String),
    ];
    let value = leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::hash_map(any::<String>(), inner, 0..8)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    });
    prop::collection::hash_map("[\\PC\u{0}-\u{1f}]{0,12}", value, 0..8)
        .prop_map(|m| Value::Object(m.into_iter().collect::<Map<_, _>>()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn two_implementations_of_rfc_8785_agree(document in document()) {
        let ours = canonicalize(document.to_string().as_bytes(), usize::MAX).unwrap();
        prop_assert_eq!(&ours, &serde_jcs::to_vec(&document).unwrap());
        prop_assert_eq!(&ours, &serde_json_canonicalizer::to_vec(&document).unwrap());
        let pretty = canonicalize(serde_json::to_string_pretty(&document).unwrap().as_bytes(), usize::MAX).unwrap();
        prop_assert_eq!(&ours, &pretty);
        prop_assert_eq!(&ours, &canonicalize(&ours, usize::MAX).unwrap());
    }

    #[test]
    fn any_bytes_are_canonicalised_once_and_for_all_or_refused(bytes in any::<Vec<u8>>(), text in "[\\[\\]{}:,\"\\\\0-9eE.+\\-a-u \n]{0,60}") {
        for bytes in [bytes, text.into_bytes()] {
            if let Ok(canonical) = canonicalize(&bytes, 1000) {
                prop_assert_eq!(&canonicalize(&canonical, 1000).unwrap(), &canonical);
                let value: Value = serde_json::from_slice(&bytes).unwrap();
                prop_assert_eq!(canonical, serde_jcs::to_vec(&value).unwrap());
            }
        }
    }

    #[test]
    fn an_implementation_of_rfc_6962_agrees(leaves in prop::collection::vec(any::<Vec<u8>>(), 1..700)) {
        let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        let mut ours = Frontier::default();
        for leaf in leaves {
            ours.push(leaf_hash(&leaf));
            theirs.push(leaf);
        }
        let root: RootHash<Sha256> = theirs.root();
        let ours = ours.root();
        prop_assert_eq!(ours.as_bytes().as_slice(), root.as_bytes().as_slice());
    }
}
