//! What a task of kind `process` asks for.

use sealbook_error::{Code, Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A command: what the arguments of a task of kind `process` say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessRequest {
    /// A path, or a name that is looked up in `PATH`.
    pub program: String,
    /// What it is given.
    pub arguments: Vec<String>,
    /// Variables beside those that the worker has.
    pub env: BTreeMap<String, String>,
    /// Where it runs, if not where the worker does.
    pub cwd: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Argv(Vec<String>),
    Full(Full),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Full {
    argv: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    cwd: Option<String>,
}

impl ProcessRequest {
    /// Reads a list of texts, the command with its arguments, or an object with that as `argv` and perhaps with `env` and `cwd`.
    ///
    /// # Errors
    /// `INVALID_TASK` if it is something else, names no program, or has a zero byte or a variable's name that no process can be given.
    ///
    /// # Example
    /// ```
    /// use sealbook_runtime::ProcessRequest;
    ///
    /// let request = ProcessRequest::parse(r#"{"argv":["make","report"],"cwd":"site"}"#)?;
    /// assert_eq!((request.program.as_str(), request.arguments), ("make", vec!["report".to_owned()]));
    /// assert!(ProcessRequest::parse(r#""make report""#).is_err());
    /// # Ok::<(), sealbook_error::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let shown: String = text.chars().take(200).collect();
        let form = serde_json::from_str(text).map_err(|_| invalid(format!("{shown} is no command")))?;
        let Full { argv, env, cwd } = match form {
            Form::Argv(argv) => Full { argv, env: BTreeMap::new(), cwd: None },
            Form::Full(full) => full,
        };
        if let Some(name) = env.keys().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
            return Err(invalid(format!("{name:?} is no name of a variable")));
        }
        if argv.iter().chain(env.values()).chain(&cwd).any(|text| text.contains('\0')) {
            return Err(invalid(format!("{shown} has a zero byte, which no command can be given")));
        }
        let mut argv = argv.into_iter();
        match argv.next().filter(|program| !program.is_empty()) {
            Some(program) => Ok(Self { program, arguments: argv.collect(), env, cwd: cwd.map(Into::into) }),
            None => Err(invalid(format!("{shown} names no program"))),
        }
    }
}

fn invalid(what: String) -> Error {
    Error::new(Code::InvalidTask, what)
        .remedy("give a list of texts, or an object with argv and perhaps env and cwd")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_and_an_object_are_commands_and_nothing_else_is() {
        let list = ProcessRequest::parse(r#"["ls","-l"]"#).unwrap();
        assert_eq!((list.program.as_str(), list.arguments), ("ls", vec!["-l".to_owned()]));
        let full = ProcessRequest::parse(r#"{"argv":["ls"],"env":{"A":"b"},"cwd":"/tmp"}"#).unwrap();
        assert_eq!((full.env.len(), full.cwd), (1, Some("/tmp".into())));
        for bad in [
            "[]",
            "[\"\"]",
            "\"ls -l\"",
            "null",
            "[1]",
            r#"{"argv":["ls"],"shell":true}"#,
            r#"["a\u0000b"]"#,
            r#"{"argv":["ls"],"cwd":"a\u0000b"}"#,
        ] {
            assert!(ProcessRequest::parse(bad).is_err(), "{bad}");
        }
        let error = ProcessRequest::parse(r#"{"argv":["ls"],"env":{"A=B":"c"}}"#).unwrap_err();
        assert!(error.message().contains("A=B"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_command_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = ProcessRequest::parse(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn what_resembles_a_command_is_one_or_refused(
            text in r#"\{"argv":\[("[a\\u0]{0,4}",?){0,3}\](,"(env|cwd|argv)":(\{("=?A?":"b?",?){0,2}\}|null|"/?")){0,2}\}?"#
        ) {
            if let Ok(request) = ProcessRequest::parse(&text) {
                prop_assert!(!request.program.is_empty());
            }
        }

        #[test]
        fn every_list_of_texts_is_the_command_that_it_says(argv in prop::collection::vec("[^\u{0}]{1,10}", 1..5)) {
            let request = ProcessRequest::parse(&serde_json::json!(argv).to_string()).unwrap();
            let mut back = vec![request.program];
            back.extend(request.arguments);
            prop_assert_eq!(back, argv);
        }
    }
}
