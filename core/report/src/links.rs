//! From the address of a remote to web pages of commits.

use serde::Serialize;

/// Where a repository's commits can be looked at: an `https` address without a name, a password or a query.
///
/// Remotes often carry a token, so nothing of the given address is kept but host and path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Links {
    /// The repository's page.
    web: String,
    /// What stands between the page and a commit's id.
    #[serde(skip)]
    between: &'static str,
}

impl Links {
    /// The pages that belong to a remote: `https://host/path`, `ssh://git@host/path` or `git@host:path`, on a host whose
    /// pages are known. Nothing for any other.
    ///
    /// ```
    /// use sealbook_report::Links;
    ///
    /// let links = Links::of_remote("git@github.com:sealbook/sealbook.git").unwrap();
    /// assert_eq!(links.web(), "https://github.com/sealbook/sealbook");
    /// assert_eq!(links.commit("c0ffee").unwrap(), "https://github.com/sealbook/sealbook/commit/c0ffee");
    /// assert_eq!(Links::of_remote("javascript:alert(1)"), None);
    /// ```
    #[must_use]
    pub fn of_remote(remote: &str) -> Option<Self> {
        let remote = remote.trim();
        let (host, path) = match remote.split_once("://") {
            Some(("https" | "http" | "ssh" | "git" | "git+ssh", rest)) => rest.split_once('/')?,
            Some(_) => return None,
            None => remote.split_once(':')?,
        };
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = host.split_once(':').map_or(host, |(host, _)| host).to_ascii_lowercase();
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let between = match host.as_str() {
            "github.com" | "codeberg.org" | "gitea.com" | "git.sr.ht" => "/commit/",
            "bitbucket.org" => "/commits/",
            _ if host.starts_with("gitlab.") => "/-/commit/",
            _ if ["github.", "gitea.", "forgejo."].iter().any(|known| host.starts_with(known)) => "/commit/",
            _ => return None,
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
        let is_name = |part: &str| !part.starts_with('.') && !part.is_empty() && part.chars().all(plain);
        let owner = if host == "git.sr.ht" { path.strip_prefix('~').unwrap_or(path) } else { path };
        let is_path = path.len() <= 255 && owner.contains('/') && owner.split('/').all(is_name);
        let is_host =
            host.len() <= 253 && host.split('.').all(|part| is_name(part) && !part.contains(['~', '_']));
        (is_host && is_path).then(|| Self { web: format!("https://{host}/{path}"), between })
    }

    /// The repository's page.
    #[must_use]
    pub fn web(&self) -> &str {
        &self.web
    }

    /// The page of a commit, if `id` is one.
    #[must_use]
    pub fn commit(&self, id: &str) -> Option<String> {
        is_commit_id(id).then(|| format!("{}{}{id}", self.web, self.between))
    }
}

/// Whether a text can stand in an address or a command as the id of a commit.
pub(crate) fn is_commit_id(id: &str) -> bool {
    (4..=64).contains(&id.len()) && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_remote_leads_to_the_same_page() {
        for remote in [
            "https://github.com/o/r",
            "https://github.com/o/r.git",
            "https://github.com/o/r/",
            "http://github.com/o/r.git",
            "https://user:token@github.com/o/r.git",
            "ssh://git@github.com/o/r.git",
            "ssh://git@GitHub.com:22/o/r.git",
            "git@github.com:o/r.git",
            "git@github.com:/o/r",
        ] {
            assert_eq!(Links::of_remote(remote).unwrap().web(), "https://github.com/o/r", "{remote}");
        }
    }

    #[test]
    fn hosts_have_their_own_paths() {
        let page = |remote: &str| Links::of_remote(remote).unwrap().commit("c0ffee").unwrap();
        assert_eq!(page("git@gitlab.com:a/b/c.git"), "https://gitlab.com/a/b/c/-/commit/c0ffee");
        assert_eq!(page("https://bitbucket.org/a/b"), "https://bitbucket.org/a/b/commits/c0ffee");
        assert_eq!(page("https://git.sr.ht/~a/b"), "https://git.sr.ht/~a/b/commit/c0ffee");
        assert_eq!(page("https://gitlab.example.org/a/b"), "https://gitlab.example.org/a/b/-/commit/c0ffee");
    }

    #[test]
    fn what_is_no_known_page_gives_no_link() {
        for remote in [
            "",
            "/srv/git/r.git",
            "file:///srv/r.git",
            "javascript://github.com/o/r",
            "javascript:github.com/o",
            "https://example.org/o/r",
            "https://github.com",
            "https://github.com/o",
            "https://github.com/../r",
            "https://github.com/o/r?x=\"><script>",
            "https://github.com/o/\u{202e}r",
            "https://github.com\u{0}/o/r",
            "https://gitlab.a\"b/o/r",
            "git@github.com:o/r s",
        ] {
            assert_eq!(Links::of_remote(remote), None, "{remote:?}");
        }
        let links = Links::of_remote("https://github.com/o/r").unwrap();
        for id in ["", "abc", "C0FFEE", "../../x", "c0ffee\"", &"a".repeat(65)] {
            assert_eq!(links.commit(id), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn a_link_is_https_and_plain(remote in "(https://|git@|ssh://|)(.{0,6}@)?(github\\.com|gitlab\\.x)[:/].{0,20}") {
            if let Some(links) = Links::of_remote(&remote) {
                let rest = links.web().strip_prefix("https://").unwrap();
                assert!(rest.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~/".contains(c)));
            }
        }
    }
}
