//! A Redis of a test's own, and turns: who speaks to it when.
//!
//! What enters: a seed. What leaves: requests of concurrent tasks in the order that the seed says, so that a schedule that
//! breaks something can be run again.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use lnn_core::random::{RandomStream, Stream, stream};
use redis::aio::MultiplexedConnection;
use tokio::sync::watch;

/// A server without a disk on a free port, ended with the test.
pub struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts it and waits until it answers.
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("redis-server");
        command.args([
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--port",
            &port.to_string(),
        ]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap_or_else(|error| {
            panic!("this test needs redis-server, which Debian's package redis-server has: {error}")
        });
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let is_ready = lines.map_while(Result::ok).any(|line| line.contains("Ready to accept connections"));
        assert!(is_ready, "redis-server ended before it was ready");
        Self { process, port }
    }

    pub async fn connect(&self) -> MultiplexedConnection {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.port)).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whose request is next. Delays of a service are nothing else than such an order.
pub struct Turns(watch::Sender<VecDeque<usize>>);

impl Turns {
    /// Any order of `n_tasks` tasks with `n_requests` requests each.
    pub fn new(random: &mut RandomStream, n_tasks: usize, n_requests: usize) -> Self {
        let mut order: Vec<usize> = (0..n_tasks * n_requests).map(|idx| idx % n_tasks).collect();
        random.shuffle(&mut order);
        Self(watch::Sender::new(order.into()))
    }

    /// Makes a request when it is the task's turn.
    pub async fn take<T>(&self, task: usize, request: impl Future<Output = redis::RedisResult<T>>) -> T {
        self.0.subscribe().wait_for(|order| order.front() == Some(&task)).await.unwrap();
        let answer = request.await.unwrap();
        self.0.send_modify(|order| {
            order.pop_front();
        });
        answer
    }

    /// The task makes no more requests.
    pub fn leave(&self, task: usize) {
        self.0.send_modify(|order| order.retain(|other| *other != task));
    }
}

/// The random numbers of a schedule.
pub fn schedule(seed: u64, part: u64) -> RandomStream {
    stream(seed, Stream::Data, part, 0)
}
