//! What a project's `sealbook.toml` says about tasks.

use crate::attribution::read_settings;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::Hash;
use sealbook_runtime::{Access, EngineOptions};
use sealbook_tasks::{Allowance, Key, Principal, Right, Standing, Strategy};
use serde::Deserialize;
use std::path::Path;

/// The file as far as it is about tasks; the other tables are read by others.
#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    tasks: Tasks,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Tasks {
    principals: Option<Vec<Listed>>,
    /// How one of several agents is chosen, as in `strategy = "round_robin"`.
    strategy: Strategy,
}

/// A principal, as in
/// `{ id = "ann", roles = ["approver"], may = ["submit research.*", "approve *"], keys = ["<64 hexadecimal digits>"] }`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    id: Principal,
    #[serde(default)]
    roles: Vec<Key>,
    #[serde(default)]
    may: Vec<String>,
    #[serde(default)]
    keys: Vec<Hash>,
}

/// The options for the project of a ledger file; the defaults for a ledger in memory.
pub(super) fn of(ledger: Option<&Path>) -> Result<EngineOptions> {
    // The file in the folder above `.sealbook`, or beside a ledger file that stands alone.
    let folder = ledger.and_then(Path::parent);
    let project =
        folder.map(
            |folder| {
                if folder.ends_with(crate::FOLDER) { folder.parent().unwrap_or(folder) } else { folder }
            },
        );
    let Some((file, text)) = project.map(read_settings).transpose()?.flatten() else {
        return Ok(EngineOptions::default());
    };
    options(&text).map_err(|error| {
        Error::new(error.code(), format!("{}: {}", file.display(), error.message()))
            .with("path", file.display())
    })
}

fn options(text: &str) -> Result<EngineOptions> {
    let file: File = toml::from_str(text).map_err(|e| {
        Error::new(Code::InvalidArgument, format!("the settings are not understood: {}", e.message()))
            .remedy("see `[tasks]` in the guide to tasks")
    })?;
    let Tasks { principals, strategy } = file.tasks;
    let access = principals.map_or(Ok(Access::Open), access)?;
    Ok(EngineOptions { access, strategy, ..EngineOptions::default() })
}

fn access(listed: Vec<Listed>) -> Result<Access> {
    let mut names: Vec<_> = listed.iter().map(|listed| &listed.id).collect();
    names.sort_unstable();
    if let Some([twice, _]) = names.array_windows().find(|[a, b]| a == b) {
        return Err(Error::new(Code::InvalidArgument, format!("the principal {twice:?} is listed twice"))
            .remedy("list it once, with all its roles, rights and keys"));
    }
    let standing = |listed: Listed| {
        let allowances = listed.may.iter().map(|text| allowance(text)).collect::<Result<_>>()?;
        Ok(Standing { principal: listed.id, roles: listed.roles, allowances, keys: listed.keys })
    };
    listed.into_iter().map(standing).collect::<Result<_>>().map(Access::Listed)
}

fn allowance(text: &str) -> Result<Allowance> {
    let parts = text.split_once(' ').and_then(|(right, kinds)| Some((Right::parse(right)?, kinds.trim())));
    let Some((right, kinds)) = parts.filter(|(_, kinds)| !kinds.is_empty()) else {
        return Err(Error::new(Code::InvalidArgument, format!("{text:?} allows nothing"))
            .remedy("write a right and the kinds, as in \"submit research.*\"; the rights are submit, run, approve, see and manage"));
    };
    Ok(Allowance { right, kinds: kinds.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sealbook_tasks::TaskKind;

    #[test]
    fn without_a_list_everybody_may_and_with_one_only_who_is_named() {
        let access = |text| options(text).map(|options| options.access);
        assert_eq!(access("").unwrap(), Access::Open);
        assert_eq!(access("attribution.off = []").unwrap(), Access::Open);
        let listed = access(
            "[tasks]\nprincipals = [{ id = \"ann\", roles = [\"approver\"], may = [\"approve deploy.*\"] }]",
        );
        let listed = listed.unwrap();
        let kind = TaskKind::parse("deploy.prod").unwrap();
        let standing = |name| listed.standing(&Principal::parse(name).unwrap());
        assert!(standing("ann").may(Right::Approve, &kind) && !standing("ann").may(Right::Submit, &kind));
        assert!(!standing("bob").may(Right::Approve, &kind) && standing("bob").roles.is_empty());
        assert_eq!(access("tasks.principals = []").unwrap(), Access::Listed(vec![]));
    }

    #[test]
    fn a_principal_who_is_listed_twice_is_refused_by_name() {
        let text = "[tasks]\nprincipals = [{ id = \"ann\" }, { id = \"bob\" }, { id = \"ann\", roles = [\"approver\"] }]";
        let error = options(text).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        assert!(error.message().contains("\"ann\" is listed twice"), "{error}");
    }

    #[test]
    fn the_strategy_of_routing_is_read() {
        assert_eq!(options("").unwrap().strategy, Strategy::LeastLoaded);
        assert_eq!(options("tasks.strategy = \"priority\"").unwrap().strategy, Strategy::Priority);
    }

    #[test]
    fn a_typo_is_an_error_and_allows_nothing() {
        for bad in [
            "tasks.principles = []",
            "tasks.principals = [{ id = \"ann\", may = [\"aprove *\"] }]",
            "tasks.principals = [{ id = \"ann\", may = [\"approve\"] }]",
            "tasks.principals = [{ id = \"ann\", keys = [\"12\"] }]",
            "tasks = [",
            "tasks.strategy = \"least_busy\"",
        ] {
            assert_eq!(options(bad).unwrap_err().code(), Code::InvalidArgument, "{bad}");
        }
    }
}
