#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare the flows of a replay with /proc/tcpfsm of where it was captured.

    against_module.py PROC REPLAY

Both saw the same segments, so every flow must have the same line, but for what
the two cannot have in common: its number, its age, the measured times (whether
there is one must agree), and what only the module knows of a socket. On its way
out a segment passes the hook before the capture, and what comes in meanwhile
stands on the other side of it: the history is compared for each end alone. Prints
the number of flows that agree, and each difference. Exit status 1 if there is any.
"""

import collections
import re
import sys

ONLY_MODULE = re.compile(r" (?:uid|cgroup|pid|comm|ifindex)=\S+")
NUMBER = re.compile(r" id=\d+")
TIMES = re.compile(r"( (?:rtt_server_us|rtt_client_us|half_close_ms|teardown_ms|idle_ms)=)\d+")
PAIR = re.compile(r"( (?:finack_ms|since_ms)=)(\d+|-)/(\d+|-)")
HISTORY = re.compile(r" hist=(\S+)")
AGE = re.compile(r"^(\S+) +(\S+) +\d+ ")


def known(text):
    return "-" if text == "-" else "N"


def each_end(history):
    ends = [[c for c in history if c.isupper() == upper] for upper in (True, False)]
    return "".join(ends[0]) + "/" + "".join(ends[1])


def read(path):
    """Addresses -> the lines of their flows, without what may differ."""
    flows = collections.defaultdict(list)
    with open(path, encoding="ascii") as lines:
        for line in lines:
            # Transitions begin with the year.
            if not line[0].isalpha():
                continue
            line = NUMBER.sub("", ONLY_MODULE.sub("", line.rstrip("\n")))
            line = AGE.sub(lambda m: f"{m[1]} {m[2]} ", TIMES.sub(lambda m: m[1] + "N", line))
            line = PAIR.sub(lambda m: f"{m[1]}{known(m[2])}/{known(m[3])}", line)
            line = HISTORY.sub(lambda m: f" hist={each_end(m[1])}", line)
            flows[" ".join(line.split()[2:5])].append(line)
    return flows


def main():
    module, replay = (read(path) for path in sys.argv[1:3])
    agree = wrong = 0
    for key in sorted(set(module) | set(replay)):
        ours, theirs = sorted(replay.get(key, [])), sorted(module.get(key, []))
        if ours == theirs:
            agree += len(ours)
            continue
        wrong += 1
        for line in theirs:
            print(f"module: {line}")
        for line in ours:
            print(f"replay: {line}")
    print(f"{agree} flows agree, {wrong} differ")
    sys.exit(0 if agree and not wrong else 1)


if __name__ == "__main__":
    main()
