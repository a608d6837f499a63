//! LNN's functions on one machine: a Lambda service of our own, Redis, and a local AWS endpoint.
//!
//! ```text
//! lnn local up ──▶ Stack ──▶ redis-server, MiniStack (S3, DynamoDB, SNS, Step Functions, Lambda)
//!                    │                      │ calls launcher and trainer
//!                    ▼                      ▼
//!                 Gateway ──▶ Service ◀── trainer calls neurons
//! ```
//!
//! Read next: `service/mod.rs`, then `stack/mod.rs`.

pub mod gateway;
pub mod service;
pub mod stack;
