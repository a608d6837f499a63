//! Whether the servers that a test needs are on this machine.
//!
//! By hand a test without them says so and passes. Under `cargo xtask`, which brings them and sets
//! `LNN_REQUIRE_SERVICES`, it fails: a test that did not run must not look like one that passed.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// A server, and how one gets it.
#[derive(Clone, Copy)]
pub struct Server {
    program: &'static str,
    /// What names its program where it is not on the search path.
    variable: Option<&'static str>,
    remedy: &'static str,
}

/// Redis.
pub const REDIS: Server =
    Server { program: "redis-server", variable: None, remedy: "install Debian's package redis-server" };
/// The local AWS.
pub const MINISTACK: Server = Server {
    program: "ministack",
    variable: Some("LNN_MINISTACK"),
    remedy: "pip install ministack==1.5.33, or name its program in LNN_MINISTACK",
};

/// Whether all of them are here.
pub fn are_here(servers: &[Server]) -> bool {
    let (path, is_required) = (env::var_os("PATH").unwrap_or_default(), is_required());
    let named = |server: &Server| server.variable.and_then(env::var_os);
    let missing = servers.iter().find(|server| !is_here(**server, named(server), &path));
    match missing.map(|server| said(*server, is_required)) {
        None => true,
        Some(Ok(skipped)) => {
            println!("{skipped}");
            false
        }
        Some(Err(failed)) => panic!("{failed}"),
    }
}

fn is_required() -> bool {
    env::var_os("LNN_REQUIRE_SERVICES").is_some_and(|value| !value.is_empty() && value != "0")
}

fn is_here(server: Server, named: Option<OsString>, path: &OsStr) -> bool {
    let program = named.unwrap_or_else(|| server.program.into());
    let program = Path::new(&program);
    // A name that is a path is not searched for.
    if program.components().count() > 1 {
        return program.is_file();
    }
    env::split_paths(path).any(|dir| dir.join(program).is_file())
}

/// What is said of a server that is missing; an error where it is required.
fn said(server: Server, is_required: bool) -> Result<String, String> {
    let Server { program, remedy, .. } = server;
    if is_required {
        return Err(format!("{program} is missing, and LNN_REQUIRE_SERVICES is set: {remedy}"));
    }
    Ok(format!("skipped: no {program} ({remedy})"))
}

#[test]
fn a_missing_server_is_said_by_hand_and_fails_where_it_is_required() {
    let skipped = said(REDIS, false).unwrap();
    assert!(skipped.starts_with("skipped: no redis-server"), "{skipped}");
    let failed = said(MINISTACK, true).unwrap_err();
    assert!(failed.contains("ministack is missing") && failed.contains("pip install"), "{failed}");
}

#[test]
fn a_server_is_looked_for_where_it_is_named_or_on_the_search_path() {
    let own = env::current_exe().unwrap();
    let (folder, name) = (own.parent().unwrap().as_os_str(), own.file_name().unwrap());
    let nowhere = OsStr::new("/nowhere");
    for (named, path, expected) in [
        (None, nowhere, false),
        (None, folder, false),
        (Some(name.to_owned()), folder, true),
        (Some(name.to_owned()), nowhere, false),
        (Some(own.clone().into()), nowhere, true),
        // A name that leads nowhere is not made good by the search path.
        (Some("/nowhere/ministack".into()), folder, false),
    ] {
        assert_eq!(is_here(MINISTACK, named.clone(), path), expected, "{named:?} {path:?}");
    }
}
