//! The keys by which a log's lines refer to its records.

/// What a key refers to, by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `s_ID::t_ID`: a session, and the checkpoint in it.
    Session,
    /// `h_ID`: a person.
    Person,
    /// Hexadecimal digits: a prompt, as logs before 1.4 have them.
    Prompt,
    /// Something else, with the word that a deviation goes by.
    Other(&'static str),
}

/// The form of a key. The prefixes are stable, the number of digits is not; but fewer than 7 were never foreseen.
pub(super) fn form(key: &str) -> Form {
    let is_hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if key.strip_prefix("h_").is_some_and(is_hex) {
        Form::Person
    } else if let Some(rest) = key.strip_prefix("s_") {
        match rest.split_once("::t_") {
            Some((session, trace)) if is_hex(session) && is_hex(trace) => Form::Session,
            None if is_hex(rest) => Form::Other("key_without_trace"),
            _ => Form::Other("key_unknown"),
        }
    } else if is_hex(key) {
        if key.len() < 7 { Form::Other("key_short") } else { Form::Prompt }
    } else if key.len() == 36 && key.split('-').map(str::len).eq([8, 4, 4, 4, 12]) {
        Form::Other("key_uuid")
    } else {
        Form::Other("key_unknown")
    }
}

/// The name of the record that a key refers to: the session's, without the checkpoint.
pub(super) fn record(key: &str) -> &str {
    key.split_once("::").filter(|_| key.starts_with("s_")).map_or(key, |(session, _)| session)
}

/// Whether a key refers to a person.
pub(super) fn is_person(key: &str) -> bool {
    key.starts_with("h_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_by_its_prefix_and_its_digits() {
        assert_eq!(form("s_ddd48773cb990e::t_d53cd1b8820cec"), Form::Session);
        assert_eq!(form("h_0123456789abcd"), Form::Person);
        assert_eq!(form("601fa7cb531db267"), Form::Prompt);
        assert_eq!(form("601fa7c"), Form::Prompt);
        assert_eq!(form("601fa"), Form::Other("key_short"));
        assert_eq!(form("s_ddd48773cb990e"), Form::Other("key_without_trace"));
        assert_eq!(form("52faaf7a-0000-4000-8000-0123456789ab"), Form::Other("key_uuid"));
        for odd in ["", "ai_agent", "s_x::t_y", "s_", "h_", "s_1::t_"] {
            assert_eq!(form(odd), Form::Other("key_unknown"), "{odd:?}");
        }
    }

    #[test]
    fn the_record_of_a_checkpoint_is_its_session() {
        assert_eq!(record("s_1::t_2"), "s_1");
        assert_eq!(record("a::b"), "a::b");
    }
}
