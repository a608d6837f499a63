//! All stores and services of a function, together.
//!
//! In: implementations of the traits. Out: one type that handlers are generic over. Read next: `trainer/mod.rs`.

use crate::live::Live;
use crate::stores::{Invoke, Notify, Objects, Registry};

/// What the trainer works with.
pub trait World: Send + Sync {
    /// Redis.
    type Live: Live;
    /// DynamoDB.
    type Registry: Registry;
    /// S3.
    type Objects: Objects;
    /// Lambda.
    type Invoke: Invoke;
    /// SNS.
    type Notify: Notify;

    /// The live state.
    fn live(&self) -> &Self::Live;
    /// The registry of runs.
    fn registry(&self) -> &Self::Registry;
    /// The bucket.
    fn objects(&self) -> &Self::Objects;
    /// Calls of neurons.
    fn invoke(&self) -> &Self::Invoke;
    /// News for people.
    fn notify(&self) -> &Self::Notify;
}

/// A world of given parts.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are the trait's")]
pub struct Parts<L, R, O, I, N> {
    pub live: L,
    pub registry: R,
    pub objects: O,
    pub invoke: I,
    pub notify: N,
}

impl<L: Live, R: Registry, O: Objects, I: Invoke, N: Notify> World for Parts<L, R, O, I, N> {
    type Live = L;
    type Registry = R;
    type Objects = O;
    type Invoke = I;
    type Notify = N;

    fn live(&self) -> &L {
        &self.live
    }
    fn registry(&self) -> &R {
        &self.registry
    }
    fn objects(&self) -> &O {
        &self.objects
    }
    fn invoke(&self) -> &I {
        &self.invoke
    }
    fn notify(&self) -> &N {
        &self.notify
    }
}
