//! A process that is killed with records in flight: what was acknowledged is there, what was not is there whole or not at all.

use crate::support::{Child, Dice, assert_intact, making, reading, role, verify};
use sealbook::{Code, EntryId, Ledger, Record, Time};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const ROUNDS: usize = 50;
const THREADS: usize = 4;

#[test]
fn every_acknowledged_record_outlives_a_kill_and_the_others_are_whole_or_absent() {
    role("victim", record_until_killed);
    let folder = tempfile::tempdir().unwrap();
    Ledger::open(folder.path(), &making()).unwrap().close();
    let (mut dice, mut acknowledged) = (Dice(9), BTreeMap::new());
    let (mut in_flight, mut kills_in_flight, mut survivors) = (0, 0, 0);
    for round in 0..ROUNDS {
        let argument = format!("{round} {}", folder.path().display());
        let test = every_acknowledged_record_outlives_a_kill_and_the_others_are_whole_or_absent;
        let mut victim = Child::play(test, "victim", argument);
        let (mut started, mut now) = (Vec::new(), BTreeMap::new());
        let mut left = 1 + dice.below(25);
        // From here on lines are taken one by one: the next one is read after the kill if the kill is due.
        while let Some(line) = victim.line() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["start", id] => started.push(id.to_owned()),
                ["ack", id, seq] => {
                    now.insert(id.to_owned(), seq.parse::<u64>().unwrap());
                    left -= usize::from(left > 0);
                    if left == 0 {
                        (0..dice.below(20_000)).for_each(|_| std::hint::spin_loop());
                        victim.kill();
                    }
                }
                _ => {}
            }
        }
        let open: Vec<&String> = started.iter().filter(|id| !now.contains_key(*id)).collect();
        in_flight += open.len();
        kills_in_flight += usize::from(!open.is_empty());
        let report = verify(folder.path()).unwrap();
        assert!(report.is_intact(), "round {round}: {:#?}", report.faults);
        let ledger = Ledger::open(folder.path(), &reading()).unwrap();
        for id in open {
            match ledger.get(id) {
                Ok(entry) => {
                    assert_eq!(entry.payload.unwrap(), payload(id));
                    survivors += 1;
                }
                Err(error) => assert_eq!(error.code(), Code::NotFound),
            }
        }
        acknowledged.extend(now);
    }
    println!(
        "kills: {ROUNDS}, with records in flight: {kills_in_flight}; records in flight: {in_flight}, of which {survivors} are there"
    );
    println!("acknowledged: {}", acknowledged.len());
    assert!(kills_in_flight >= 40, "only {kills_in_flight} kills met records in flight");
    let ledger = Ledger::open(folder.path(), &reading()).unwrap();
    for (id, seq) in &acknowledged {
        let entry = ledger.get(id).unwrap();
        assert_eq!((entry.header.seq, entry.payload.unwrap()), (*seq, payload(id)));
    }
    let whole = (acknowledged.len() + survivors) as u64 + 1;
    assert_intact(&verify(folder.path()).unwrap(), whole);
    let ledger = Ledger::open(folder.path(), &making()).unwrap();
    assert_eq!(ledger.record(Record::new("custom.after", "{}")).unwrap().header.seq, whole);
}

/// The canonical payload of the record with this id, of a length that depends on it.
fn payload(id: &str) -> Vec<u8> {
    let length = id.bytes().map(usize::from).sum::<usize>() * 7 % 5000;
    json!({"metadata": {"id": id, "text": "x".repeat(length)}}).to_string().into_bytes()
}

fn record_until_killed(argument: String) {
    let (round, folder) = argument.split_once(' ').unwrap();
    let round: u8 = round.parse().unwrap();
    let ledger = Ledger::open(Path::new(folder), &making()).unwrap();
    // One write for a line, so that a killed process leaves at most one in part.
    let say = |line: String| std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (ledger, say) = (&ledger, &say);
            scope.spawn(move || {
                for n in 0_u32.. {
                    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64;
                    let [a, b, c, d] = n.to_be_bytes();
                    let random = [0, round, 0, thread as u8, 0, 0, a, b, c, d];
                    let id = EntryId::new(Time::from_micros(now).unwrap(), random).to_string();
                    let record = Record {
                        kind: "custom.fault".to_owned(),
                        payload: payload(&id),
                        id: Some(id.clone()),
                    };
                    say(format!("start {id}\n"));
                    let entry = ledger.record(record).unwrap();
                    say(format!("ack {id} {}\n", entry.header.seq));
                }
            });
        }
    });
}
