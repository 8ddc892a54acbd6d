# SPDX-License-Identifier: GPL-2.0-only
"""What a trace buffer says of connections: flows of tcpfsm in each namespace,
sockets with their own states, and samples of what ss shows.
"""

import collections

# What ends a flow without a segment says nothing about the socket.
NOT_BY_SEGMENT = {"timeout", "reuse", "evict", "clear"}

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10

# What a retraction means for the path: what was shown, and what had been.
REWRITTEN = {
    # A FIN had not covered the peer's (rule 9).
    ("CLOSE_WAIT", "CLOSING"): (["CLOSE_WAIT"], ["FIN_WAIT1", "CLOSING"]),
    ("LAST_ACK", "CLOSING"): (["CLOSE_WAIT", "LAST_ACK"], ["FIN_WAIT1", "CLOSING"]),
    ("CLOSE", "TIME_WAIT"): (["CLOSE_WAIT", "LAST_ACK", "CLOSE"],
                             ["FIN_WAIT1", "CLOSING", "TIME_WAIT"]),
    # The ACK of the FIN had not come.
    ("TIME_WAIT", "CLOSING"): (["FIN_WAIT2", "TIME_WAIT"], ["CLOSING"]),
}

# How long after one another the sockets of two copies of a final ACK come and go, in
# seconds.
TWINS = 0.1

# Where something happened: on which processor, on behalf or on top of which task, and
# whether in softirq.
Place = collections.namedtuple("Place", "cpu task softirq")
Segment = collections.namedtuple("Segment", "line time place role seq ack len flags")
Step = collections.namedtuple("Step", "time place")
Sample = collections.namedtuple("Sample", "line begin end state")


class Mirror:
    """What one flow says of one of its ends."""

    def __init__(self):
        self.path = []  # states, without what was taken back
        self.timeline = []  # (time, state), with it
        self.lines = []
        self.isn = None
        self.local = None
        self.broken = None
        self.given_up = None
        self.inferred = False
        self.retractions = 0
        self.samples = []  # of ss, in SYN_RECV

    def take(self, line, time, old, new, certainty, cause):
        self.lines.append(line)
        if self.timeline and self.timeline[-1][1] != old:
            self.broken = f"{self.timeline[-1][1]}, then {old} -> {new}"
        if not self.path:
            self.path.append(old)
            self.timeline.append((0.0, old))
        self.timeline.append((time, new))
        if self.given_up:
            return
        if certainty == "retracted":
            self.retract(old, new)
        elif cause in NOT_BY_SEGMENT:
            self.given_up = cause
            return
        else:
            self.path.append(new)
        self.inferred = certainty == "inferred"

    def retract(self, old, new):
        """As if what was taken back had never been said."""
        self.retractions += 1
        shown, instead = REWRITTEN.get((old, new), ([], []))
        if new in self.path:
            while self.path[-1] != new:
                self.path.pop()
        elif shown and self.path[-len(shown):] == shown:
            self.path[-len(shown):] = instead
        else:
            self.path[-1] = new

    def states_between(self, begin, end):
        states = set()
        for i, (time, state) in enumerate(self.timeline):
            until = self.timeline[i + 1][0] if i + 1 < len(self.timeline) else float("inf")
            if time <= end and until >= begin:
                states.add(state)
        return states


class Flow:
    """One flow in one namespace; keys and mirrors by role."""

    def __init__(self, view, number, time):
        self.view = view
        self.number = number
        self.time = time
        self.key = {}
        self.mirror = {"client": Mirror(), "server": Mirror()}
        self.segments = []

    def isns(self):
        return [m.isn for m in self.mirror.values() if m.isn is not None]


class Socket:
    """One socket's own states."""

    def __init__(self, key, time, first):
        self.key = key
        self.time = time
        self.path = [first]
        self.lines = []
        self.steps = []
        self.opened = None  # when
        self.closed = None
        self.repeats = 0
        self.twins = 0
        self.samples = []

    def take(self, line, time, place, old, new):
        self.lines.append(line)
        self.steps.append(Step(time, place))
        # A CLOSE -> SYN_SENT without a port has no key; it is understood.
        if self.path[-1] != old:
            self.path.append(old)
        if new == old:
            self.repeats += 1
        else:
            self.path.append(new)
        if new == "ESTABLISHED":
            self.opened = time
        if new == "CLOSE":
            self.closed = time

    def may_have_twin(self, time):
        """Was it made of a final ACK, and lives, or was made just before?"""
        if self.opened is None or self.path[:2] != ["LISTEN", "SYN_RECV"]:
            return False
        return self.path[-1] != "CLOSE" or self.opened > time - TWINS


def place_of(head):
    """When and where, of what stands before the name of an event."""
    *task, cpu, flags, time = head.split()
    return float(time), Place(cpu, " ".join(task), flags[2] in "sH")


def state(name):
    return name.removeprefix("TCP_")


def fields_of(text):
    return dict(word.split("=", 1) for word in text.split() if "=" in word)


def key_of(fields):
    """One end of a connection: address, port, the peer's address and port."""
    return (fields["saddrv6"], int(fields["sport"]), fields["daddrv6"], int(fields["dport"]))


def turned(key):
    return key[2:] + key[:2]


def name_of(key):
    def end(address, port):
        if address.startswith("::ffff:"):
            return f"{address[7:]}:{port}"
        return f"[{address}]:{port}"

    return f"{end(*key[:2])} -> {end(*key[2:])}"


OTHER = {"client": "server", "server": "client"}


class Trace:
    """All that one trace says. Lines are named by their numbers."""

    def __init__(self, views=None):
        self.views = views  # inode -> name; None: any, under its number
        self.flows = {}  # (view, number) -> Flow
        self.sockets = collections.defaultdict(list)  # key -> [Socket], oldest first
        self.samples = collections.defaultdict(list)  # (view, key) -> [Sample]
        self.sampling = {}  # view -> [begin, lines]
        self.final = {}  # view -> when all were shown

    def flow_of(self, fields, time):
        view = fields["netns"]
        if self.views is not None:
            view = self.views.get(view)
            if view is None:
                return None
        number = int(fields["flow"])
        flow = self.flows.get((view, number))
        if flow is None:
            flow = self.flows[view, number] = Flow(view, number, time)
        return flow

    def take(self, number, line):
        head, colon, rest = line.partition(": tcpfsm_set_state: ")
        if colon:
            self.take_set_state(number, float(head.rsplit(None, 1)[1]), fields_of(rest))
            return
        head, colon, rest = line.partition(": tcpfsm_segment: ")
        if colon:
            self.take_segment(number, *place_of(head), fields_of(rest))
            return
        head, colon, rest = line.partition(": inet_sock_set_state: ")
        if colon:
            self.take_socket(number, *place_of(head), fields_of(rest))
            return
        head, colon, rest = line.partition(": tracing_mark_write: ss ")
        if colon:
            self.take_sample(number, float(head.rsplit(None, 1)[1]), rest.split())

    def take_set_state(self, number, time, fields):
        flow = self.flow_of(fields, time)
        if flow is None:
            return
        role = fields["endpoint"]
        flow.key.setdefault(role, key_of(fields))
        mirror = flow.mirror[role]
        mirror.take(
            number,
            time,
            state(fields["oldstate"]),
            state(fields["newstate"]),
            fields["certainty"],
            fields["cause"],
        )
        mirror.local = fields["local"] == "1"

    def take_segment(self, number, time, place, fields):
        flow = self.flow_of(fields, time)
        if flow is None:
            return
        role = fields["endpoint"]
        segment = Segment(
            number,
            time,
            place,
            role,
            int(fields["seq"]),
            int(fields["ack"]),
            int(fields["len"]),
            int(fields["flags"], 16),
        )
        flow.key.setdefault(role, key_of(fields))
        flow.segments.append(segment)
        if segment.flags & SYN and not segment.flags & RST and flow.mirror[role].isn is None:
            flow.mirror[role].isn = segment.seq

    def take_socket(self, number, time, place, fields):
        if fields["protocol"] != "IPPROTO_TCP":
            return
        key = key_of(fields)
        if not key[1] or not key[3]:
            return
        old, new = state(fields["oldstate"]), state(fields["newstate"])
        known = self.sockets[key]
        # Two copies of the final ACK were taken at once: the loser's socket is dropped.
        if (old, new) == ("SYN_RECV", "CLOSE") and known and known[-1].may_have_twin(time):
            known[-1].twins += 1
            return
        if old == "SYN_RECV" and known and known[-1].path == ["LISTEN", "SYN_RECV", "CLOSE"] \
                and known[-1].closed > time - TWINS:
            known.pop()
            known.append(Socket(key, time, "LISTEN"))
            known[-1].twins += 1
        if not known or known[-1].path[-1] == "CLOSE":
            # The socket of a passive open begins as its listener's copy.
            known.append(Socket(key, time, "LISTEN" if old == "SYN_RECV" else old))
        known[-1].take(number, time, place, old, new)

    def take_sample(self, number, time, words):
        view = words[0]
        if words[1] == "begin":
            self.sampling[view] = (time, [])
        elif words[1] in ("end", "all"):
            if words[1] == "all":
                self.final[view] = time
            begin, found = self.sampling.pop(view)
            for line, shown, key in found:
                self.samples[view, key].append(Sample(line, begin, time, shown))
        else:
            key = (words[2], int(words[3]), words[4], int(words[5]))
            self.sampling[view][1].append((number, words[1], key))
