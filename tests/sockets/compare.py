#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare what tcpfsm says of both ends of connections, from three viewpoints,
with what their sockets say.

    compare.py [-p PASSED] [-k DIRECTORY] [WORKLOAD...] < OUTPUT-OF-INSIDE

PASSED is what the caller has tested; traces and examples go to DIRECTORY. Each
WORKLOAD has to be there, or to be skipped.

It is compared at the end's own host, on the router and at the other end's host.
judge.py says what is truth, and which differences are allowed; they are counted.

Under loss an observer elsewhere cannot know all that became of what passed it, or
never did. There the last state has to agree for 99 %, and every disagreement is
named by how the two paths differ and by what the segments show to be the reason.
So it is without loss where a timer ran for all that: a machine that stands still for
longer than a round trip makes an end repeat what has arrived.
"""

import argparse
import collections
import os
import sys

from judge import (NAMES, End, evidence, is_old_cookie, is_overtaken, is_repeated, judge, match,
                   spell)
from truth import (ACK, FIN, OTHER, PSH, RST, SYN, Trace, fields_of, key_of, name_of, state,
                   turned)

RELATIONS = ("own client", "own server", "router", "far")
# What ss is asked for.
SAMPLED = ("TIME_WAIT", "FIN_WAIT2", "SYN_RECV")
HEAD = " | ".join([f"{'workload':<18} {'conns':>6} {'ends':>6}"]
                  + [f"{name:>{len(name) + 8}}" for name in RELATIONS] + list(NAMES)
                  + [f"ss {name} ".rjust(len(name) + 4) for name in SAMPLED] + ["time"])

# The least that has to agree, elsewhere than at the own host and under loss.
LOSSY_SHARE = 0.99
LARGE = 5000

# The most that two processors may take in another order than it passed the hook, or
# that a slow machine may repeat.
OVERTAKEN_SHARE = 0.005


def lossy_limit(compared):
    """How many may end differently; in a small sample chance has its part."""
    expected = (1 - LOSSY_SHARE) * compared
    return expected if compared >= LARGE else expected + 3 * expected**0.5


class Workload:
    """One workload: its trace, and what came out of the comparison."""

    def __init__(self, name, lossy, cpus=1):
        self.name = name
        # Two processors overtake each other, on the way and at the hosts.
        self.lossy = lossy or cpus > 1
        self.cpus = cpus
        self.views = {}
        self.hosts = {}  # address -> namespace
        self.said = {}
        self.stat = {}
        self.connections = 0
        self.endpoints = 0
        self.compared = collections.Counter()  # relation -> ends
        self.agree = collections.Counter()
        self.same_end = collections.Counter()
        self.repeated = collections.Counter()  # disagree, and a timer ran
        self.unseen = collections.Counter()
        self.names = collections.Counter()
        self.kinds = collections.defaultdict(list)  # name -> [(relation, why, end, flow)]
        self.not_overtaken = 0
        self.samples = collections.Counter()
        self.lost_sockets = []
        self.restless = 0
        self.with_socket = collections.Counter()  # host -> ends
        self.claimed = set()  # (view, flow, role) that were compared
        self.trace = None

    def take(self, words):
        """A line of inside that is not of the trace."""
        if words[0] == "@view":
            self.views[words[1]] = words[2]
        elif words[0] == "@host":
            self.hosts[words[2]] = words[1]
        elif words[0] in ("@result", "@stat"):
            figures = {k: int(v) for k, v in (word.split("=") for word in words[1:])}
            (self.said if words[0] == "@result" else self.stat).update(figures)

    # ---- Joining ------------------------------------------------------------

    def ends(self):
        """Every end that lives at one of the hosts, with its socket."""
        by_key = collections.defaultdict(list)
        for flow in self.trace.flows.values():
            for role in ("client", "server"):
                key = flow.key.get(role) or turned(flow.key[OTHER[role]])
                if self.hosts.get(key[0]) == flow.view:
                    by_key[flow.view, key].append((flow, role))
        for key, sockets in self.trace.sockets.items():
            if key[0] in self.hosts:
                by_key.setdefault((self.hosts[key[0]], key), [])
        for host, key in self.trace.samples:
            by_key.setdefault((host, key), [])
        for (host, key), flows in by_key.items():
            flows.sort(key=lambda item: item[0].time)
            sockets = self.trace.sockets.get(key, [])
            self.share_samples(host, key, sockets, flows)
            for socket, found in match(sockets, flows):
                if found:
                    yield End(*found, socket, flows)
                elif is_old_cookie(socket, flows):
                    self.names["old-cookie"] += 1
                    self.with_socket[host] += 1
                    # Nobody answers its FIN.
                    self.restless += socket.closed is None
                else:
                    self.lost_sockets.append(socket)

    def share_samples(self, host, key, sockets, flows):
        """To the socket of that time; those in SYN_RECV have none yet."""
        for sample in self.trace.samples.get((host, key), ()):
            if sample.state == "SYN_RECV":
                owners = [flow.mirror[role] for flow, role in flows if flow.time <= sample.end]
            else:
                owners = [socket for socket in sockets if socket.time <= sample.begin]
            if owners:
                owners[-1].samples.append(sample)
            else:
                self.samples["wrong"] += 1

    def index_flows(self):
        index = collections.defaultdict(list)
        for flow in self.trace.flows.values():
            for role, mirror in flow.mirror.items():
                if mirror.isn is not None:
                    index[flow.view, mirror.isn].append((flow, role))
        return index

    def seen_from(self, index, view, end):
        """The flow that is this connection there, and the end's role in it."""
        own, peer = end.mirror.isn, end.flow.mirror[OTHER[end.role]].isn
        found = {}
        for isn, role_of in ((own, lambda role: role), (peer, OTHER.get)):
            for flow, role in index.get((view, isn), ()) if isn is not None else ():
                found.setdefault((view, flow.number, role_of(role)), []).append(flow)
        # A segment that comes late may have begun another flow: the one that knows more.
        found = [
            (-len(flows), -len(flows[0].segments), flows[0].number, flows[0], key[2])
            for key, flows in found.items()
            if key not in self.claimed
        ]
        if not found:
            return None
        _, _, number, flow, role = min(found)
        self.claimed.add((view, number, role))
        return flow, role

    # ---- Comparing ----------------------------------------------------------

    def note(self, relation, end, flow, role, verdict):
        self.compared[relation] += 1
        self.agree[relation] += verdict.agrees
        self.same_end[relation] += verdict.same_end
        if verdict.agrees:
            return
        kind = ", ".join(verdict.kind) or "contradiction"
        if relation.startswith("own"):
            overtaken = self.cpus > 1 and is_overtaken(end)
            self.not_overtaken += not overtaken
            kind = f"OWN HOST: {kind}{' [taken in another order]' if overtaken else ''}"
        else:
            kind = f"{kind} [{evidence(end, flow, role)}]"
            if verdict.same_end and is_repeated(end):
                self.repeated[relation] += 1
                kind = f"after a timer: {kind}"
        kind = ("" if verdict.same_end else "other end: ") + kind
        self.kinds[kind].append((relation, verdict.why, end, flow))

    def compare(self):
        index = self.index_flows()
        # Who has a socket has the first choice of flows.
        for end in sorted(self.ends(), key=lambda end: end.socket is None):
            self.endpoints += 1
            self.connections += end.host == "client"
            if end.socket:
                self.with_socket[end.host] += 1
            if end.socket and end.socket.closed is not None:
                end.rest = end.rest_of_life(self.trace.final[end.host])
            verdict = judge(end, end.mirror)
            self.names.update(verdict.names)
            self.note(f"own {end.host}", end, end.flow, end.role, verdict)
            far = "server" if end.host == "client" else "client"
            for relation, view in (("router", "router"), ("far", far)):
                found = self.seen_from(index, view, end)
                if found is None:
                    self.unseen[relation] += 1
                    continue
                flow, role = found
                self.note(relation, end, flow, role, judge(end, flow.mirror[role]))
            self.compare_samples(end, verdict.names)

    def compare_samples(self, end, names):
        """What ss showed, and what tcpfsm said of it at its own host at that time."""
        for sample in end.samples():
            states = end.mirror.states_between(sample.begin, sample.end)
            self.samples[sample.state] += 1
            if sample.state in states:
                self.samples[sample.state, "agree"] += 1
            elif sample.state == "TIME_WAIT" and "queued-fin" in names:
                self.samples[sample.state, "queued-fin"] += 1
            elif sample.state == "SYN_RECV" and "ESTABLISHED" in states:
                # The final ACK came and was ignored, or waits.
                self.samples[sample.state, "ack-ignored"] += 1
            else:
                self.samples["wrong"] += 1
                kind = f"OWN HOST: ss shows {sample.state}, tcpfsm {' '.join(sorted(states))}"
                self.kinds[kind].append((f"own {end.host}", spell(end.mirror.path), end, end.flow))

    # ---- What it comes to ---------------------------------------------------

    def faults(self):
        wrong = []
        for name, value in self.stat.items():
            if value:
                wrong.append(f"{name}={value}: the trace is not whole")
        if not self.said:
            wrong.append("no result")
        if self.connections < self.said.get("begun", 1):
            wrong.append(f"{self.connections} connections compared, of {self.said.get('begun')}")
        if self.endpoints < 2 * self.connections and not self.lossy:
            wrong.append(f"only {self.endpoints} ends of {self.connections} connections")
        for host, what in (("client", "begun"), ("server", "accepted")):
            if self.with_socket[host] < self.said.get(what, 1):
                wrong.append(f"{self.with_socket[host]} sockets at the {host}, of {self.said[what]}")
        if self.samples["wrong"]:
            wrong.append(f"{self.samples['wrong']} times ss showed something else")
        if self.said.get("left", 0) > self.restless:
            wrong.append(f"{self.said['left']} sockets have not come to rest")
        if self.lost_sockets:
            example = self.lost_sockets[0]
            wrong.append(f"{len(self.lost_sockets)} sockets without a flow: "
                         f"{name_of(example.key)}: {spell(example.path)}")
        for relation in RELATIONS:
            compared = self.compared[relation]
            differ = compared - self.agree[relation]
            if not compared:
                wrong.append(f"nothing was compared: {relation}")
            elif relation.startswith("own") and self.cpus > 1:
                if differ > OVERTAKEN_SHARE * compared or self.not_overtaken:
                    wrong.append(f"{relation}: {differ} of {compared} disagree")
            elif relation.startswith("own") or not self.lossy:
                differ -= self.repeated[relation]
                if differ or self.repeated[relation] > OVERTAKEN_SHARE * compared:
                    wrong.append(f"{relation}: {differ} of {compared} disagree, "
                                 f"{self.repeated[relation]} more after a timer ran")
            elif compared - self.same_end[relation] > lossy_limit(compared):
                wrong.append(f"{relation}: {compared - self.same_end[relation]} of {compared} "
                             "have another end")
        return wrong

    def row(self):
        """As HEAD names the columns; disagreements stand behind the /."""
        cells = [f"{self.name:<18} {self.connections:6} {self.endpoints:6}"]
        for relation in RELATIONS:
            compared, agree = self.compared[relation], self.agree[relation]
            cell = f"{agree}/{compared - agree}"
            if self.lossy and not relation.startswith("own"):
                cell += f" ({compared - self.same_end[relation]})"
            cells.append(f"{cell:>{len(relation) + 8}}")
        cells += [f"{self.names[name]:{len(name)}}" for name in NAMES]
        for shown in SAMPLED:
            agree = self.samples[shown] - self.samples[shown, "agree"]
            cells.append(f"{self.samples[shown, 'agree']}/{agree}".rjust(len(shown) + 4))
        return " | ".join(cells)

    def examples(self, path, limit):
        """Every kind of disagreement, how often, and the lines of one of it."""
        wanted, shown = set(), []
        for kind, cases in sorted(self.kinds.items(), key=lambda item: -len(item[1])):
            relation, why, end, flow = cases[0]
            lines = set(end.mirror.lines) | {s.line for s in end.flow.segments}
            lines |= set(flow.mirror["client"].lines) | set(flow.mirror["server"].lines)
            lines |= {s.line for s in flow.segments}
            if end.socket:
                lines |= set(end.socket.lines) | {s.line for s in end.socket.samples}
            isns = {role: mirror.isn or 0 for role, mirror in end.flow.mirror.items()}
            places = collections.Counter(case[0] for case in cases)
            title = f"{kind}: " + ", ".join(f"{n} {name}" for name, n in places.items())
            shown.append((f"{title}\n    {relation}: {why}", sorted(lines), isns))
            wanted |= lines
        text = {}
        with open(path, encoding="ascii", errors="replace") as trace:
            for number, line in enumerate(trace):
                if number in wanted:
                    text[number] = line.rstrip()
        for title, lines, isns in shown:
            yield title
            for number in lines[:limit]:
                yield "    " + brief(text[number], self.views, isns)


LETTERS = ((SYN, "S"), (FIN, "F"), (RST, "R"), (PSH, "P"), (ACK, "A"))


def brief(line, views, isns):
    """A line of the trace as a person reads it; numbers relative to the ISNs."""
    head, _, rest = line.partition(": ")
    event, _, rest = rest.partition(": ")
    time = head.split()[-1]
    if event == "tracing_mark_write":
        return f"{time} {rest}"
    fields = fields_of(rest)
    step = f"{state(fields.get('oldstate', ''))} -> {state(fields.get('newstate', ''))}"
    if event == "inet_sock_set_state":
        return f"{time} socket {name_of(key_of(fields))}: {step}"
    where = f"{time} {views[fields['netns']]:6}"
    if event == "tcpfsm_set_state":
        return f"{where}   {fields['endpoint']} {step} ({fields['certainty']}, {fields['cause']})"
    flags = int(fields["flags"], 16)
    peer = OTHER[fields["endpoint"]]
    seq = (int(fields["seq"]) - isns.get(fields["endpoint"], 0)) % 2**32
    ack = (int(fields["ack"]) - isns.get(peer, 0)) % 2**32
    letters = "".join(letter for bit, letter in LETTERS if flags & bit)
    return (f"{where} {fields['endpoint']} {letters} {seq}:{seq + int(fields['len'])}"
            + (f" ack {ack}" if flags & ACK else "") + f" win {fields['window']}")


def read(stream, directory):
    """The workloads of a run, one after the other: (workload, seconds, path) or a message.
    Each is kept as a file, from which it can be read again.
    """
    workload = copy = None
    for line in stream:
        words = line.split() if line[0] == "@" else ()
        if words and words[0] == "@begin":
            workload = Workload(words[1], words[2] == "1", int(words[3]) if words[3:] else 1)
            workload.trace = Trace(workload.views)
            path = os.path.join(directory, f"{words[1]}.trace")
            copy, number = open(path, "w", encoding="ascii", errors="replace"), 0
        elif words and words[0] in ("@skip", "@fail"):
            yield words[0][1:], words[1], " ".join(words[2:])
        if workload is None:
            continue
        copy.write(line)
        if words:
            workload.take(words)
        else:
            workload.trace.take(number, line)
        number += 1
        if words and words[0] == "@end":
            copy.close()
            yield workload, int(words[2]), path
            workload = None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-p", type=int, default=0)
    parser.add_argument("-k", default="/tmp")
    parser.add_argument("-l", type=int, default=60)
    parser.add_argument("workloads", nargs="*")
    options = parser.parse_args()
    missing = set(options.workloads)
    passed, failed, skipped = options.p, 0, 0
    print(HEAD, flush=True)
    sys.stdin.reconfigure(encoding="ascii", errors="replace")
    for item in read(sys.stdin, options.k):
        if not isinstance(item[0], Workload):
            what, name, why = item
            missing.discard(name)
            print(f"{'skip' if what == 'skip' else 'FAIL'} sockets/{name}: {why}")
            skipped += what == "skip"
            failed += what != "skip"
            continue
        workload, seconds, path = item
        missing.discard(workload.name)
        workload.compare()
        faults = workload.faults()
        print(workload.row(), f"| {seconds} s", flush=True)
        with open(os.path.join(options.k, f"{workload.name}.kinds"), "w", encoding="ascii") as out:
            for line in workload.examples(path, options.l):
                print(line, file=out)
                if not line.startswith(" "):
                    print("   ", line.partition("\n")[0])
        if faults:
            print(f"FAIL sockets/{workload.name}: {'; '.join(faults)}")
            failed += 1
        else:
            print(f"ok sockets/{workload.name}")
            passed += 1
    for name in sorted(missing):
        print(f"FAIL sockets/{name}: there is no end of it")
        failed += 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
