//! What a task of kind `process` asks for.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) env: BTreeMap<String, String>,
    pub(super) cwd: Option<PathBuf>,
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
    cwd: Option<PathBuf>,
}

impl Request {
    /// Why not, for people, if it is no command.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let shown: String = text.chars().take(200).collect();
        let form = serde_json::from_str(text).map_err(|_| {
            format!(
                "{shown} is no command: give a list of texts, or an object with argv and perhaps env and cwd"
            )
        })?;
        let Full { argv, env, cwd } = match form {
            Form::Argv(argv) => Full { argv, env: BTreeMap::new(), cwd: None },
            Form::Full(full) => full,
        };
        if let Some(name) = env.keys().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
            return Err(format!("{name:?} is no name of a variable"));
        }
        if argv.iter().chain(env.values()).any(|text| text.contains('\0')) {
            return Err(format!("{shown} has a zero byte, which no command can be given"));
        }
        let mut argv = argv.into_iter();
        match argv.next().filter(|program| !program.is_empty()) {
            Some(program) => Ok(Self { program, arguments: argv.collect(), env, cwd }),
            None => Err(format!("{shown} names no program")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_and_an_object_are_commands_and_nothing_else_is() {
        let list = Request::parse(r#"["ls","-l"]"#).unwrap();
        assert_eq!((list.program.as_str(), list.arguments), ("ls", vec!["-l".to_owned()]));
        let full = Request::parse(r#"{"argv":["ls"],"env":{"A":"b"},"cwd":"/tmp"}"#).unwrap();
        assert_eq!((full.env.len(), full.cwd), (1, Some("/tmp".into())));
        for bad in
            ["[]", "[\"\"]", "\"ls -l\"", "null", "[1]", r#"{"argv":["ls"],"shell":true}"#, r#"["a\u0000b"]"#]
        {
            assert!(Request::parse(bad).is_err(), "{bad}");
        }
        assert!(Request::parse(r#"{"argv":["ls"],"env":{"A=B":"c"}}"#).unwrap_err().contains("A=B"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let _ = Request::parse(&text);
        }

        #[test]
        fn every_list_of_texts_is_the_command_that_it_says(argv in prop::collection::vec("[^\u{0}]{1,10}", 1..5)) {
            let request = Request::parse(&serde_json::json!(argv).to_string()).unwrap();
            let mut back = vec![request.program];
            back.extend(request.arguments);
            prop_assert_eq!(back, argv);
        }
    }
}
