#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Puts ICMP errors about a TCP segment on a link, as if a router had sent them.

    blame.py DEVICE MAC FROM TO SADDR SPORT DADDR DPORT TYPE CODE SEQ[:HOW]...

FROM tells TO, which is one hop away at MAC, of a segment from SADDR to DADDR
with each SEQ. HOW is what is wrong with it: "bad", the checksum; "cut", too
little is quoted.
"""

import socket
import struct
import sys


def fold(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def header(source, target, protocol, length):
    """Of IP, as its sender writes it."""
    if len(source) == 4:
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 1, 0x4000, 64, protocol, 0,
                           source, target)
        return head[:10] + struct.pack("!H", fold(head)) + head[12:]
    return struct.pack("!IHBB16s16s", 6 << 28, length, protocol, 64, source, target)


def error(reporter, told, quoted, kind, code, how):
    """The whole packet."""
    if how == "cut":
        quoted = quoted[:-1]
    body = struct.pack("!BBHI", kind, code, 0, 0) + quoted
    protocol = socket.IPPROTO_ICMP
    pseudo = b""
    if len(reporter) == 16:
        protocol = socket.IPPROTO_ICMPV6
        pseudo = reporter + told + struct.pack("!II", len(body), protocol)
    checksum = fold(pseudo + body) ^ (0x0101 if how == "bad" else 0)
    body = body[:2] + struct.pack("!H", checksum) + body[4:]
    return header(reporter, told, protocol, len(body)) + body


def main():
    device, mac, reporter, told, source, sport, target, dport, kind, code, *numbers = sys.argv[1:]
    link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    ethertype = 0x86dd if ":" in reporter else 0x0800
    for number in numbers:
        seq, _, how = number.partition(":")
        quoted = header(packed(source), packed(target), socket.IPPROTO_TCP, 20)
        quoted += struct.pack("!HHI", int(sport), int(dport), int(seq) % 2**32)
        packet = error(packed(reporter), packed(told), quoted, int(kind), int(code), how)
        link.sendto(packet, (device, ethertype, 0, 0, bytes.fromhex(mac.replace(":", ""))))


if __name__ == "__main__":
    main()
