//! ONNX: a graph of named operations on named tensors, as protocol buffers.
//!
//! In: graphs that are a chain of dense layers, however an exporter writes one. Out: one `Gemm` and one activation a layer,
//! examples in rows. Read next: `proto.rs` for the messages, `graph.rs` for reading, `make.rs` for writing.

mod constants;
mod graph;
mod make;
mod proto;

pub(crate) use graph::read;
pub(crate) use make::write;
