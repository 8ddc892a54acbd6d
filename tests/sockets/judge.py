# SPDX-License-Identifier: GPL-2.0-only
"""Whether what tcpfsm says of one end agrees with what its socket says.

Truth for an end is its socket's own events in its own namespace, and what ss
shows of it. Compared with it is every state that tcpfsm says, in its order,
without what it took back. What a socket shows differs from the wire in five known
ways; they are allowed, and counted:

  passive-open   nothing is shown of a passive open before its final ACK
  time-wait      TIME_WAIT is shown as CLOSE; ss shows it
  orphan         FIN_WAIT2 without a process is shown as CLOSE; ss shows it
  queued-fin     a FIN that waits behind data, or for the ACK of the SYN, moves the socket
                 before the wire
  self           a state is set to itself

Three more are no difference between the two, but what no segment shows:

  silent         a socket closes and sends nothing: in SYN_SENT, or without a process
                 after it has sent its FIN again and again and nothing came
  delayed-ack    a RST ends a connection before the ACK of the FIN left
  refused-ack    the final ACK came and was ignored, as the accept queue was full,
                 and no SYN-ACK was repeated, which would have told: a RST came before,
                 or it was a SYN cookie

And two are the kernel's alone:

  twin           two processors took copies of the final ACK at once; one of the two
                 sockets was dropped again
  old-cookie     an ACK of a connection that was over came to a listener that sends
                 cookies, and its numbers still were a good one: a socket of which the
                 client knows nothing
"""

import collections
import difflib

from truth import ACK, FIN, OTHER, RST, SYN

NAMES = ("passive-open", "time-wait", "orphan", "queued-fin", "self", "silent", "delayed-ack",
         "refused-ack", "twin", "old-cookie")

# TCP_TIMEWAIT_LEN, and a little less, in seconds.
TIME_WAIT_LEN = 59

# An orphan gives up when 8 repetitions have had their time from TCP_RTO_MIN on:
# tcp_orphan_retries(), tcp_model_timeout(); in seconds.
ORPHAN_TIMEOUT = ((2 << 8) - 1) * 0.2


def spell(path):
    return " ".join(path) if path else "nothing"


def without_start(path):
    """Active opens begin at SYN_SENT, passive ones at SYN_RECV."""
    path = list(path)
    while path and path[0] in ("CLOSE", "LISTEN"):
        del path[0]
    return path


class End:
    """One end of one connection: its socket, and the flow at its own host."""

    def __init__(self, flow, role, socket, named):
        self.host = flow.view
        self.named = named  # all flows of its name there, with its role in each
        self.flow = flow
        self.role = role
        self.socket = socket  # None: there was none
        self.mirror = flow.mirror[role]
        self.rest = None  # what ss showed after the socket's last event

    def sent(self, flags):
        """Did it send such a segment, as its own host saw?"""
        return any(s.flags & flags and s.role == self.role for s in self.flow.segments)

    def samples(self):
        return self.mirror.samples + (self.socket.samples if self.socket else [])

    def was_reset(self):
        return any(s.flags & RST for s in self.flow.segments)

    def rest_of_life(self, final):
        """TIME_WAIT, FIN_WAIT2, CLOSE, or None where ss cannot say."""
        if final - self.socket.closed > TIME_WAIT_LEN or self.socket.renamed:
            return None
        samples = [s for s in self.socket.samples if s.end >= self.socket.closed]
        return samples[-1].state if samples and samples[-1].end >= final else "CLOSE"


def match(sockets, flows):
    """The sockets of one name, oldest first, each with the flow of its time.

    flows are (flow, role), oldest first. Returns pairs of socket and (flow, role);
    one of the two is None where there is no other.
    """
    left, pairs = list(flows), []
    for i, socket in enumerate(sockets):
        socket.renamed = i + 1 < len(sockets)
        until = sockets[i + 1].time if socket.renamed else float("inf")
        later = [item for item in left if socket.time <= item[0].time < until]
        earlier = [item for item in left if item[0].time < socket.time]
        # Only an active open whose port was chosen before shows its own beginning. The
        # peer's SYN may come before its own leaves, and be refused: another flow.
        opened = [item for item in later if "SYN_SENT" in item[0].mirror[item[1]].path]
        found = opened[:1] if socket.path[0] == "CLOSE" else earlier[-1:]
        found = found or later[:1] or earlier[-1:]
        if found:
            left.remove(found[0])
        pairs.append((socket, found[0] if found else None))
    return pairs + [(None, item) for item in left]


def is_old_cookie(socket, before):
    """Was the socket made of an ACK of the connection before it, in which nobody else knows it?

    check_tcp_syn_cookie() takes the client's number from the cookie: where both ends have
    sent equally many bytes, both numbers have moved by that, and it is still one.
    before are the flows of that name, oldest first, with the role of the socket's end.
    """
    earlier = [item for item in before if item[0].time < socket.time]
    if socket.path[:2] != ["LISTEN", "SYN_RECV"] or not earlier:
        return False
    flow, role = earlier[-1]
    mine, peer = (flow.mirror[who].isn for who in (role, OTHER[role]))
    if role != "server" or mine is None or peer is None or "CLOSE" not in flow.mirror[role].path:
        return False
    moved = {(s.seq - peer) % 2**32 for s in flow.segments
             if s.role != role and s.flags & (SYN | RST | ACK) == ACK and s.time <= socket.time
             and (s.seq - peer) % 2**32 == (s.ack - mine) % 2**32}
    # What it sends itself begins there, and the cookie was one less.
    return any(s.role == role and s.time >= socket.time and (s.seq - mine) % 2**32 in moved - {1}
               for s in flow.segments)


def gave_up(end):
    """Was its FIN repeated until its socket gave up, and nothing heard meanwhile?"""
    fins = []
    for segment in end.flow.segments:
        if segment.role != end.role:
            fins = []
        elif segment.flags & FIN:
            fins.append(segment.time)
    return (len(fins) > 1 and end.socket.closed - fins[0] >= ORPHAN_TIMEOUT
            and not end.was_reset())


def ways_to_end(end, path):
    """What CLOSE may stand for at the end of a socket's path."""
    before = path[:-1]
    rest = end.rest
    shown = {s.state for s in end.socket.samples if s.end >= end.socket.closed}
    if path[-2] in ("FIN_WAIT2", "CLOSING"):
        if rest in ("TIME_WAIT", None):
            yield before + ["TIME_WAIT"], "time-wait"
        if rest in ("CLOSE", None):
            # A RST ended it (RFC 1337), or a new connection.
            yield before + ["TIME_WAIT", "CLOSE"], "time-wait"
        if path[-2] == "FIN_WAIT2" and rest in ("FIN_WAIT2", None) and "TIME_WAIT" not in shown:
            yield before, "orphan"
    if path[-2] == "SYN_SENT" and not end.was_reset():
        yield before, "silent"
    if path[-2] in ("FIN_WAIT1", "CLOSING", "LAST_ACK") and gave_up(end):
        yield before, "silent"


def fin_waited(end):
    """Did its FIN leave after it had acknowledged the peer's, or never?"""
    ends = {s.seq + s.len + 1 for s in end.flow.segments if s.flags & FIN and s.role != end.role}
    return all(s.ack in ends for s in end.flow.segments if s.flags & FIN and s.role == end.role)


def ways_to_wait(end, path):
    """A FIN that waited behind data, or in SYN_RECV, left late, or never."""
    if fin_waited(end) and path[-3:] == ["FIN_WAIT1", "CLOSING", "CLOSE"]:
        if path[-4:-3] == ["SYN_RECV"]:
            path = path[:-3] + ["ESTABLISHED"] + path[-3:]
        for wire in (["CLOSE_WAIT"], ["CLOSE_WAIT", "CLOSE"], ["CLOSE_WAIT", "LAST_ACK"],
                     ["CLOSE_WAIT", "LAST_ACK", "CLOSE"]):
            yield path[:-3] + wire
    if path[-2:] in (["FIN_WAIT1", "CLOSE"], ["LAST_ACK", "CLOSE"]) and not end.sent(FIN):
        # A RST ended it, or the socket gave up.
        yield path[:-2] + (["CLOSE"] if end.was_reset() else [])


def acks_fin(end):
    """Did it acknowledge its peer's FIN, as its own host saw?"""
    fins = [s.seq + s.len + 1 for s in end.flow.segments if s.flags & FIN and s.role != end.role]
    return any(s.flags & ACK and s.ack in fins and s.role == end.role for s in end.flow.segments)


def shapes(end):
    """All ways in which the wire may show what the socket says: (path, names)."""
    path = without_start(end.socket.path)
    names = set()
    if path[:1] == ["SYN_RECV"]:
        names.add("passive-open")
    if end.socket.repeats:
        names.add("self")
    if end.socket.twins:
        names.add("twin")
    if end.rest in ("CLOSE", None):
        yield path, names
    if len(path) < 2 or path[-1] != "CLOSE":
        return
    for other, name in ways_to_end(end, path):
        yield other, names | {name}
    for other in ways_to_wait(end, path):
        yield other, names | {"queued-fin"}
        if other[-2:] == ["CLOSE_WAIT", "CLOSE"] and not acks_fin(end):
            yield other[:-2] + ["CLOSE"], names | {"queued-fin", "delayed-ack"}
    if path[-2:] == ["CLOSE_WAIT", "CLOSE"] and not acks_fin(end):
        yield path[:-2] + ["CLOSE"], names | {"delayed-ack"}


def no_socket(path):
    """A passive open that was not completed, or a SYN to nobody."""
    return set(path) <= {"SYN_RECV", "LISTEN", "CLOSE"}


def is_refused_ack(end, ours):
    """It never sent anything but a SYN-ACK, or a RST."""
    sent = [s.flags for s in end.flow.segments if s.role == end.role]
    return (ours[:2] == ["SYN_RECV", "ESTABLISHED"] and set(ours[2:]) <= {"CLOSE", "LISTEN"}
            and all(flags & SYN or flags & RST for flags in sent))


class Verdict:
    """What came out for one end from one viewpoint."""

    def __init__(self, agrees, same_end, names, why=None, kind=()):
        self.agrees = agrees
        self.same_end = same_end
        self.names = names
        self.why = why  # both paths
        self.kind = kind  # how they differ


def judge(end, mirror):
    if mirror.broken:
        return Verdict(False, False, (), f"tcpfsm contradicts itself: {mirror.broken}")
    ours = without_start(mirror.path)
    if end.socket is None:
        if no_socket(ours):
            return Verdict(True, True, ("passive-open",) if ours else ())
        if is_refused_ack(end, ours):
            return Verdict(True, True, ("passive-open", "refused-ack"))
        why = f"tcpfsm {spell(ours)}; no socket"
        return Verdict(False, ours[-1] in ("CLOSE", "LISTEN"), (), why, [f"{spell(ours)}, no socket"])
    allowed = list(shapes(end))
    for path, names in allowed:
        if path == ours:
            return Verdict(True, True, names)
    last = ours[-1] if ours else "CLOSE"
    same = any(last == (path[-1] if path else "CLOSE") for path, _ in allowed)
    theirs = without_start(end.socket.path)
    why = f"tcpfsm {spell(ours)}; socket {spell(theirs)}"
    if end.rest:
        why += f" ({end.rest})"
    # The way of showing it that comes next to ours.
    return Verdict(False, same, (), why, min((edits(ours, p) for p, _ in allowed), key=cost))


def cost(said):
    return sum(len(edit.split()) for edit in said)


def edits(ours, theirs):
    """How one path becomes the other, in words."""
    said = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, False).get_opcodes():
        if tag != "equal":
            mine, other = spell(ours[a:b]), spell(theirs[c:d])
            said.append(f"{mine} for {other}" if a < b and c < d else
                        f"{mine} too many" if a < b else f"{other} not seen")
    return said


def evidence(end, flow, role):
    """What became of segments between the end's own host and the viewpoint."""
    def order(segments, mine):
        return [(s.role == mine, s.seq + s.len, s.ack if s.flags & ACK else None,
                 s.flags & (SYN | FIN | RST)) for s in segments]

    here, there = order(end.flow.segments, end.role), order(flow.segments, role)
    for what, name in ((RST, "RST"), (FIN, "FIN"), (SYN, "SYN"), (0, "ACK")):
        mine = [s for s in here if s[3] == what or what and s[3] & what]
        seen = [s for s in there if s[3] == what or what and s[3] & what]
        for own, lost in ((True, f"{name} lost before"), (False, f"{name} never came")):
            a = {s for s in mine if s[0] == own}
            b = {s for s in seen if s[0] == own}
            if own and a - b:
                return lost
            if not own and b - a:
                return f"{name} lost behind"
            if a != b:
                return lost
    if collections.Counter(here) != collections.Counter(there):
        return "repeated on the way"
    # Data are not in the trace.
    return "in another order" if here != there else "data lost or late"


def is_repeated(end):
    """Has a timer sent a SYN or FIN again, of either end? In the mirror at its own host."""
    sent = collections.Counter((s.role, s.seq, s.flags & (SYN | FIN)) for s in end.flow.segments
                               if s.flags & (SYN | FIN))
    return any(n > 1 for n in sent.values())


# How long a processor may stand between a segment's hook and its socket, in seconds: an
# emulated one waits for others.
STANDS = 0.1


def was_held_up(step, came):
    """Was a processor still at one segment when another took the next?"""
    mine = [s.time for s in came if s.place == step.place and s.time < step.time]
    return (step.place.softirq and mine and step.time - mine[-1] < STANDS
            and any(s.place.cpu != step.place.cpu and mine[-1] < s.time <= step.time for s in came))


def is_overtaken(end):
    """Did two processors take segments for it at nearly the same time? Also of two of its flows."""
    came = sorted(s for flow, role in end.named for s in flow.segments if s.role != role)
    steps = end.socket.steps if end.socket else []
    # It was closed, and what it sent of that was on its way, as the next one passed.
    if steps and end.socket.closed and any(0 < s.time - end.socket.closed < 0.01 for s in came):
        return True
    return (any(a.place.cpu != b.place.cpu and b.time - a.time < 0.01 for a, b in zip(came, came[1:]))
            or any(was_held_up(step, came) for step in steps))
