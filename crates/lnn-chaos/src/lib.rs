//! The chaos suite: the real functions under random faults, each schedule from one seed, and what must be true afterwards.
//!
//! ```text
//! seed ──▶ Schedule ──lane──▶ processes ──proxies──▶ Redis, AWS         every event: Referee ──▶ does a fault strike?
//!              │                  ▲ service, engine ┘
//!              └──local──▶ the same run in this process ──checks──▶ equal to the bit, nothing doubled, lost or left over
//! ```
//!
//! The programs know nothing of it: they are killed, frozen and cut off from outside. Read next: `fault.rs`, `schedule.rs`.

pub mod aws;
pub mod aws_proxy;
pub mod checks;
pub mod dice;
pub mod engine;
pub mod fault;
pub mod functions;
pub mod lane;
pub mod local;
pub mod ministack;
pub mod redis;
pub mod redis_proxy;
pub mod referee;
pub mod resp;
pub mod schedule;
pub mod suite;
pub mod task;
pub mod user;
pub mod victim;
