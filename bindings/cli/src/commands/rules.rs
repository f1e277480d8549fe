//! `sealbook rules`

use crate::args::{Rules, RulesCommand};
use crate::context::{Context, Outcome};
use crate::output::{Style, brief, escape, print};
use sealbook_common::reply::{json, word};
use sealbook_common::sealbook::{self, Result, Rule, RuleList, TextMatch};
use std::fmt::Write as _;

pub(crate) fn run(args: &Rules, context: &Context) -> Result<Outcome> {
    let style = context.out;
    let text = match &args.command {
        RulesCommand::List => {
            let list = sealbook::rules(&args.path)?;
            if context.json { json(&list) + "\n" } else { all(&list, style) }
        }
        RulesCommand::Show { id } => {
            let list = sealbook::rules(&args.path)?;
            let rule = list.rule(id)?;
            if context.json { json(rule) + "\n" } else { one(rule, &list, style) }
        }
        RulesCommand::Test { text } => {
            let found = sealbook::test_rules(&args.path, text)?;
            if context.json { json(&found) + "\n" } else { matches(&found, style) }
        }
    };
    print(&text)?;
    Ok(Outcome::Good)
}

fn all(list: &RuleList, style: Style) -> String {
    let mut out = String::new();
    for rule in &list.rules {
        let mark = if list.changed.contains(&rule.id) { style.warn("  yours") } else { String::new() };
        line(&mut out, &format!("{}{mark}", summary(rule, style)));
    }
    for rule in &list.off {
        line(&mut out, &format!("{}{}", summary(rule, style), style.warn("  off")));
    }
    let settings = list.settings.as_ref().map_or_else(String::new, |file| {
        format!(", as {} changes them", escape(&file.display().to_string()))
    });
    let digest = list.digest.get(..12).unwrap_or_default();
    line(
        &mut out,
        &format!("{} rules, version {}, digest {digest}{settings}", list.rules.len(), list.version),
    );
    out
}

fn summary(rule: &Rule, style: Style) -> String {
    let (signal, strength) = (word(&rule.signal), word(&rule.strength));
    format!("{:<44} {signal:<10} {strength:<8} {}", style.strong(&escape(&rule.id)), escape(&rule.tool))
}

fn one(rule: &Rule, list: &RuleList, style: Style) -> String {
    let mut out = String::new();
    let mut add = |name: &str, text: &str| {
        if !text.is_empty() {
            line(&mut out, &format!("{name:<16} {}", escape(text)));
        }
    };
    add("rule", &rule.id);
    if list.off.iter().any(|off| off.id == rule.id) {
        add("in force", "no: the settings switch it off");
    }
    add("tool", &rule.tool);
    add("vendor", rule.vendor.as_deref().unwrap_or_default());
    add("about", &word(&rule.class));
    add("looks at", &word(&rule.signal));
    add("keys", &rule.keys.join(", "));
    add("addresses", &rule.emails.join(", "));
    let apps: Vec<_> = rule
        .github_apps
        .iter()
        .map(|app| app.id.map_or_else(|| app.login.clone(), |id| format!("{} ({id})", app.login)))
        .collect();
    add("GitHub Apps", &apps.join(", "));
    for (name, pattern) in [
        ("address pattern", &rule.email_pattern),
        ("name pattern", &rule.name_pattern),
        ("value pattern", &rule.value_pattern),
        ("pattern", &rule.pattern),
    ] {
        add(name, pattern.as_deref().unwrap_or_default());
    }
    add("strength", &word(&rule.strength));
    for period in &rule.lowered {
        let until = period.until.as_ref().map_or_else(String::new, |until| format!(" until {until}"));
        let (strength, from, reason) = (word(&period.strength), &period.from, &period.reason);
        add("lowered", &format!("{strength} from {from}{until}: {reason}"));
    }
    add("mistakes", &rule.false_positives);
    add("source", &rule.source);
    rule.examples.iter().for_each(|text| add("matches", text));
    rule.counterexamples.iter().for_each(|text| add("does not match", text));
    if let Some(first) = out.lines().next() {
        out = out.replacen(first, &style.strong(first), 1);
    }
    out
}

fn matches(found: &[TextMatch], style: Style) -> String {
    let mut out = String::new();
    for found in found {
        let model = found.model.as_ref().map_or_else(String::new, |model| format!(" ({})", brief(model, 60)));
        let (signal, strength) = (word(&found.signal), word(&found.strength));
        let rule = style.strong(&escape(&found.rule));
        line(&mut out, &format!("{rule:<44} as {signal:<10} {strength:<8} {}{model}", escape(&found.tool)));
    }
    if found.is_empty() {
        line(&mut out, "no rule matches");
    }
    out
}

fn line(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}
