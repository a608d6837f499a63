//! Who may do what: bearer tokens and the origins of web pages.
//!
//! In: the settings `LNN_TOKENS` and `LNN_ALLOWED_ORIGINS`, a request's headers. Out: what the request may see. Tokens are
//! compared by their digests, all of them, in constant time. Read next: `http.rs`.

use anyhow::{Context, Result};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::settings::{optional, required};

/// One token's rights.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Grant {
    /// Hexadecimal SHA-256 of the token.
    pub sha256: String,
    /// Names of runs, or their beginnings with a `*` at the end.
    pub runs: Vec<String>,
    /// Whether runs may be launched and stopped.
    #[serde(default)]
    pub launch: bool,
}

impl Grant {
    /// Whether a run may be seen.
    pub fn sees(&self, run: &str) -> bool {
        self.runs.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => run.starts_with(start),
            None => run == pattern,
        })
    }
}

/// All tokens, and the origins that browsers may ask from.
#[derive(Debug, Clone, Default)]
pub struct Access {
    grants: Vec<Grant>,
    origins: Vec<String>,
}

impl Access {
    /// From given settings.
    pub fn new(grants: Vec<Grant>, origins: Vec<String>) -> Self {
        Self { grants, origins }
    }

    /// From the environment.
    ///
    /// # Errors
    /// `LNN_TOKENS` is missing or no list of grants.
    pub fn from_env() -> Result<Self> {
        let text = required("LNN_TOKENS")?;
        // The text is not repeated in the error: it says who may do what.
        let grants =
            serde_json::from_str(&text).context("LNN_TOKENS is no list of {sha256, runs, launch}")?;
        let origins = optional("LNN_ALLOWED_ORIGINS").unwrap_or_default();
        let origins = origins.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        Ok(Self::new(grants, origins.map(str::to_owned).collect()))
    }

    /// The grant of an `Authorization` header. Every grant is compared, wherever the right one stands.
    pub fn grant(&self, authorization: Option<&str>) -> Option<&Grant> {
        let token = authorization?.strip_prefix("Bearer ")?.trim();
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(token.as_bytes()));
        let mut found: Option<&Grant> = None;
        for grant in &self.grants {
            let is_it: Choice = grant.sha256.to_ascii_lowercase().as_bytes().ct_eq(digest.as_bytes());
            found = if bool::from(is_it) { Some(grant) } else { found };
        }
        found
    }

    /// What `Access-Control-Allow-Origin` says to an origin, if anything.
    pub fn allowed_origin<'a>(&self, origin: &'a str) -> Option<&'a str> {
        let is_allowed = self.origins.iter().any(|allowed| allowed == "*" || allowed == origin);
        is_allowed.then_some(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access() -> Access {
        let grant = |token: &str, runs: &[&str], launch| Grant {
            sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(token.as_bytes())),
            runs: runs.iter().map(|run| (*run).to_owned()).collect(),
            launch,
        };
        let grants = vec![grant("all", &["*"], true), grant("some", &["cat-*", "iris"], false)];
        Access::new(grants, vec!["https://lnn.example".to_owned()])
    }

    #[test]
    fn a_token_sees_the_runs_it_was_given_and_no_other() {
        let access = access();
        let some = access.grant(Some("Bearer some")).unwrap();
        assert!(some.sees("cat-1") && some.sees("iris") && !some.sees("iris-2") && !some.sees("dog"));
        assert!(!some.launch && access.grant(Some("Bearer all")).unwrap().launch);
        for wrong in [None, Some(""), Some("some"), Some("Bearer "), Some("Bearer none"), Some("Basic some")]
        {
            assert_eq!(access.grant(wrong), None);
        }
    }

    #[test]
    fn only_listed_origins_may_ask() {
        assert_eq!(access().allowed_origin("https://lnn.example"), Some("https://lnn.example"));
        assert_eq!(access().allowed_origin("https://lnn.example.evil"), None);
    }
}
