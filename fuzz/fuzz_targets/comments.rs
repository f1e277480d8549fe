//! Files of every language: the first byte chooses it.
#![no_main]
use libfuzzer_sys::fuzz_target;

const LANGUAGES: [&str; 24] = [
    "c",
    "csharp",
    "cmake",
    "d",
    "erlang",
    "go",
    "hcl",
    "javascript",
    "jinja",
    "kotlin",
    "lisp",
    "lua",
    "markdown",
    "markup",
    "ocaml",
    "perl",
    "php",
    "powershell",
    "python",
    "ruby",
    "rust",
    "shell",
    "sql",
    "yaml",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, text)) = bytes.split_first() else { return };
    let language = LANGUAGES[usize::from(*choice) % LANGUAGES.len()];
    let last = text.split(|byte| *byte == b'\n').count();
    for (lines, _) in sealbook_attribution::comments(language, text).expect("a known language") {
        assert!(1 <= lines.start && lines.start <= lines.end && lines.end as usize <= last);
    }
});
