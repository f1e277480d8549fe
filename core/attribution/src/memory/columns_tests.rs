use super::*;
use crate::identity::Identity;
use proptest::prelude::*;

fn id(n: u8) -> ObjectId {
    ObjectId::from_hex(format!("{n:02x}").repeat(20).as_bytes()).unwrap()
}

fn table(rows: &[(String, bool, bool)], catalogue: &Catalogue) -> Table {
    let mut table = Table::default();
    for (n, (subject, is_claimed, relates)) in (0..).zip(rows) {
        let who = Identity { name: subject.as_bytes(), email: b"x" };
        let (author, committer) = table.people(who, Identity { name: b"J", email: b"j" });
        let time = Time { seconds: -i64::from(n) << 40, offset_minutes: -90 };
        let parents = [id(n + 1), id(n + 2)];
        let parents = &parents[..usize::from(n % 3)];
        let position = table.push(id(n), parents, ((author, time), (committer, time)), subject);
        if *is_claimed {
            let rule = &catalogue.rules()[usize::from(n)];
            let claim = Claim::by(rule, Signal::Trailer, subject.as_bytes());
            let claim = Claim {
                commit: Some(id(n).to_string()),
                model: Some("m".into()),
                extent: Extent::Part,
                ..claim
            };
            table.claims.insert(position, vec![claim.clone(), Claim { model: None, ..claim }]);
        }
        if *relates {
            table.relations.insert(position, Relation::PickedFrom(id(n).to_string()));
            table.folders.names = vec!["a/".into(), ".".into()];
            table.folders.of.insert(position, vec![1, 0]);
        }
    }
    table
}

fn assert_same(a: &Table, b: &Table) {
    assert_eq!(a.len(), b.len());
    for n in 0..a.len() {
        let (left, right) = (a.row(n).unwrap(), b.row(n).unwrap());
        assert_eq!((left.id, a.parents(n), a.subject(n)), (right.id, b.parents(n), b.subject(n)));
        assert_eq!(a.person(left.author), b.person(right.author));
        assert_eq!(a.person(left.committer), b.person(right.committer));
        assert_eq!(b.position(&left.id), Some(n));
    }
    assert_eq!((&a.claims, &a.relations), (&b.claims, &b.relations));
    assert_eq!((&a.folders.names, &a.folders.of), (&b.folders.names, &b.folders.of));
}

#[test]
fn a_claim_by_a_rule_that_is_not_in_the_catalogue_is_not_written() {
    let catalogue = Catalogue::built_in().unwrap();
    let table = table(&[("x".into(), true, false)], &catalogue);
    assert!(encode(&table, &catalogue).is_some());
    assert!(encode(&table, &Catalogue::read(&[]).unwrap()).is_none());
}

proptest! {
    #[test]
    fn what_was_written_is_read(rows in proptest::collection::vec((".{0,6}", any::<bool>(), any::<bool>()), 0..20)) {
        let catalogue = Catalogue::built_in().unwrap();
        let table = table(&rows, &catalogue);
        let bytes = encode(&table, &catalogue).unwrap();
        assert_same(&table, &decode(&bytes, &catalogue).unwrap());
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, at: usize, flip: u8) {
        let catalogue = Catalogue::built_in().unwrap();
        let _ = decode(&bytes, &catalogue);
        let mut bytes = encode(&table(&[("x".into(), true, true), ("y".into(), true, false)], &catalogue), &catalogue).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        if let Some(table) = decode(&bytes, &catalogue) {
            // Whatever was read is in itself consistent.
            for n in 0..table.len() {
                let _ = (table.parents(n), table.subject(n), table.person(table.row(n).unwrap().author));
            }
            prop_assert!(encode(&table, &catalogue).is_some());
        }
    }
}
