//! A door to Redis that counts round trips: what a client sends in one go, and waits for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// Orders everything that is seen: what begins after something else has ended, came after it.
#[derive(Default)]
pub struct Order(AtomicU64);

impl Order {
    pub fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

/// From when to when something was on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub begin: u64,
    pub end: u64,
}

/// A door of one client, which asks one thing at a time.
#[derive(Clone)]
pub struct Door {
    pub port: u16,
    state: Arc<Mutex<State>>,
    _open: Arc<Open>,
}

/// Who waits for clients; gone with the door.
struct Open(AbortHandle);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[derive(Default)]
struct State {
    waits_since: Option<u64>,
    trips: Vec<Span>,
}

impl Door {
    /// Opens a door to a server on this machine.
    pub async fn open(server_port: u16, order: &Arc<Order>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (order, state) = (order.clone(), Arc::<Mutex<State>>::default());
        let way = Way { order, state: state.clone() };
        let waiting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", server_port)).await.unwrap();
                tokio::spawn(way.clone().pass(client, server));
            }
        });
        Self { port, state, _open: Arc::new(Open(waiting.abort_handle())) }
    }

    /// The round trips so far.
    pub fn trips(&self) -> Vec<Span> {
        self.state.lock().unwrap().trips.clone()
    }
}

/// What is noted of a connection.
#[derive(Clone)]
struct Way {
    order: Arc<Order>,
    state: Arc<Mutex<State>>,
}

impl Way {
    async fn pass(self, mut client: TcpStream, mut server: TcpStream) {
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
        loop {
            tokio::select! {
                // What was answered is passed on before the next is asked.
                biased;
                n = server.read(&mut answered) => {
                    let Ok(1..) = n else { return };
                    self.answered();
                    if client.write_all(&answered[..n.unwrap_or_default()]).await.is_err() { return }
                }
                n = client.read(&mut asked) => {
                    let Ok(1..) = n else { return };
                    self.asked();
                    if server.write_all(&asked[..n.unwrap_or_default()]).await.is_err() { return }
                }
            }
        }
    }

    fn asked(&self) {
        let mut state = self.state.lock().unwrap();
        if state.waits_since.is_none() {
            state.waits_since = Some(self.order.next());
        }
    }

    fn answered(&self) {
        let mut state = self.state.lock().unwrap();
        if let Some(begin) = state.waits_since.take() {
            state.trips.push(Span { begin, end: self.order.next() });
        }
    }
}
