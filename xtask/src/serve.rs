//! A static file server for the built page: a folder in, HTTP on the loopback address out.
//!
//! It sends what a careful host would send: right MIME types, the Content-Security-Policy as a header, and no caching
//! of the two files whose names stay the same from build to build. Read `build/csp.rs` next for the policy.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, anyhow};
use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

/// What the page may do: run its own files and WebAssembly, talk to its own host, nothing else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; \
     manifest-src 'self'; base-uri 'none'; form-action 'none'";

/// Requests answered at the same time; a browser keeps up to six connections open.
const N_THREADS: usize = 8;

/// A folder being served. It ends with the value.
pub struct Site {
    server: Arc<Server>,
    address: SocketAddr,
    prefix: String,
}

impl Site {
    /// Serves `root` on `127.0.0.1:port` (0: any free port) under `prefix`, which begins and ends with a slash.
    ///
    /// # Errors
    /// When the port is taken or may not be opened.
    pub fn serve(root: &Path, prefix: &str, port: u16) -> Result<Self> {
        let server = Server::http((Ipv4Addr::LOCALHOST, port))
            .map_err(|error| anyhow!("port {port} can't be opened: {error}"))?;
        let address = server.server_addr().to_ip().context("the server has no address")?;
        let server = Arc::new(server);
        for _ in 0..N_THREADS {
            let (server, root, prefix) = (Arc::clone(&server), root.to_owned(), prefix.to_owned());
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    answer(request, &root, &prefix);
                }
            });
        }
        Ok(Self { server, address, prefix: prefix.to_owned() })
    }

    /// The address to open in a browser, with a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.prefix)
    }

    /// Blocks for ever: the server ends with the process.
    pub fn wait(&self) -> ! {
        loop {
            thread::park();
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for _ in 0..N_THREADS {
            self.server.unblock();
        }
    }
}

fn answer(request: Request, root: &Path, prefix: &str) {
    let found = match request.method() {
        Method::Get | Method::Head => {
            locate(request.url(), root, prefix).and_then(|path| Some((File::open(&path).ok()?, path)))
        }
        _ => None,
    };
    // A browser that closes its connection before the answer has arrived is no error of ours.
    let _ = match found {
        Some((file, path)) => {
            let mut response = Response::from_file(file);
            for (name, value) in headers(&path) {
                if let Ok(header) = Header::from_bytes(name, value) {
                    response.add_header(header);
                }
            }
            request.respond(response)
        }
        None => request.respond(Response::from_string("not found\n").with_status_code(StatusCode(404))),
    };
}

/// The file that `url` names, if it lies in `root`.
fn locate(url: &str, root: &Path, prefix: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.strip_prefix(prefix)?;
    let relative = Path::new(path);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let path = root.join(relative);
    let path = if path.is_dir() { path.join("index.html") } else { path };
    path.is_file().then_some(path)
}

fn headers(path: &Path) -> [(&'static str, &'static str); 6] {
    [
        ("Content-Type", mime_type(path)),
        ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", cache_control(path)),
        // Cross-origin isolation: precise clocks and memory measurements. The page asks no other origin for anything.
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
    ]
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or("")
}

fn mime_type(path: &Path) -> &'static str {
    match extension(path) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Only names with a content hash may be kept without asking; see `build/fingerprint.rs`.
fn cache_control(path: &Path) -> &'static str {
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
    let hashed = matches!(extension(path), "css" | "js" | "wasm")
        && name.rsplit_once('.').is_some_and(|(_, hash)| hash.len() == 16);
    if hashed { "max-age=31536000, immutable" } else { "no-cache" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_inside_the_folder_are_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let check = |url: &str, expected: Option<&str>| {
            assert_eq!(locate(url, root, "/a/"), expected.map(|path| root.join(path)), "{url}");
        };
        check("/a/Cargo.toml", Some("Cargo.toml"));
        check("/a/src/main.rs?x#y", Some("src/main.rs"));
        check("/a/../Cargo.toml", None);
        check("/a//etc/passwd", None);
        check("/Cargo.toml", None);
        check("/a/src", None);
    }

    #[test]
    fn only_hashed_names_are_cached() {
        assert_eq!(cache_control(Path::new("page.0123456789abcdef.js")), "max-age=31536000, immutable");
        assert_eq!(cache_control(Path::new("sw.js")), "no-cache");
        assert_eq!(cache_control(Path::new("index.html")), "no-cache");
    }
}
