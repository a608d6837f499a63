#!/bin/sh
# Makes the archives that the tests read, with the system's own programs. The texts are in text.txt and below.
set -e
cd "$(dirname "$0")"
seq 1 300 | sed 's/$/: a line of a log that repeats itself/' > text.txt
gzip -c text.txt > named.gz
gzip -nc < text.txt > bare.gz
{ head -n 100 text.txt | gzip -c; tail -n +101 text.txt | gzip -1c; head -c 512 /dev/zero; } > members.gz
python3 - <<'PYTHON'
import gzip, zlib, struct, zipfile, io, sys
text = open('text.txt', 'rb').read()
# Every optional field of RFC 1952, with the header's checksum.
deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
head = bytes([31, 139, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 255]) + struct.pack('<H', 7) + b'AP\x03\x00xyz' + b'name\0a comment\0'
head += struct.pack('<H', zlib.crc32(head) & 0xffff)
body = deflate.compress(text) + deflate.flush()
open('fields.gz', 'wb').write(head + body + struct.pack('<II', zlib.crc32(text), len(text)))

class Pipe(io.RawIOBase):
    """Can't seek: the zip has descriptors after the data."""
    def __init__(self, path): self.file = open(path, 'wb')
    def writable(self): return True
    def write(self, data): return self.file.write(data)
def entry(archive, name, data, method):
    info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
    info.compress_type = method
    archive.writestr(info, data)
with zipfile.ZipFile('python.zip', 'w') as archive:
    entry(archive, 'run/log.jsonl', text, zipfile.ZIP_DEFLATED)
    entry(archive, 'run/stored.txt', text[:500], zipfile.ZIP_STORED)
    entry(archive, 'run/sub/', b'', zipfile.ZIP_STORED)
    entry(archive, 'run/sub/größe.txt', b'8', zipfile.ZIP_STORED)
with zipfile.ZipFile(Pipe('piped.zip'), 'w') as archive:
    entry(archive, 'log.jsonl', text, zipfile.ZIP_DEFLATED)
    entry(archive, 'stored.txt', text[:500], zipfile.ZIP_STORED)
with zipfile.ZipFile('long.zip', 'w') as archive:
    info = zipfile.ZipInfo('log.jsonl', (2024, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, 'w', force_zip64=True) as file: file.write(text)
with zipfile.ZipFile('methods.zip', 'w') as archive:
    entry(archive, 'bzip2.txt', text, zipfile.ZIP_BZIP2)
    entry(archive, 'lzma.txt', text, zipfile.ZIP_LZMA)
    entry(archive, 'deflated.txt', text, zipfile.ZIP_DEFLATED)
PYTHON
rm -f system.zip encrypted.zip
mkdir -p run && cp text.txt run/log.jsonl && printf 8 > run/eight.txt
zip -qr system.zip run
zip -qP secret encrypted.zip run/log.jsonl
rm -r run
