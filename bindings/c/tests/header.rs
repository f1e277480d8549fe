//! The committed header is the one of this source, its numbers are those of the error table, and the library exports its functions alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use sealbook_common::sealbook::TABLE;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn generated() -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = cbindgen::Config::from_file(source.join("cbindgen.toml")).unwrap();
    config.after_includes = Some(version_macros());
    let bindings = cbindgen::Builder::new().with_crate(source).with_config(config).generate().unwrap();
    let mut header = Vec::new();
    bindings.write(&mut header);
    String::from_utf8(header).unwrap()
}

fn version_macros() -> String {
    let part = |name: &str, value: &str| format!("#define SEALBOOK_VERSION_{name} {value}\n");
    format!(
        "\n/** The version of this header. */\n#define SEALBOOK_VERSION \"{}\"\n{}{}{}",
        env!("CARGO_PKG_VERSION"),
        part("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        part("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        part("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    )
}

/// The functions that a header declares: names before a parenthesis at the start of a declaration.
fn declared(header: &str) -> BTreeSet<String> {
    let code = header.lines().filter(|line| !line.trim_start().starts_with(['*', '/', '#', ' ']));
    code.filter_map(|line| {
        let before = line.split_once('(')?.0;
        let name = before.rsplit([' ', '*']).next()?;
        name.starts_with("sealbook_").then(|| name.to_owned())
    })
    .collect()
}

/// Run with `UPDATE=1` to write the header after a change.
#[test]
fn the_header_is_up_to_date() {
    let file = root().join("include/sealbook.h");
    let header = generated();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(root().join("include")).unwrap();
        std::fs::write(&file, &header).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), header, "write it anew with UPDATE=1");
}

#[test]
fn its_numbers_are_those_of_the_error_table() {
    let header = generated();
    let constant = |line: &str| {
        let (name, number) = line.trim().trim_end_matches(',').split_once(" = ")?;
        Some((name.strip_prefix("SEALBOOK_")?.to_owned(), number.parse::<u32>().ok()?))
    };
    let ours: Vec<_> = header.lines().filter_map(constant).collect();
    let mut table = vec![("OK".to_owned(), 0)];
    table.extend(TABLE.iter().map(|row| (row.name.to_owned(), row.number)));
    assert_eq!(ours, table);
}

#[test]
fn every_function_says_what_its_parameters_are() {
    let header = generated();
    for block in header.split("/**").skip(1) {
        let Some((doc, rest)) = block.split_once("*/") else { panic!("a comment without an end: {block}") };
        let declaration = rest.split_once(';').map_or("", |(first, _)| first);
        let Some((head, parameters)) = declaration.split_once('(') else { continue };
        if declaration.contains("typedef") {
            continue;
        }
        let name = head.rsplit([' ', '*', '\n']).next().unwrap_or_default();
        let parameters = parameters.trim_end_matches(')');
        for parameter in parameters.split(',').filter(|p| p.trim() != "void") {
            let parameter = parameter.rsplit([' ', '*']).next().unwrap_or_default();
            let said = [format!("\\param {parameter} "), format!("\\param[out] {parameter} ")];
            assert!(said.iter().any(|s| doc.contains(s)), "{name}: nothing is said of {parameter}");
        }
        assert!(
            head.trim_start().starts_with("void ") || doc.contains("\\return"),
            "{name}: what does it return?"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_library_exports_the_functions_of_the_header_alone() {
    // target/<profile>/deps/header-<hash> → target/<profile>/libsealbook.so
    let here = std::env::current_exe().unwrap();
    let library = here.parent().unwrap().parent().unwrap().join("libsealbook.so");
    assert!(library.exists(), "{} is missing: run `cargo build -p sealbook-c` first", library.display());
    let out = Command::new("nm").args(["-D", "--defined-only"]).arg(&library).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let symbols = String::from_utf8(out.stdout).unwrap();
    let exported: BTreeSet<_> =
        symbols.lines().filter_map(|line| line.split_whitespace().nth(2)).map(str::to_owned).collect();
    let functions = declared(&generated());
    assert!(functions.len() > 30, "{functions:?}");
    assert_eq!(exported, functions);
}
