//! The result of a command that succeeded, as JSON that keeps to its limit.

use super::capture::Capture;
use crate::handler::RESULT_LIMIT;
use serde_json::json;
use std::time::Duration;

/// What is left to say if there is no room for more.
const LEAST: &str = r#"{"exit":0,"truncated":true}"#;

/// How many bytes a result may have. Refused before the command runs if not even the least fits.
pub(super) fn room(limit: Option<u64>) -> Result<usize, String> {
    let room = limit.map_or(RESULT_LIMIT, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    if room < LEAST.len() {
        return Err(format!(
            "the limit on the output is {room} bytes; the result of a command has at least {}",
            LEAST.len()
        ));
    }
    Ok(room)
}

pub(super) fn of(stdout: &Capture, stderr: &Capture, took: Duration, room: usize) -> String {
    let whole = render(stdout, stderr, took, (usize::MAX, usize::MAX));
    if whole.len() <= room {
        return whole;
    }
    let nothing = render(stdout, stderr, took, (0, 0));
    // The numbers of dropped bytes shrink with what is kept, and one of them may be absent here.
    let Some(left) = room.checked_sub(nothing.len() + r#","stdout_dropped":18446744073709551615"#.len())
    else {
        return if nothing.len() <= room { nothing } else { LEAST.to_owned() };
    };
    // Each has half, and what the other does not need.
    let need = |capture: &Capture| fit(&capture.head, usize::MAX).2;
    let half = left / 2;
    let room_out = half.max(left - need(stderr).min(half)).min(left);
    let used = need(stdout).min(room_out);
    render(stdout, stderr, took, (room_out, left - used))
}

fn render(stdout: &Capture, stderr: &Capture, took: Duration, rooms: (usize, usize)) -> String {
    let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let mut result = json!({"exit": 0, "duration_ms": took});
    let mut is_whole = true;
    if let Some(result) = result.as_object_mut() {
        for (name, capture, room) in [("stdout", stdout, rooms.0), ("stderr", stderr, rooms.1)] {
            let (text, taken, _) = fit(&capture.head, room);
            let dropped = capture.dropped + (capture.head.len() - taken) as u64;
            result.insert(name.to_owned(), text.into());
            if dropped > 0 {
                is_whole = false;
                result.insert(format!("{name}_dropped"), dropped.into());
            }
        }
        if !is_whole {
            result.insert("truncated".to_owned(), true.into());
        }
    }
    result.to_string()
}

/// The longest beginning that has no more than `room` bytes in JSON, with U+FFFD for what is not UTF-8; how many bytes it stands for, and how
/// many it has in JSON.
fn fit(bytes: &[u8], room: usize) -> (String, usize, usize) {
    let (mut text, mut taken, mut used) = (String::new(), 0, 0);
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid().chars().map(|c| (c, c.len_utf8()));
        let invalid = (!chunk.invalid().is_empty()).then_some(('\u{fffd}', chunk.invalid().len()));
        for (c, stands_for) in valid.chain(invalid) {
            let cost = match c {
                '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
                '\0'..='\u{1f}' => 6,
                c => c.len_utf8(),
            };
            if used + cost > room {
                return (text, taken, used);
            }
            text.push(c);
            taken += stands_for;
            used += cost;
        }
    }
    (text, taken, used)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn captured(head: &[u8], dropped: u64) -> Capture {
        Capture { head: head.to_vec(), dropped, ..Capture::default() }
    }

    #[test]
    fn a_result_that_fits_is_whole() {
        let text = of(&captured(b"a\xffb", 0), &captured(b"", 0), Duration::from_millis(5), 1000);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value, json!({"exit": 0, "stdout": "a\u{fffd}b", "stderr": "", "duration_ms": 5}));
    }

    #[test]
    fn a_limit_below_the_least_result_is_refused_before_anything_runs() {
        assert_eq!(room(None), Ok(RESULT_LIMIT));
        assert!(room(Some(LEAST.len() as u64)).is_ok() && room(Some(10)).is_err());
    }

    proptest! {
        #[test]
        fn a_result_keeps_to_its_limit_and_says_what_is_missing(
            stdout in prop::collection::vec(any::<u8>(), 0..300),
            stderr in prop::collection::vec(any::<u8>(), 0..300),
            dropped in prop::option::of(1_u64..1 << 40),
            room in LEAST.len()..2000,
        ) {
            let (out, err) = (captured(&stdout, dropped.unwrap_or(0)), captured(&stderr, 0));
            let text = of(&out, &err, Duration::from_millis(17), room);
            prop_assert!(text.len() <= room, "{} of {room}", text.len());
            let value: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&value["exit"], 0);
            if value.get("stdout").is_none() {
                prop_assert_eq!(text, LEAST);
                return Ok(());
            }
            for (name, bytes, more) in [("stdout", &stdout, dropped.unwrap_or(0)), ("stderr", &stderr, 0)] {
                let missing = value.get(format!("{name}_dropped")).map_or(0, |n| n.as_u64().unwrap());
                let taken = bytes.len() - usize::try_from(missing - more).unwrap();
                prop_assert_eq!(&value[name], &*String::from_utf8_lossy(&bytes[..taken]));
            }
            let missing = value.get("stdout_dropped").or(value.get("stderr_dropped"));
            prop_assert_eq!(missing.is_some(), value.get("truncated").is_some());
        }

        #[test]
        fn room_is_used(text in "[a-z\\n\"]{200,400}", room in 150_usize..300) {
            let result = of(&captured(text.as_bytes(), 0), &captured(b"", 0), Duration::ZERO, room);
            prop_assert!(result.len() + 50 > room, "{} of {room}", result.len());
        }
    }
}
