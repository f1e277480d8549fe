//! Addresses of remotes: whatever comes out is a plain https address.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|remote: &str| {
    if let Some(links) = sealbook_report::Links::of_remote(remote) {
        let rest = links.web().strip_prefix("https://").unwrap();
        assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte)), "{rest}");
        assert!(!rest.contains("/.") && !rest.contains("//"), "{rest}");
    }
});
