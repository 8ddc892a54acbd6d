#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare what tcpfsm says of local endpoints with what their sockets say.

    compare.py TRACE...

A trace is the text of a trace buffer that holds the events of tcpfsm and
sock:inet_sock_set_state. For each trace a line "TRACE: agree: N" says how many
endpoints were compared, and a line "TRACE: ..." follows for each disagreement.
Exit status 1 if there is any. ../sockets/judge.py says what may differ.
"""

import collections
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../sockets"))

# pylint: disable=wrong-import-position
from judge import End, judge, match, spell, without_start
from truth import Trace, name_of


def local_ends(trace):
    """The flows of each local endpoint, oldest first: key -> [(flow, role)].

    A flow of an earlier test may end in this trace; its socket is not in it.
    """
    found = collections.defaultdict(list)
    for flow in trace.flows.values():
        for role, mirror in flow.mirror.items():
            if mirror.local and mirror.path[0] in ("CLOSE", "LISTEN"):
                found[flow.key[role]].append((flow, role))
    for flows in found.values():
        flows.sort(key=lambda item: item[0].time)
    return found


def disagreement(end):
    """None, or what is wrong."""
    verdict = judge(end, end.mirror)
    if verdict.agrees:
        return None
    # Given up: the socket may have gone on without a segment.
    if end.mirror.given_up and end.socket and not end.mirror.broken:
        ours, theirs = without_start(end.mirror.path), without_start(end.socket.path)
        if theirs[: len(ours)] == ours:
            return None
    return verdict.why


def compare(path):
    trace = Trace()
    with open(path, encoding="ascii", errors="replace") as lines:
        for number, line in enumerate(lines):
            trace.take(number, line)
    ends = local_ends(trace)
    agree, wrong = 0, []
    for key in ends.keys() | trace.sockets.keys():
        flows = ends.get(key, [])
        for socket, found in match(trace.sockets.get(key, []), flows):
            if not found:
                wrong.append(f"{name_of(key)}: a socket without a flow: {spell(socket.path)}")
                continue
            why = disagreement(End(*found, socket, flows))
            if why:
                wrong.append(f"{name_of(key)} flow {found[0].number}: {why}")
            else:
                agree += 1
    print(f"{path}: agree: {agree}")
    for why in wrong:
        print(f"{path}: {why}")
    return not wrong


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: compare.py TRACE...")
    # All of them, even after the first that is wrong.
    sys.exit(0 if all([compare(path) for path in sys.argv[1:]]) else 1)
