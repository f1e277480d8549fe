use super::*;

fn canonical(text: &str) -> String {
    String::from_utf8(canonicalize(text.as_bytes(), 1 << 20).unwrap()).unwrap()
}

fn code(text: &[u8]) -> &'static str {
    canonicalize(text, 1 << 20).unwrap_err().code().name()
}

#[test]
fn members_are_sorted_at_every_depth_and_white_space_goes() {
    assert_eq!(
        canonical(r#"{"b":{"d":1,"c":2},"a":[ {"z":1,"y":[]} , 2 ]}"#),
        r#"{"a":[{"y":[],"z":1},2],"b":{"c":2,"d":1}}"#
    );
    assert_eq!(canonical(" {\n} "), "{}");
    assert_eq!(canonical(r#"{"\u0062":1,"a\n":2,"a":3}"#), r#"{"a":3,"a\n":2,"b":1}"#);
    assert_eq!(
        canonical("{\"\u{fb33}\":1,\"😀\":2,\"b\":[1.0,{}],\"a\":{\"x\":\"\\u000F\\/\"}}"),
        "{\"a\":{\"x\":\"\\u000f/\"},\"b\":[1,{}],\"😀\":2,\"\u{fb33}\":1}"
    );
}

#[test]
fn refusals_have_their_own_codes() {
    assert_eq!(code(b"{\"a\":\"\xff\"}"), "PAYLOAD_NOT_UTF8");
    assert_eq!(code(b"[1]"), "PAYLOAD_NOT_OBJECT");
    assert_eq!(code(b"{\"a\":1} x"), "PAYLOAD_NOT_JSON");
    assert_eq!(code(b"{\"a\":01}"), "PAYLOAD_NOT_JSON");
    assert_eq!(code(b"{\"a\":\"\n\"}"), "PAYLOAD_NOT_JSON");
    assert_eq!(code(b"{\"a\":1,\"b\":2,\"\\u0061\":3}"), "PAYLOAD_DUPLICATE_KEY");
    assert_eq!(code(b"{\"a\":1,\"a\":1}"), "PAYLOAD_DUPLICATE_KEY");
    assert_eq!(code(br#"{"a":"\ud800"}"#), "PAYLOAD_LONE_SURROGATE");
    assert_eq!(code(br#"{"a":"\ud800\ud800"}"#), "PAYLOAD_LONE_SURROGATE");
    assert_eq!(code(br#"{"a":"\udc00"}"#), "PAYLOAD_LONE_SURROGATE");
    assert_eq!(code(br#"{"a":9007199254740992}"#), "PAYLOAD_INTEGER_RANGE");
    assert_eq!(code(br#"{"a":-9007199254740992}"#), "PAYLOAD_INTEGER_RANGE");
    assert_eq!(code(br#"{"a":1e16}"#), "PAYLOAD_INTEGER_RANGE");
    assert_eq!(code(br#"{"a":1e400}"#), "PAYLOAD_NOT_FINITE");
    assert_eq!(canonicalize(br#"{"a":"bcd"}"#, 10).unwrap_err().code().name(), "PAYLOAD_TOO_LARGE");
    assert!(canonicalize(br#"{"a":"bcd"}"#, 11).is_ok());
}

#[test]
fn the_outermost_object_has_depth_1() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert_eq!(canonical(&nested(MAX_DEPTH)), nested(MAX_DEPTH));
    assert_eq!(code(nested(MAX_DEPTH + 1).as_bytes()), "PAYLOAD_TOO_DEEP");
    assert_eq!(code("{\"a\":".repeat(1_000_000).as_bytes()), "PAYLOAD_TOO_DEEP");
}

#[test]
fn numbers_are_printed_as_ecmascript_does() {
    for (text, expected) in [
        ("-0", "0"),
        ("-0.0", "0"),
        ("1.0", "1"),
        ("100e-2", "1"),
        ("1E21", "1e+21"),
        ("5e-324", "5e-324"),
        ("1e-400", "0"),
        ("9007199254740991", "9007199254740991"),
        ("-9007199254740991", "-9007199254740991"),
        ("123456789012345678e-3", "123456789012345.67"),
        ("0.000001", "0.000001"),
        ("1e-7", "1e-7"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
    ] {
        assert_eq!(canonical(&format!("{{\"n\":{text}}}")), format!("{{\"n\":{expected}}}"));
    }
}

#[test]
fn a_reused_canonicalizer_recovers_from_a_refusal() {
    let mut canon = Canonicalizer::new(1 << 20);
    assert!(canon.canonicalize(br#"{"b":{"d":1,"c":"#).is_err());
    assert_eq!(canon.canonicalize(br#"{"b":1,"a":2}"#).unwrap(), br#"{"a":2,"b":1}"#);
}
