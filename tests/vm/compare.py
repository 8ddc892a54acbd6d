#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare what tcpfsm says of local endpoints with what their sockets say.

    compare.py TRACE...

A trace is the text of a trace buffer that holds both tcpfsm:tcpfsm_set_state
and sock:inet_sock_set_state. The two are joined by addresses and ports. For
each trace a line "TRACE: agree: N" says how many endpoints were compared, and
a line "TRACE: ..." follows for each disagreement. Exit status 1 if there is
any.

What a socket shows differs from RFC 9293 and from the wire in five known ways,
and only these are allowed:

  passive-open   nothing is shown of a passive open before its final ACK
  time-wait      TIME_WAIT is shown as CLOSE
  orphan         FIN_WAIT2 without a process is shown as CLOSE
  queued-fin     a FIN that waits behind data moves the socket before the wire:
                 FIN_WAIT1, CLOSING there, CLOSE_WAIT, LAST_ACK on the wire
  self           a state is set to itself

Beside them a close() in SYN_SENT, which no segment shows; and what tcpfsm took
back, which the socket of course never was in.
"""

import collections
import re
import sys

EVENT = re.compile(r" (tcpfsm_set_state|inet_sock_set_state): (.*)")

# What ends a flow without a segment says nothing about the socket.
NOT_BY_SEGMENT = {"timeout", "reuse", "evict", "clear"}


def fields_of(text):
    return dict(word.split("=", 1) for word in text.split() if "=" in word)


def key_of(fields):
    """One end of a connection: address, port, the peer's address and port."""
    return (
        fields["saddrv6"],
        int(fields["sport"]),
        fields["daddrv6"],
        int(fields["dport"]),
    )


def state(name):
    return name.removeprefix("TCP_")


def name_of(key):
    def end(address, port):
        if address.startswith("::ffff:"):
            return f"{address[7:]}:{port}"
        return f"[{address}]:{port}"

    return f"{end(*key[:2])} -> {end(*key[2:])}"


class Mirror:
    """What tcpfsm said of one local endpoint of one flow."""

    def __init__(self, fields):
        self.number = int(fields["flow"])
        self.path = [state(fields["oldstate"])]
        self.by_segment = True
        self.broken = None

    def take(self, fields):
        old, new = state(fields["oldstate"]), state(fields["newstate"])
        if self.path[-1] != old:
            self.broken = f"{self.path[-1]}, then {old} -> {new}"
        if fields["certainty"] == "retracted" and new in self.path:
            # As if what was taken back had never been said.
            while self.path[-1] != new:
                self.path.pop()
        elif fields["cause"] in NOT_BY_SEGMENT:
            self.by_segment = False
        elif self.by_segment:
            self.path.append(new)


class Socket:
    """What one socket said."""

    def __init__(self, first):
        self.path = [first]

    def take(self, old, new):
        # A CLOSE -> SYN_SENT without a port has no key; it is understood.
        if self.path[-1] != old:
            self.path.append(old)
        if new != old:
            self.path.append(new)


def read(path):
    """The endpoints of a trace: key -> mirrors, key -> sockets, in their order."""
    mirrors = collections.defaultdict(dict)
    sockets = collections.defaultdict(list)
    with open(path, encoding="ascii", errors="replace") as trace:
        for line in trace:
            match = EVENT.search(line)
            if not match:
                continue
            fields = fields_of(match[2])
            key = key_of(fields)
            if match[1] == "tcpfsm_set_state":
                flow = (fields["netns"], fields["flow"], fields["endpoint"])
                if flow not in mirrors[key]:
                    mirrors[key][flow] = Mirror(fields)
                mirror = mirrors[key][flow]
                mirror.take(fields)
                mirror.local = fields["local"] == "1"
            elif key[1] and key[3]:
                old, new = state(fields["oldstate"]), state(fields["newstate"])
                known = sockets[key]
                if not known or known[-1].path[-1] == "CLOSE":
                    # The socket of a passive open begins as its listener's copy.
                    known.append(Socket("LISTEN" if old == "SYN_RECV" else old))
                known[-1].take(old, new)
    local = {}
    for key, flows in mirrors.items():
        ours = [mirror for mirror in flows.values() if mirror.local]
        if ours:
            local[key] = ours
    return local, sockets


def spell(path):
    return " ".join(path)


def as_socket(path):
    """The path of a mirror, as its socket shows it: TIME_WAIT is CLOSE there."""
    shown = []
    for name in path:
        name = "CLOSE" if name == "TIME_WAIT" else name
        if not shown or shown[-1] != name:
            shown.append(name)
    return shown


def without_start(path):
    """Active opens begin at SYN_SENT, passive ones at SYN_RECV."""
    while path and path[0] in ("CLOSE", "LISTEN"):
        path = path[1:]
    return path


def disagreement(mirror, socket):
    """None, or what is wrong."""
    if mirror.broken:
        return f"tcpfsm contradicts itself: {mirror.broken}"
    ours = without_start(as_socket(mirror.path))
    if socket is None:
        # A passive open that has not been completed, or a SYN to nobody.
        if not ours or ours in (["SYN_RECV"], ["SYN_RECV", "CLOSE"], ["SYN_RECV", "LISTEN"]):
            return None
        return f"tcpfsm has {spell(mirror.path)}, and there is no socket"
    theirs = without_start(socket.path)
    if ours == theirs:
        return None
    # orphan
    if theirs[-2:] == ["FIN_WAIT2", "CLOSE"] and ours == theirs[:-1]:
        return None
    # queued-fin
    wire = {"FIN_WAIT1": "CLOSE_WAIT", "CLOSING": "LAST_ACK"}
    if "CLOSING" in theirs:
        at = theirs.index("CLOSING")
        if ours == theirs[: at - 1] + [wire[name] for name in theirs[at - 1 : at + 1]] + theirs[at + 1 :]:
            return None
    if theirs == ["SYN_SENT", "CLOSE"] and ours == ["SYN_SENT"]:
        return None
    # Given up: the socket may have gone on without a segment.
    if not mirror.by_segment and theirs[: len(ours)] == ours:
        return None
    return f"tcpfsm has {spell(mirror.path)}, the socket {spell(socket.path)}"


def compare(path):
    mirrors, sockets = read(path)
    agree = 0
    wrong = []
    for key, ours in mirrors.items():
        theirs = sockets.pop(key, [])
        # A SYN that was refused or never answered has no socket at the server.
        quiet = len(ours) - len(theirs)
        for mirror in ours:
            socket = None
            if theirs and (quiet <= 0 or disagreement(mirror, None)):
                socket = theirs.pop(0)
            elif theirs:
                quiet -= 1
            why = disagreement(mirror, socket)
            if why:
                wrong.append(f"{name_of(key)} flow {mirror.number}: {why}")
            else:
                agree += 1
        wrong += [f"{name_of(key)}: a socket without a flow: {spell(s.path)}" for s in theirs]
    for key, theirs in sockets.items():
        wrong += [f"{name_of(key)}: a socket without a flow: {spell(s.path)}" for s in theirs]
    print(f"{path}: agree: {agree}")
    for why in wrong:
        print(f"{path}: {why}")
    return not wrong


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: compare.py TRACE...")
    # All of them, even after the first that is wrong.
    sys.exit(0 if all([compare(path) for path in sys.argv[1:]]) else 1)
