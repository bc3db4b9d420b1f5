# SPDX-License-Identifier: Apache-2.0
# ihex.py FILE ADDRESS SIZE: a strict reader of Intel HEX, written from its specification. Writes what a
# programmer would leave in an erased region (0xff) to stdout.
import sys

name, address, size = sys.argv[1], int(sys.argv[2], 0), int(sys.argv[3], 0)
region = [None] * size
upper = 0
ended = False
for line in open(name, newline="").read().split("\n")[:-1]:
    assert not ended and line[0] == ":" and line == line.upper()
    record = bytes.fromhex(line[1:])
    assert len(record) == record[0] + 5 and sum(record) % 256 == 0
    low, kind, data = int.from_bytes(record[1:3], "big"), record[3], record[4:-1]
    if kind == 0:
        assert 0 < len(data) <= 16 and low + len(data) <= 0x10000
        for i, octet in enumerate(data, upper + low - address):
            assert i >= 0 and region[i] is None
            region[i] = octet
    elif kind == 4:
        assert low == 0 and len(data) == 2
        upper = int.from_bytes(data, "big") << 16
    else:
        assert record == b"\0\0\0\1\xff"
        ended = True
assert ended
sys.stdout.buffer.write(bytes(0xFF if octet is None else octet for octet in region))
