#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write a capture from a conversation in tcpdump's words.

    write.py [OPTION...] <CONVERSATION >CAPTURE

A line of the conversation is "TIME ADDRESS.PORT > ADDRESS.PORT: FLAGS
[SEQ:END(LEN)] [ack N] [win N] [<OPTIONS>]", as older tcpdumps print it; # begins
a comment. An ICMP error is "TIME ADDRESS > ADDRESS: icmp TYPE CODE ADDRESS.PORT >
ADDRESS.PORT: SEQ", of which the second half is what it quotes.

  --format pcap|swapped|nano|pcapng
  --link TYPE       see LINKS
  --ipv6            the same with IPv6 addresses
  --snap N          so many bytes of each packet are captured
  --options         IP options; for IPv6 all extension headers that may stand there
  --routed          IPv6: a routing header has a segment left, which the packets are sent to
  --fragments N     payload is sent in fragments of N bytes of TCP each
  --no-length       the IP header says 0, as before segmentation (BIG TCP)
  --jumbo           IPv6: with a jumbo payload option
  --bad N           segment N (from 1) has a wrong checksum
  --pad             Ethernet's padding to 60 bytes
  --repeat N        the conversation N times, from other ports
"""

import argparse
import ipaddress
import re
import struct
import sys

LINE = re.compile(
    r"(\d+):(\d+):(\d+)\.(\d{6}) (\S+)\.(\d+) > (\S+)\.(\d+): (\S+)"
    r"(?: (\d+):(\d+)\((\d+)\))?(?: ack (\d+))?(?: win (\d+))?(?: <(.*)>)?$"
)
ERROR = re.compile(
    r"(\d+):(\d+):(\d+)\.(\d{6}) (\S+) > (\S+): icmp (\d+) (\d+) (\S+)\.(\d+) > (\S+)\.(\d+): (\d+)$"
)
FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, ".": 0, "U": 32, "E": 64, "W": 128}

# 2026-11-20 00:00 UTC, for the times of day in a conversation.
MIDNIGHT = 1795132800


def sum16(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def tcp_option(text):
    name, *values = text.split()
    if name == "nop":
        return b"\1"
    if name == "mss":
        return struct.pack("!BBH", 2, 4, int(values[0]))
    if name == "wscale":
        return struct.pack("!BBB", 3, 3, int(values[0]))
    if name == "sackOK":
        return b"\4\2"
    if name == "broken":
        return b"\2\1"
    if name == "timestamp":
        return struct.pack("!BBII", 8, 10, *map(int, values))
    sys.exit(f"no option {text}")


class Line:
    """One line of a conversation: when, from where to where."""

    def __init__(self, when, src, dst, six):
        hour, minute, second, micro = when
        self.ns = (
            (MIDNIGHT + int(hour) * 3600 + int(minute) * 60 + int(second)) * 10**6 + int(micro)
        ) * 1000
        self.src, self.dst = (self.address(text, six) for text in (src, dst))

    @staticmethod
    def address(text, six):
        address = ipaddress.ip_address(text)
        if six and address.version == 4:
            return ipaddress.IPv6Address(f"2001:db8::{int(address):x}"[:-4] + ":" + f"{int(address):x}"[-4:])
        return address


class Error(Line):
    """One that is an ICMP error."""

    def __init__(self, match, six):
        super().__init__(match.groups()[:4], *match.groups()[4:6], six)
        kind, code, src, sport, dst, dport, seq = match.groups()[6:]
        self.kind, self.code = int(kind), int(code)
        self.quoted = [self.address(text, six).packed for text in (src, dst)]
        self.tcp = struct.pack("!HHI", int(sport), int(dport), int(seq))
        self.protocol = 1 if self.src.version == 4 else 58

    def body(self, wrong):
        if self.protocol == 1:
            quoted = struct.pack("!BBHHHBBH", 0x45, 0, 40, 1, 0, 64, 6, 0)
            pseudo = b""
        else:
            quoted = struct.pack("!IHBB", 6 << 28, 20, 6, 64)
        quoted += b"".join(self.quoted) + self.tcp

        def build(checksum):
            return struct.pack("!BBHI", self.kind, self.code, checksum, 0) + quoted

        if self.protocol == 58:
            pseudo = self.src.packed + self.dst.packed + struct.pack("!II", len(build(0)), 58)
        return build(sum16(pseudo + build(0)) ^ (0x0101 if wrong else 0))


class Segment(Line):
    """One that is a segment."""

    protocol = 6

    def __init__(self, line, six, shift):
        match = LINE.match(line)
        if not match:
            sys.exit(f"not a segment: {line}")
        src, sport, dst, dport, flags = match.groups()[4:9]
        seq, _, length, ack, win, options = match.groups()[9:]
        super().__init__(match.groups()[:4], src, dst, six)
        ports = [int(sport), int(dport)]
        # The client's port is the higher one.
        ports[ports[0] < ports[1]] -= shift
        self.ports = ports
        self.seq = int(seq or 0)
        self.ack = int(ack or 0)
        self.flags = sum(FLAGS[c] for c in flags) | (16 if ack else 0)
        self.window = int(win or 0)
        self.options = b"".join(tcp_option(o) for o in options.split(",")) if options else b""
        self.options += b"\0" * (-len(self.options) % 4)
        self.payload = bytes(i & 0xFF for i in range(int(length or 0)))

    def body(self, wrong):
        def build(checksum):
            return (
                struct.pack(
                    "!HHIIBBHHH",
                    *self.ports,
                    self.seq,
                    self.ack,
                    (5 + len(self.options) // 4) << 4,
                    self.flags,
                    self.window,
                    checksum,
                    0,
                )
                + self.options
                + self.payload
            )

        body = build(0)
        pseudo = self.src.packed + self.dst.packed + struct.pack("!II", len(body), 6)
        return build(sum16(pseudo + body) ^ (0x0101 if wrong else 0))


def ip4(segment, body, args, offset, more):
    options = bytes([0x94, 4, 0, 0]) + b"\1" * 8 if args.options else b""
    size = 20 + len(options)

    def build(checksum):
        return (
            struct.pack(
                "!BBHHHBBH",
                0x40 | size // 4,
                0,
                0 if args.no_length else size + len(body),
                1,
                offset // 8 | (0x2000 if more else 0),
                64,
                segment.protocol,
                checksum,
            )
            + segment.src.packed
            + segment.dst.packed
            + options
        )

    return build(sum16(build(0))) + body


def ip6(segment, body, args, offset, more):
    # Hop-by-hop, destination, routing (segments left 0), fragment, AH, destination.
    chain = []
    target = segment.dst.packed
    if args.routed:
        # RFC 8754 2: the segments in reverse, of which the second one from the end is next.
        final, target = target, ipaddress.ip_address("2001:db8::5e9").packed
        chain.append((43, lambda n: bytes([n, 4, 4, 1, 1, 0, 0, 0]) + final + target))
    if args.jumbo:
        chain.append((0, lambda n: struct.pack("!BBBBI", n, 0, 0xC2, 4, len(body) + 8)))
    elif args.options:
        chain.append((0, lambda n: bytes([n, 0, 1, 4, 0, 0, 0, 0])))
    if args.options:
        chain.append((60, lambda n: bytes([n, 1, 1, 12]) + bytes(12)))
        chain.append((43, lambda n: bytes([n, 2, 4, 0]) + bytes(20)))
    if offset or more or args.options:
        chain.append((44, lambda n: struct.pack("!BBHI", n, 0, offset | more, 7)))
    if args.options:
        chain.append((51, lambda n: bytes([n, 4]) + bytes(22)))
        chain.append((60, lambda n: bytes([n, 0, 1, 4, 0, 0, 0, 0])))
    numbers = [number for number, _ in chain] + [segment.protocol]
    headers = b"".join(make(numbers[i + 1]) for i, (_, make) in enumerate(chain))
    length = len(headers) + len(body)
    return (
        struct.pack("!IHBB", 6 << 28, 0 if args.no_length or args.jumbo else length, numbers[0], 64)
        + segment.src.packed
        + target
        + headers
        + body
    )


def packets(segment, number, args):
    """The IP packets of a segment."""
    body = segment.body(number == args.bad)
    make = ip4 if segment.src.version == 4 else ip6
    step = args.fragments or len(body)
    for offset in range(0, len(body), step):
        yield make(segment, body[offset : offset + step], args, offset, offset + step < len(body))


def ethertype(packet):
    return 0x0800 if packet[0] >> 4 == 4 else 0x86DD


def pppoe(packet):
    protocol = 0x21 if packet[0] >> 4 == 4 else 0x57
    return struct.pack("!BBHHH", 0x11, 0, 9, len(packet) + 2, protocol) + packet


def pppoe_short(packet):
    """With the protocol field compressed to one byte (RFC 1661 6.5)."""
    protocol = 0x21 if packet[0] >> 4 == 4 else 0x57
    return struct.pack("!BBHHB", 0x11, 0, 9, len(packet) + 1, protocol) + packet


MACS = bytes.fromhex("020000000001020000000002")


def ethernet(packet, *tags):
    """@tags: what stands between the addresses and IP, protocols first."""
    return MACS + b"".join(struct.pack("!HH", tag, 100 + i) for i, tag in enumerate(tags)) + struct.pack(
        "!H", ethertype(packet)
    ) + packet


def family(packet, six):
    return 2 if packet[0] >> 4 == 4 else six


LINKS = {
    "ethernet": (1, ethernet),
    "vlan": (1, lambda p: ethernet(p, 0x8100)),
    "qinq": (1, lambda p: ethernet(p, 0x88A8, 0x8100)),
    "oldqinq": (1, lambda p: ethernet(p, 0x9100, 0x8100, 0x8100)),
    "pppoe": (1, lambda p: MACS + b"\x88\x64" + pppoe(p)),
    "pppoe-short": (1, lambda p: MACS + b"\x88\x64" + pppoe_short(p)),
    "pppoe-vlan": (1, lambda p: MACS + b"\x81\0\0\7\x88\x64" + pppoe(p)),
    "ppp-ether": (51, pppoe),
    "sll": (113, lambda p: struct.pack("!HHH8sH", 0, 1, 6, MACS[:6], ethertype(p)) + p),
    "sll-vlan": (113, lambda p: struct.pack("!HHH8sH", 0, 1, 6, MACS[:6], 0x8100)
                 + struct.pack("!HH", 7, ethertype(p)) + p),
    "sll2": (276, lambda p: struct.pack("!HHIHBB8s", ethertype(p), 0, 2, 1, 0, 6, MACS[:6]) + p),
    "raw": (101, lambda p: p),
    "ipv4": (228, lambda p: p),
    "ipv6": (229, lambda p: p),
    "null": (0, lambda p: struct.pack("<I", family(p, 10)) + p),
    "null-big": (0, lambda p: struct.pack(">I", family(p, 28)) + p),
    "null-darwin": (0, lambda p: struct.pack("<I", family(p, 30)) + p),
    "loop": (108, lambda p: struct.pack(">I", family(p, 24)) + p),
    # Cannot be read: 802.11 with radiotap.
    "radiotap": (127, lambda p: p),
}


def pcap(frames, link, args):
    order, magic, unit = "<", 0xA1B2C3D4, 1000
    if args.format == "swapped":
        order = ">"
    elif args.format == "nano":
        magic, unit = 0xA1B23C4D, 1
    yield struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, args.snap, link)
    for ns, frame in frames:
        data = frame[: args.snap]
        yield struct.pack(
            order + "IIII", ns // 10**9, ns % 10**9 // unit, len(data), len(frame)
        ) + data


def pcapng(frames, link, args):
    def block(kind, body):
        size = 12 + len(body)
        return struct.pack("<II", kind, size) + body + struct.pack("<I", size)

    yield block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    # Nanoseconds: option if_tsresol 9.
    yield block(1, struct.pack("<HHI", link, 0, args.snap) + struct.pack("<HHB3xHH", 9, 1, 9, 0, 0))
    for ns, frame in frames:
        data = frame[: args.snap]
        padded = data + b"\0" * (-len(data) % 4)
        yield block(
            6, struct.pack("<IIIII", 0, ns >> 32, ns & 0xFFFFFFFF, len(data), len(frame)) + padded
        )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--format", default="pcap")
    parser.add_argument("--link", default="ethernet")
    parser.add_argument("--ipv6", action="store_true")
    parser.add_argument("--snap", type=int, default=262144)
    parser.add_argument("--options", action="store_true")
    parser.add_argument("--routed", action="store_true")
    parser.add_argument("--fragments", type=int, default=0)
    parser.add_argument("--no-length", action="store_true")
    parser.add_argument("--jumbo", action="store_true")
    parser.add_argument("--bad", type=int, default=0)
    parser.add_argument("--pad", action="store_true")
    parser.add_argument("--repeat", type=int, default=1)
    args = parser.parse_args()

    lines = [line.rstrip("\n") for line in sys.stdin if line.strip() and line[0] != "#"]
    link, wrap = LINKS[args.link]

    def frames():
        for shift in range(args.repeat):
            for number, line in enumerate(lines, 1):
                error = ERROR.match(line)
                segment = Error(error, args.ipv6) if error else Segment(line, args.ipv6, shift)
                for packet in packets(segment, number, args):
                    frame = wrap(packet)
                    if args.pad:
                        frame += b"\xff" * (60 - len(frame))
                    yield segment.ns, frame

    write = pcapng if args.format == "pcapng" else pcap
    for piece in write(frames(), link, args):
        sys.stdout.buffer.write(piece)


if __name__ == "__main__":
    main()
