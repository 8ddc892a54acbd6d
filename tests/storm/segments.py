#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Says what TCP segments a capture holds, without what chance decides.

    segments.py FILE.pcap

A line for each, in order: direction, flags, sequence and acknowledgment number from
the first ones on, window, urgent pointer, options, a digest of the data. Left out are
client ports, the values of timestamps, IP identification, and checksums, which only
say the same again; a SYN that is repeated is one.
"""
import hashlib
import struct
import sys

# Ports of the conversations that are compared.
SERVERS = range(18000, 18100)


def frames(data):
    magic, = struct.unpack_from("<I", data)
    assert magic in (0xa1b2c3d4, 0xa1b23c4d), "not a capture"
    at = 24
    while at < len(data):
        length, original = struct.unpack_from("<II", data, at + 8)
        assert length == original, "cut off"
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def segment(frame):
    """Returns the endpoints, what is told of the IP header, and the segment."""
    kind, = struct.unpack_from("!H", frame, 12)
    ip = frame[14:]
    if kind == 0x0800:
        length, = struct.unpack_from("!H", ip, 2)
        head = (ip[0] & 15) * 4
        told = f"v4 tos={ip[1]} ttl={ip[8]} fragment={ip[6] >> 5}"
        return ip[12:16], ip[16:20], told, ip[head:length]
    length, = struct.unpack_from("!H", ip, 4)
    return ip[8:24], ip[24:40], f"v6 class={(ip[0] & 15) << 4 | ip[1] >> 4} hops={ip[7]}", \
        ip[40:40 + length]


def options(text):
    told = []
    while text and text[0]:
        if text[0] == 1:
            told.append("nop")
            text = text[1:]
            continue
        value = "" if text[0] == 8 else text[2:text[1]].hex()
        told.append(f"{text[0]}:{value}")
        text = text[text[1]:]
    return ",".join(told)


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    base = {}
    opened = set()
    for frame in frames(data):
        source, target, told, tcp = segment(frame)
        sport, dport, seq, ack, head, flags, window, _, urgent = \
            struct.unpack_from("!HHIIBBHHH", tcp)
        # Behind the last conversation there is one that tells that tcpdump is done.
        if sport not in SERVERS and dport not in SERVERS:
            continue
        end, other = (source, sport), (target, dport)
        payload = tcp[(head >> 4) * 4:]
        if flags & 2:
            if (end, other, seq) in opened:
                continue
            opened.add((end, other, seq))
            base[end, other] = seq
            if not flags & 16:
                base.pop((other, end), None)
        if (end, other) not in base:
            base[end, other] = seq
        to_server = dport in SERVERS
        # A segment without ACK has a number that means nothing.
        acked = (ack - base.get((other, end), ack)) % 2**32 if flags & 16 else "-"
        if flags & 4 and not flags & 16:
            acked = "-"
        print(">" if to_server else "<", dport if to_server else sport, told,
              f"flags={flags:02x} seq={(seq - base[end, other]) % 2**32} ack={acked}",
              f"window={window} urgent={urgent} options={options(tcp[20:(head >> 4) * 4])}",
              f"len={len(payload)} {hashlib.sha1(payload).hexdigest()[:8]}")


main()
