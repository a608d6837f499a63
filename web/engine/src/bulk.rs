//! Numbers in bulk: vectors that cross between page and worker as one typed array instead of number by number.
//!
//! In: a `Vec<f32>` or `Vec<u16>`. Out: a `Uint8Array` of their bytes, and back. Read next: `protocol.rs`.

use bytemuck::Pod;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A vector that serializes as the bytes of its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Bulk<T>(pub Vec<T>);

/// Many `f32`.
pub type F32s = Bulk<f32>;
/// Many `f64`.
pub type F64s = Bulk<f64>;
/// Many `u16`.
pub type U16s = Bulk<u16>;
/// Many `u8`.
pub type U8s = Bulk<u8>;

impl<T> Default for Bulk<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> std::ops::Deref for Bulk<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> From<Vec<T>> for Bulk<T> {
    fn from(values: Vec<T>) -> Self {
        Self(values)
    }
}

impl<T: Pod> Serialize for Bulk<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytemuck::cast_slice(&self.0))
    }
}

impl<'de, T: Pod> Deserialize<'de> for Bulk<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?;
        if bytes.len() % size_of::<T>() != 0 {
            let message =
                format!("{} bytes are no whole number of {}-byte values", bytes.len(), size_of::<T>());
            return Err(serde::de::Error::custom(message));
        }
        Ok(Self(bytemuck::allocation::pod_collect_to_vec(&bytes)))
    }
}
