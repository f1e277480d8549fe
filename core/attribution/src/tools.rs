//! The names that recorders of AI work give to tools, and the models that they state.

use crate::claim::shown;
use crate::{Catalogue, Class};

/// A name as recorders write it, in lower case, and the tool in the catalogue's words.
const NAMES: &[(&str, &str)] = &[
    ("aider", "Aider"),
    ("amazon-q", "Amazon Q Developer"),
    ("amp", "Amp"),
    ("claude", "Claude Code"),
    ("claude code", "Claude Code"),
    ("claude-code", "Claude Code"),
    ("cline", "Cline"),
    ("codex", "Codex"),
    ("codex-cli", "Codex"),
    ("cody", "Sourcegraph Cody"),
    ("continue", "Continue"),
    ("continue-cli", "Continue"),
    ("copilot", "Copilot"),
    ("crush", "Crush"),
    ("cursor", "Cursor"),
    ("cursor-agent", "Cursor"),
    ("devin", "Devin"),
    ("droid", "Factory Droid"),
    ("factory", "Factory Droid"),
    ("firebender", "Firebender"),
    ("gemini", "Gemini CLI"),
    ("gemini-cli", "Gemini CLI"),
    ("github copilot", "Copilot"),
    ("github-copilot", "Copilot"),
    ("github-copilot-cli", "Copilot"),
    ("jules", "Jules"),
    ("junie", "JetBrains AI"),
    ("kiro", "Kiro"),
    ("open-code", "opencode"),
    ("opencode", "opencode"),
    ("openhands", "OpenHands"),
    ("qwen-code", "Qwen Code"),
    ("replit", "Replit Agent"),
    ("roo-code", "Roo Code"),
    ("warp", "Warp"),
];

/// What stands where a model should, and names none.
const NO_MODELS: [&str; 8] =
    ["<synthetic>", "auto", "default", "n/a", "none", "null", "undefined", "unknown"];

/// A tool in the catalogue's words, or as it is written; and its vendor, if the catalogue knows it.
pub(crate) fn tool(written: &str, catalogue: &Catalogue) -> (String, Option<String>) {
    let written = clean(written);
    let known = NAMES.iter().find(|(name, _)| written.eq_ignore_ascii_case(name)).map(|(_, tool)| *tool);
    let mut rules = catalogue.rules().iter().filter(|rule| rule.class == Class::Ai);
    let rule = rules.find(|rule| match known {
        Some(tool) => rule.tool == tool,
        None => rule.tool.eq_ignore_ascii_case(&written),
    });
    match (rule, known) {
        (Some(rule), _) => (rule.tool.clone(), rule.vendor.clone()),
        (None, Some(tool)) => (tool.to_owned(), None),
        (None, None) => (written, None),
    }
}

/// A model as a record states it, without quotation marks; none if the text names none.
pub(crate) fn model(written: &str) -> Option<String> {
    let model = clean(written);
    let is_none = model.is_empty() || NO_MODELS.iter().any(|none| model.eq_ignore_ascii_case(none));
    (!is_none).then_some(model)
}

fn clean(text: &str) -> String {
    let text = shown(text.as_bytes());
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_named_as_in_the_catalogue_and_unknown_ones_as_written() {
        let catalogue = Catalogue::built_in().unwrap();
        let name = |written| tool(written, &catalogue);
        assert_eq!(name("claude"), ("Claude Code".into(), Some("Anthropic".into())));
        assert_eq!(name("github-copilot"), ("Copilot".into(), Some("GitHub".into())));
        assert_eq!(name("OPENCODE").0, "opencode");
        assert_eq!(name("letta code").0, "Letta Code");
        assert_eq!(name("\"mock_ai\""), ("mock_ai".into(), None));
    }

    #[test]
    fn the_names_are_in_order_and_each_tool_is_in_the_catalogue() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let catalogue = Catalogue::built_in().unwrap();
        for (name, tool) in NAMES {
            assert!(catalogue.rules().iter().any(|rule| rule.tool == *tool), "{name}: {tool}");
        }
    }

    #[test]
    fn dirty_models_are_cleaned_and_fillers_are_none() {
        assert_eq!(model("\"gpt-5\"").as_deref(), Some("gpt-5"));
        assert_eq!(model(" claude-opus-4-6\n").as_deref(), Some("claude-opus-4-6"));
        for none in ["default", "Unknown", "<synthetic>", "", "\"\"", " "] {
            assert_eq!(model(none), None, "{none:?}");
        }
    }
}
