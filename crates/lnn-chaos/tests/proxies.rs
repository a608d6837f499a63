//! The door to Redis against a real one: what a fault does to a process, to its connection and to its write.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

#[path = "common/services.rs"]
mod services;

use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lnn_chaos::fault::{Fault, FaultKind, Function, Place};
use lnn_chaos::redis::RedisServer;
use lnn_chaos::redis_proxy::RedisProxy;
use lnn_chaos::referee::Referee;
use lnn_chaos::victim::Victim;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What became of a write at which a fault struck.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    is_answered: bool,
    is_written: bool,
    is_alive: bool,
}

struct Scene {
    referee: Arc<Referee>,
    server: Arc<RedisServer>,
    port: u16,
    process: Child,
}

async fn scene() -> Option<Scene> {
    if !services::are_here(&[services::REDIS]) {
        return None;
    }
    let (server, referee) = (Arc::new(RedisServer::start().await.unwrap()), Arc::new(Referee::default()));
    let process = Command::new("sleep").arg("600").spawn().unwrap();
    let victim = Arc::new(Victim::new(Function::Neuron));
    victim.started(process.id());
    let proxy = RedisProxy { victim, referee: referee.clone(), server: server.clone() };
    let port = proxy.open().await.unwrap();
    Some(Scene { referee, server, port, process })
}

/// Sends commands in one piece, and reads so many bytes; none where the connection ends before.
async fn ask(port: u16, commands: &[u8], n_bytes: usize) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(commands).await.unwrap();
    let mut answer = vec![0; n_bytes];
    stream.read_exact(&mut answer).await.ok()?;
    Some(answer)
}

const SET: &[u8] = b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n";

async fn check(kind: FaultKind, expected: Seen) {
    let Some(mut scene) = scene().await else { return };
    let place = Place::RedisWrite(Function::Neuron);
    scene.referee.begin(&[Fault { kind, place, at: 2, pause_ms: 50, until_writes: 0 }]);
    // Three commands at once: a read, a write that goes through, and the one that is struck.
    let commands =
        [b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n", b"*2\r\n$3\r\nDEL\r\n$1\r\nb\r\n".as_slice(), SET].concat();
    let answer = ask(scene.port, &commands, "$-1\r\n:0\r\n+OK\r\n".len()).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let seen = Seen {
        is_answered: answer.is_some(),
        is_written: !scene.server.keys().await.unwrap().is_empty(),
        is_alive: scene.process.try_wait().unwrap().is_none(),
    };
    assert_eq!(seen, expected, "{kind}");
    assert_eq!(scene.referee.struck().len(), 1);
    scene.process.kill().unwrap();
    scene.process.wait().unwrap();
}

#[tokio::test]
async fn a_process_is_killed_between_any_two_of_its_writes() {
    let dead = Seen { is_answered: false, is_written: false, is_alive: false };
    check(FaultKind::KillBeforeWrite, dead).await;
    check(FaultKind::KillAfterWrite, Seen { is_answered: false, is_written: true, is_alive: false }).await;
}

#[tokio::test]
async fn a_connection_is_lost_before_or_after_a_write() {
    let lost = Seen { is_answered: false, is_written: false, is_alive: true };
    check(FaultKind::DropBeforeWrite, lost).await;
    check(FaultKind::DropAfterWrite, Seen { is_answered: false, is_written: true, is_alive: true }).await;
}

#[tokio::test]
async fn what_is_delayed_or_frozen_goes_through_later() {
    for kind in [FaultKind::DelayWrite, FaultKind::FreezeBeforeWrite, FaultKind::FreezeAfterWrite] {
        let begun = Instant::now();
        check(kind, Seen { is_answered: true, is_written: true, is_alive: true }).await;
        assert!(begun.elapsed() >= Duration::from_millis(50));
    }
}

#[tokio::test]
async fn a_redis_that_is_restarted_is_empty() {
    let Some(mut scene) = scene().await else { return };
    assert!(ask(scene.port, SET, 5).await.is_some());
    assert_eq!(scene.server.keys().await.unwrap(), [("a".to_owned(), -1)]);
    scene.server.restart_empty().await.unwrap();
    assert!(scene.server.keys().await.unwrap().is_empty());
    assert!(ask(scene.port, SET, 5).await.is_some());
    scene.process.kill().unwrap();
    scene.process.wait().unwrap();
}
