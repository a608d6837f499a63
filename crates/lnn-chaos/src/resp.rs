//! Redis' wire protocol, as far as a proxy must know it: where a command or an answer ends, and what a command is.
//!
//! In: bytes. Out: lengths and names. Both versions of the protocol are understood. Read next: `redis_proxy.rs`.

/// Bytes that do not begin like a command or an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotResp;

/// Length of the first whole frame in `bytes`; none where it has not all come yet.
///
/// # Errors
/// The bytes are of another protocol.
pub fn frame_len(bytes: &[u8]) -> Result<Option<usize>, NotResp> {
    let mut at = 0;
    let mut n_open = 1_u64;
    while n_open > 0 {
        let Some(rest) = bytes.get(at..) else { return Ok(None) };
        let Some(line_len) = rest.windows(2).position(|pair| pair == b"\r\n") else { return Ok(None) };
        let line = &rest[..line_len];
        at += line_len + 2;
        n_open -= 1;
        match line.first() {
            Some(b'+' | b'-' | b':' | b',' | b'#' | b'_' | b'(') => {}
            Some(b'$' | b'!' | b'=') => at += number(line)?.map_or(0, |n| n as usize + 2),
            Some(b'*' | b'~' | b'>') => n_open += number(line)?.unwrap_or_default(),
            Some(b'%') => n_open += 2 * number(line)?.unwrap_or_default(),
            _ => return Err(NotResp),
        }
    }
    Ok((at <= bytes.len()).then_some(at))
}

/// The number of a line; none for the -1 that stands for nothing.
fn number(line: &[u8]) -> Result<Option<u64>, NotResp> {
    let text = std::str::from_utf8(&line[1..]).map_err(|_| NotResp)?;
    let number: i64 = text.parse().map_err(|_| NotResp)?;
    Ok(u64::try_from(number).ok())
}

/// The name of a command, in capitals.
pub fn command_name(frame: &[u8]) -> String {
    let mut lines = frame.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let name = if frame.starts_with(b"*") { lines.nth(2) } else { lines.next() };
    String::from_utf8_lossy(name.unwrap_or_default()).to_ascii_uppercase()
}

/// Whether a command of this name may change something.
pub fn is_write(name: &str) -> bool {
    const WRITES: [&str; 20] = [
        "EVALSHA", "EVAL", "FCALL", "SET", "SETEX", "PSETEX", "SETNX", "MSET", "APPEND", "DEL", "UNLINK",
        "HSET", "HDEL", "HINCRBY", "RPUSH", "LPUSH", "LTRIM", "EXPIRE", "PEXPIRE", "EXEC",
    ];
    WRITES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Option<usize>) {
        assert_eq!(frame_len(bytes), Ok(expected), "{}", String::from_utf8_lossy(bytes));
        for end in 0..expected.unwrap_or(bytes.len()) {
            assert_eq!(frame_len(&bytes[..end]), Ok(None), "the first {end} bytes");
        }
    }

    #[test]
    fn frames_end_where_they_end() {
        check(b"+OK\r\n", Some(5));
        check(b"$5\r\na\r\nbc\r\n+", Some(11));
        check(b"$-1\r\n", Some(5));
        check(b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n", Some(20));
        check(b"*2\r\n*1\r\n:1\r\n$-1\r\n", Some(17));
        check(b"%1\r\n+a\r\n_\r\n", Some(11));
        check(b"*0\r\n", Some(4));
        assert_eq!(frame_len(b"GET / HTTP/1.1\r\n"), Err(NotResp));
    }

    #[test]
    fn commands_are_known_by_name() {
        assert_eq!(command_name(b"*2\r\n$3\r\nget\r\n$1\r\nk\r\n"), "GET");
        assert!(is_write("EVALSHA") && !is_write("MGET"));
    }
}
