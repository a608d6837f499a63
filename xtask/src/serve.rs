//! A static file server for the built page: a folder in, HTTP on the loopback address out.
//!
//! It sends what a careful host would send: right MIME types, the Content-Security-Policy as a header, and no caching
//! of the two files whose names stay the same from build to build. Read `build/csp.rs` next for the policy.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// What the page may do: run its own files and WebAssembly, talk to its own host; read logs from where the user says.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self' https: http://localhost:* http://127.0.0.1:*; worker-src 'self'; \
     manifest-src 'self'; base-uri 'none'; form-action 'none'";

/// Longer heads of requests are not read.
const MAX_HEAD_BYTES: u64 = 32 * 1024;

/// A folder being served. It ends with the value.
pub struct Site {
    is_over: Arc<AtomicBool>,
    address: SocketAddr,
    prefix: String,
}

impl Site {
    /// Serves `root` on `127.0.0.1:port` (0: any free port) under `prefix`, which begins and ends with a slash.
    ///
    /// One thread and one answer a connection. A server that keeps connections open needs a thread for each of them,
    /// and a small pool of threads lets a browser's sixth connection wait for ever.
    ///
    /// # Errors
    /// When the port is taken or may not be opened.
    pub fn serve(root: &Path, prefix: &str, port: u16) -> Result<Self> {
        Self::serve_under(CONTENT_SECURITY_POLICY, root, prefix, port)
    }

    /// Serves as [`Site::serve`] does, under another policy than the page's own.
    ///
    /// # Errors
    /// When the port is taken or may not be opened.
    pub fn serve_under(policy: &'static str, root: &Path, prefix: &str, port: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("port {port} can't be opened"))?;
        let address = listener.local_addr().context("the server has no address")?;
        let is_over = Arc::new(AtomicBool::new(false));
        let (root, own_prefix, over) = (root.to_owned(), prefix.to_owned(), Arc::clone(&is_over));
        thread::spawn(move || {
            for connection in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(connection) = connection else { continue };
                let (root, prefix) = (root.clone(), own_prefix.clone());
                // A browser that closes its connection before the answer has arrived is no error of ours.
                thread::spawn(move || answer(connection, policy, &root, &prefix).ok());
            }
        });
        Ok(Self { is_over, address, prefix: prefix.to_owned() })
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
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the listener, so that it sees the end.
        let _ = TcpStream::connect(self.address);
    }
}

fn answer(mut connection: TcpStream, policy: &'static str, root: &Path, prefix: &str) -> Result<()> {
    connection.set_read_timeout(Some(Duration::from_mins(1)))?;
    let (method, url) = read_head(&connection)?;
    let found = locate(&url, root, prefix).filter(|_| matches!(method.as_str(), "GET" | "HEAD"));
    let (status, body, headers) = match &found {
        Some(path) => ("200 OK", fs::read(path)?, headers(path, policy).to_vec()),
        None => ("404 Not Found", b"not found\n".to_vec(), vec![("Content-Type", "text/plain")]),
    };
    write!(connection, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n", body.len())?;
    for (name, value) in headers {
        write!(connection, "{name}: {value}\r\n")?;
    }
    write!(connection, "\r\n")?;
    if method != "HEAD" {
        connection.write_all(&body)?;
    }
    Ok(())
}

/// Method and address of a request; the rest of its head is read and left.
fn read_head(connection: &TcpStream) -> Result<(String, String)> {
    let mut lines = BufReader::new(connection.take(MAX_HEAD_BYTES)).lines();
    let first = lines.next().context("no request came")??;
    let mut words = first.split(' ').map(str::to_owned);
    let (Some(method), Some(url)) = (words.next(), words.next()) else { bail!("{first:?} is no request") };
    for line in lines {
        if line?.is_empty() {
            return Ok((method, url));
        }
    }
    bail!("the request has no end")
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

fn headers(path: &Path, policy: &'static str) -> [(&'static str, &'static str); 6] {
    [
        ("Content-Type", mime_type(path)),
        ("Content-Security-Policy", policy),
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
