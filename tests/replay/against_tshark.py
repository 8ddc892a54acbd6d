#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare the flows of a replay with what tshark says of the same capture.

    against_tshark.py --fields	prints the fields that tshark is to print
    against_tshark.py TSHARK REPLAY

TSHARK is what `tshark -2 -T fields` prints with these; REPLAY what `tcpfsm replay
--json --no-transitions` does. For every flow these must agree:

  completeness   tcp.completeness and what hist says was sent
  initial_rtt    tcp.analysis.initial_rtt and rtt_server_us + rtt_client_us
  first_fin      who sent the first FIN, and closer
  first_end      who sent the first FIN or RST, and hist
  syn_retrans    SYNs that tshark decodes again with the same number, and rtx

A difference is let pass only where one of the known limits of tshark (4.0)
explains it; each has a function below that looks at the packets. They are
counted by name. Any other is an error. Prints one line a check and limit, and
exits with 1 if there was an error or a check compared nothing.
"""

import collections
import json
import sys

FIELDS = [
    "tcp.stream", "frame.time_epoch", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst",
    "tcp.dstport", "tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "tcp.completeness",
    "tcp.analysis.initial_rtt", "tcp.options.timestamp.tsval", "tcp.options.timestamp.tsecr",
]
FIN, SYN, RST, ACK = 1, 2, 4, 16

# tcp.completeness, by the letters of hist.
BITS = {"s": 1, "h": 2, "a": 4, "d": 8, "f": 16, "r": 32}

Packet = collections.namedtuple("Packet", "ns src dst flags seq ack len tsval tsecr")


class Stream:
    """What tshark says of one connection."""

    def __init__(self):
        self.packets = []
        self.completeness = 0
        self.initial_rtt = None

    def take(self, row):
        seconds, _, fraction = row["frame.time_epoch"].partition(".")
        self.packets.append(
            Packet(
                int(seconds) * 10**9 + int(fraction.ljust(9, "0")),
                end(row, "src"),
                end(row, "dst"),
                int(row["tcp.flags"], 16),
                int(row["tcp.seq_raw"]),
                int(row["tcp.ack_raw"]),
                int(row["tcp.len"]),
                row["tcp.options.timestamp.tsval"],
                row["tcp.options.timestamp.tsecr"],
            )
        )
        # The second pass knows the whole stream at every packet.
        self.completeness = int(row["tcp.completeness"])
        if row["tcp.analysis.initial_rtt"]:
            self.initial_rtt = float(row["tcp.analysis.initial_rtt"])

    def first(self, flags):
        """Who sent the first packet with one of these flags."""
        return next((p.src for p in self.packets if p.flags & flags), None)

    def of(self, flags, mask):
        return [p for p in self.packets if p.flags & mask == flags]


def end(row, which):
    if row[f"ip.{which}"]:
        return f"{row[f'ip.{which}']}:{row[f'tcp.{which}port']}"
    return f"[{row[f'ipv6.{which}']}]:{row[f'tcp.{which}port']}"


def read_tshark(path):
    streams = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            row = dict(zip(FIELDS, line.rstrip("\n").split("\t"), strict=True))
            if row["tcp.stream"]:
                streams.setdefault(int(row["tcp.stream"]), Stream()).take(row)
    by_ends = collections.defaultdict(list)
    for _, stream in sorted(streams.items()):
        by_ends[frozenset((stream.packets[0].src, stream.packets[0].dst))].append(stream)
    return by_ends


def read_replay(path):
    by_ends = collections.defaultdict(list)
    with open(path, encoding="ascii") as lines:
        for line in lines:
            flow = json.loads(line)
            if flow["type"] == "flow":
                by_ends[frozenset((flow["client"], flow["server"]))].append(flow)
    return by_ends


def role(flow, who):
    return {flow["client"]: "client", flow["server"]: "server", None: None}[who]


def near(a, b):
    """The same number of microseconds: a is the sum of two that were rounded."""
    return abs(a - b) < 2.01


# ---- The checks: what each of the two says, and whether that is the same -----


def completeness(flow, stream):
    ours = 0
    for letter in flow["hist"].lower():
        ours |= BITS.get(letter, 0)
    return ours, stream.completeness, ours == stream.completeness


def initial_rtt(flow, stream):
    ours = None
    if "rtt_server_us" in flow and "rtt_client_us" in flow:
        ours = flow["rtt_server_us"] + flow["rtt_client_us"]
    theirs = None if stream.initial_rtt is None else stream.initial_rtt * 1e6
    if ours is None or theirs is None:
        return ours, theirs, ours is theirs
    return ours, theirs, near(ours, theirs)


def first_fin(flow, stream):
    ours = flow.get("closer")
    theirs = role(flow, stream.first(FIN))
    if ours == "simultaneous":
        # They crossed: neither FIN acknowledges the other.
        fins = {p.src: p for p in reversed(stream.of(FIN, FIN))}
        if len(fins) == 2:
            a, b = fins.values()
            if a.ack < b.seq + b.len + 1 and b.ack < a.seq + a.len + 1:
                theirs = "simultaneous"
    return ours, theirs, ours == theirs


def first_end(flow, stream):
    ours = next((c for c in flow["hist"] if c in "FfRr"), None)
    ours = ours and ("client" if ours.isupper() else "server")
    theirs = role(flow, stream.first(FIN | RST))
    return ours, theirs, ours == theirs


def syn_retrans(flow, stream):
    ours = flow.get("rtx", {"syn": 0})["syn"]
    syns = stream.of(SYN, SYN | ACK)
    theirs = len(syns) - len({(p.src, p.seq) for p in syns})
    return ours, theirs, ours == theirs


# ---- The known limits of tshark ----------------------------------------------


def ack_on_fin_or_rst(check, flow, stream):
    """An ACK that a FIN or RST carries is an ACK to it, and a letter of its own to hist."""
    return (
        check is completeness
        and "a" not in flow["hist"].lower()
        and completeness(flow, stream)[0] | BITS["a"] == stream.completeness
        and any(p.flags & (FIN | RST) and p.flags & ACK and not p.len for p in stream.packets)
    )


def after(packets, ns):
    return next((p for p in packets if p.ns >= ns), None)


def irtt_of_refusal(check, flow, stream):
    """A RST that answers the SYN ends a round trip to it; we measure handshakes."""
    rst = after(stream.of(RST, RST), 0)
    return (
        check is initial_rtt
        and not stream.of(SYN | ACK, SYN | ACK)
        and "rtt_server_us" not in flow
        and "rtt_client_us" not in flow
        and rst is not None
        and any(near(stream.initial_rtt * 1e6, (rst.ns - p.ns) / 1e3) for p in stream.of(SYN, SYN))
    )


def handshake(flow, stream):
    """SYNs, SYN-ACKs, and what the client sent with an ACK after the first of those."""
    syns = [p for p in stream.of(SYN, SYN | ACK) if p.src == flow["client"]]
    synacks = stream.of(SYN | ACK, SYN | ACK)
    acks = [p for p in stream.of(ACK, SYN | ACK) if p.src == flow["client"]]
    return syns, synacks, [p for p in acks if synacks and p.ns > synacks[0].ns]


def as_documented(flow, stream):
    """Ours are from the last SYN to the first SYN-ACK, and from the last SYN-ACK to the first
    ACK of it, and marked unless a timestamp tells which one was answered (Karn, RFC 7323)."""
    syns, synacks, acks = handshake(flow, stream)
    asked = [p for p in syns if synacks and p.ns < synacks[0].ns]
    answered = [p for p in synacks if acks and p.ns < acks[0].ns]
    if not asked or not answered or "rtt_client_us" not in flow:
        return False
    time = (synacks[0].ns - asked[-1].ns + acks[0].ns - answered[-1].ns) / 1e3
    marked = (len(asked) > 1 and synacks[0].tsecr != asked[-1].tsval) or (
        len(answered) > 1 and acks[0].tsecr != answered[-1].tsval
    )
    return near(initial_rtt(flow, stream)[0], time) and marked == (
        "ambiguous_rtt" in flow.get("flags", [])
    )


def one_time(flow, stream):
    """It has one time, from some SYN to some ACK."""
    syns, _, acks = handshake(flow, stream)
    return stream.initial_rtt is not None and any(
        near(stream.initial_rtt * 1e6, (ack.ns - syn.ns) / 1e3)
        for ack in acks
        for syn in syns
    )


def irtt_of_repeated(check, flow, stream):
    """One time over all copies of a repeated SYN or SYN-ACK."""
    syns, synacks, _ = handshake(flow, stream)
    return (
        check is initial_rtt
        and len(syns) + len(synacks) > 2
        and as_documented(flow, stream)
        and one_time(flow, stream)
    )


def first_fin_unseen(check, flow, stream):
    """A FIN that was lost before the capture: its sender's ACK of the peer's FIN has a number
    past it, and came before the copy that was captured. So the FINs have crossed."""
    if check is not first_fin or flow.get("closer") != "simultaneous":
        return False
    late = [p for p in stream.of(FIN, FIN) if p.src != stream.first(FIN)]
    return bool(late) and any(
        p.src == late[0].src
        and p.ns < late[0].ns
        and p.seq == (late[0].seq + late[0].len + 1) % 2**32
        for p in stream.of(ACK, SYN | FIN | RST | ACK)
    )


KNOWN = [first_fin_unseen, ack_on_fin_or_rst, irtt_of_refusal, irtt_of_repeated]
CHECKS = [completeness, initial_rtt, first_fin, first_end, syn_retrans]


def main():
    if sys.argv[1] == "--fields":
        print("\n".join(FIELDS))
        return
    theirs, ours = read_tshark(sys.argv[1]), read_replay(sys.argv[2])
    agree, known, errors = collections.Counter(), collections.Counter(), 0
    flows = 0
    for ends in set(theirs) | set(ours):
        streams, mine = theirs.get(ends, []), ours.get(ends, [])
        if len(streams) != len(mine):
            print(f"{' '.join(ends)}: {len(mine)} flows, {len(streams)} streams")
            errors += 1
            continue
        for flow, stream in zip(mine, streams):
            flows += 1
            for check in CHECKS:
                us, them, same = check(flow, stream)
                why = [limit for limit in KNOWN if not same and limit(check, flow, stream)]
                if same:
                    agree[check.__name__, us is not None] += 1
                elif why:
                    known[why[0].__name__] += 1
                else:
                    errors += 1
                    print(f"{check.__name__}: tcpfsm {us}, tshark {them}: {flow}")
    for check in CHECKS:
        values = agree[check.__name__, True]
        print(f"agree {check.__name__}: {values}, and {agree[check.__name__, False]} without a value")
        errors += not values
    for name, number in sorted(known.items()):
        print(f"known {name}: {number}")
    print(f"{flows} flows, {sum(known.values())} known differences, {errors} errors")
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
