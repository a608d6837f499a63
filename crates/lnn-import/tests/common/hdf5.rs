//! HDF5 as small as it can be written: links in the root group, each to a data set of bytes.
//!
//! Source: HDF5 File Format Specification 3.0, superblock version 0, object headers version 1.

const UNDEFINED: u64 = u64::MAX;
const SUPERBLOCK_BYTES: u64 = 96;

/// A data set of bytes.
pub struct ByteSet<'a> {
    pub name: &'a str,
    pub shape: &'a [u64],
    /// Extents of its only piece, packed by deflate; else nothing was written, and every number is 0.
    pub chunk: Option<(&'a [u32], &'a [u8])>,
}

/// A file of data sets; links of these names lead back to the root group.
pub fn hdf5(sets: &[ByteSet<'_>], loops: &[String]) -> Vec<u8> {
    let mut bytes = vec![0; SUPERBLOCK_BYTES as usize];
    let mut links: Vec<(String, u64)> = loops.iter().map(|name| (name.clone(), 0)).collect();
    for set in sets {
        links.push((set.name.to_owned(), put_set(&mut bytes, set)));
    }
    put_root(bytes, &links)
}

/// A file with many names of one data set.
pub fn hdf5_of_links(n: usize) -> Vec<u8> {
    let mut bytes = vec![0; SUPERBLOCK_BYTES as usize];
    let set = ByteSet { name: "", shape: &[4, 4], chunk: None };
    let address = put_set(&mut bytes, &set);
    let links: Vec<(String, u64)> = (0..n).map(|i| (format!("d{i}"), address)).collect();
    put_root(bytes, &links)
}

fn put_root(mut bytes: Vec<u8>, links: &[(String, u64)]) -> Vec<u8> {
    let root = bytes.len() as u64;
    let messages: Vec<(u16, Vec<u8>)> = links
        .iter()
        .map(|(name, address)| {
            let address = if *address == 0 { root } else { *address };
            (6, [&[1, 0, name.len() as u8], name.as_bytes(), &address.to_le_bytes()].concat())
        })
        .collect();
    put_header(&mut bytes, &messages);
    let mut head = b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0\x04\0\x10\0\0\0\0\0".to_vec();
    for number in [0, UNDEFINED, bytes.len() as u64, UNDEFINED, 0, root] {
        head.extend(number.to_le_bytes());
    }
    bytes[..head.len()].copy_from_slice(&head);
    bytes
}

fn put_set(bytes: &mut Vec<u8>, set: &ByteSet<'_>) -> u64 {
    let mut space = vec![1, set.shape.len() as u8, 0, 0, 0, 0, 0, 0];
    space.extend(set.shape.iter().flat_map(|extent| extent.to_le_bytes()));
    // Whole numbers of one byte, without a sign.
    let mut messages = vec![(1, space), (3, vec![0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0])];
    match set.chunk {
        None => {
            let n_bytes = set.shape.iter().fold(1_u64, |n, extent| n.wrapping_mul(*extent));
            messages
                .push((8, [&[3, 1], UNDEFINED.to_le_bytes().as_slice(), &n_bytes.to_le_bytes()].concat()));
        }
        Some((extents, packed)) => {
            let tree = put_tree(bytes, extents, packed);
            let mut layout = vec![3, 2, extents.len() as u8 + 1];
            layout.extend(tree.to_le_bytes());
            layout.extend(extents.iter().chain(&[1]).flat_map(|extent| extent.to_le_bytes()));
            messages.push((8, layout));
            messages.push((11, vec![1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0]));
        }
    }
    let address = bytes.len() as u64;
    put_header(bytes, &messages);
    address
}

/// A B-tree with one piece at the origin.
fn put_tree(bytes: &mut Vec<u8>, extents: &[u32], packed: &[u8]) -> u64 {
    let data = bytes.len() as u64;
    bytes.extend(packed);
    let tree = bytes.len() as u64;
    bytes.extend(b"TREE\x01\0\x01\0");
    bytes.extend([UNDEFINED.to_le_bytes(), UNDEFINED.to_le_bytes()].concat());
    bytes.extend((packed.len() as u32).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(vec![0; 8 * (extents.len() + 1)]);
    bytes.extend(data.to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend(extents.iter().chain(&[1]).flat_map(|extent| u64::from(*extent).to_le_bytes()));
    tree
}

fn put_header(bytes: &mut Vec<u8>, messages: &[(u16, Vec<u8>)]) {
    let mut body = Vec::new();
    for (kind, data) in messages {
        let n_bytes = data.len().next_multiple_of(8);
        body.extend(kind.to_le_bytes());
        body.extend((n_bytes as u16).to_le_bytes());
        body.extend([0; 4]);
        body.extend(data);
        body.resize(body.len() + n_bytes - data.len(), 0);
    }
    bytes.extend([1, 0]);
    bytes.extend((messages.len() as u16).to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(body);
}
