#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Shows that the comparison can fail: a small trace that agrees, and the same
with one thing wrong in it at a time.
"""

import sys
import tempfile

from compare import read

CLIENT, SERVER = ("::ffff:10.0.1.1", 20000), ("::ffff:10.0.2.1", 8000)
VIEWS = {"client": "101", "router": "102", "server": "103"}

# One connection that the client closes, as every viewpoint sees it: who, states,
# segment; "fin+" is a FIN that acknowledges the peer's.
STORY = (
    ("client", "CLOSE SYN_SENT", "syn"),
    ("server", "LISTEN SYN_RECV", "synack"),
    ("client", "SYN_SENT ESTABLISHED", "ack"),
    ("server", "SYN_RECV ESTABLISHED", "ack"),
    ("client", "ESTABLISHED FIN_WAIT1", "fin"),
    ("server", "ESTABLISHED CLOSE_WAIT", "ack"),
    ("client", "FIN_WAIT1 FIN_WAIT2", "ack"),
    ("server", "CLOSE_WAIT LAST_ACK", "fin+"),
    ("client", "FIN_WAIT2 TIME_WAIT", "ack"),
    ("server", "LAST_ACK CLOSE", "ack"),
)
SOCKETS = {
    "client": "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 CLOSE",
    "server": "ESTABLISHED CLOSE_WAIT LAST_ACK CLOSE",
}

# Both close at once.
CROSSED = STORY[:5] + (
    ("server", "ESTABLISHED FIN_WAIT1", "fin"),
    ("client", "FIN_WAIT1 CLOSING", "ack"),
    ("server", "FIN_WAIT1 CLOSING", "ack"),
    ("client", "CLOSING TIME_WAIT", "ack"),
    ("server", "CLOSING TIME_WAIT", "ack"),
)
CROSSED_SOCKETS = {
    "client": "SYN_SENT ESTABLISHED FIN_WAIT1 CLOSING CLOSE",
    "server": "ESTABLISHED FIN_WAIT1 CLOSING CLOSE",
}

# The client closes, and its FIN is not answered.
UNANSWERED = STORY[:5]
UNANSWERED_SOCKETS = {"client": "SYN_SENT ESTABLISHED FIN_WAIT1", "server": "ESTABLISHED"}

SEGMENTS = {
    "syn": ("0x02", 0, 0),
    "synack": ("0x12", 0, 1),
    "fin": ("0x11", 1, 1),
    "fin+": ("0x11", 1, 2),
    "rst": ("0x14", 1, 1),
}
ISN = {"client": 1000, "server": 5000}


def addresses(role):
    source, target = (CLIENT, SERVER) if role == "client" else (SERVER, CLIENT)
    return (f"family=AF_INET protocol=IPPROTO_TCP sport={source[1]} dport={target[1]} "
            f"saddrv6={source[0]} daddrv6={target[0]}")


WHERE = "many-1  [000] ....."


def event(time, name, text, where=WHERE):
    return f"  {where}  {time:.6f}: {name}: {text}\n"


def segment(time, which, role, cause):
    flags, seq, ack = SEGMENTS[cause]
    peer = "server" if role == "client" else "client"
    return event(time, "tcpfsm_segment", f"{which} seq={ISN[role] + seq} ack={ISN[peer] + ack} len=0 "
                 f"window=1 flags={flags} {addresses(role)}")


def sample(time, role, shown, word="all"):
    """One look of ss, in which only the client's socket is still there."""
    lines = [event(time, "tracing_mark_write", f"ss {role} begin")]
    if shown:
        here, there = (CLIENT, SERVER) if role == "client" else (SERVER, CLIENT)
        lines.append(event(time + 0.0001, "tracing_mark_write", f"ss {role} {shown} "
                           f"{here[0]} {here[1]} {there[0]} {there[1]}"))
    return lines + [event(time + 0.0002, "tracing_mark_write", f"ss {role} {word}")]


def story(lossy=0, steps=STORY, sockets=None):
    """The lines that inside would print of it."""
    lines = [f"@begin story {lossy}\n"]
    lines += [f"@view {inode} {name}\n" for name, inode in VIEWS.items()]
    lines += [f"@host client {CLIENT[0]}\n", f"@host server {SERVER[0]}\n"]
    lines += ["@result begun=1 accepted=1 failed=0 left=0\n", "@stat overrun=0 dropped=0 drops=0\n"]
    paths = {role: path.split() for role, path in (sockets or SOCKETS).items()}
    known = {"client": "CLOSE", "server": "SYN_RECV"}
    time = 1.0
    for role, states, cause in steps:
        old, new = states.split()
        if paths[role] and new in (paths[role][0], "TIME_WAIT"):
            shown = paths[role].pop(0)
            lines.append(event(time, "inet_sock_set_state", f"{addresses(role)} "
                               f"oldstate=TCP_{known[role]} newstate=TCP_{shown}"))
            known[role] = shown
        for view, inode in VIEWS.items():
            time += 0.001
            which = f"flow={inode} netns={inode} endpoint={role}"
            if cause in SEGMENTS:
                lines.append(segment(time, which, role, cause))
            lines.append(event(time, "tcpfsm_set_state", f"{which} local={int(view == role)} "
                               f"certainty=observed cause={cause.strip('+')} seq=0 ack=0 flags=0x10 "
                               f"{addresses(role)} oldstate=TCP_{old} newstate=TCP_{new}"))
        if cause == "synack":
            lines += sample(time, "server", "SYN_RECV", "end")
    for role in ("client", "server"):
        rest = "TIME_WAIT" if any(who == role and "TIME_WAIT" in said for who, said, _ in steps) else ""
        lines += sample(time + 1, role, rest)
    return lines + ["@end story 1\n"]


def of_view(view, states):
    """Picks the step of a viewpoint."""
    old, new = states.split()
    return lambda line: (f"netns={VIEWS[view]} " in line
                         and f"oldstate=TCP_{old} newstate=TCP_{new}" in line)


def of_socket(role, states):
    old, new = states.split()
    return lambda line: ("inet_sock_set_state" in line and addresses(role) in line
                         and f"oldstate=TCP_{old} newstate=TCP_{new}" in line)


def without(lines, *picks):
    left = [line for line in lines if not any(pick(line) for pick in picks)]
    assert len(left) < len(lines), "nothing was doctored"
    return left


def changed(lines, pick, old, new):
    assert any(pick(line) and old in line for line in lines), "nothing was doctored"
    return [line.replace(old, new) if pick(line) else line for line in lines]


def wrong_state(lines, view):
    """FIN_WAIT1 -> CLOSING instead of FIN_WAIT2, without a gap."""
    lines = changed(lines, of_view(view, "FIN_WAIT1 FIN_WAIT2"), "FIN_WAIT2", "CLOSING")
    return changed(lines, of_view(view, "FIN_WAIT2 TIME_WAIT"), "FIN_WAIT2", "CLOSING")


def missing_step(lines, view):
    """FIN_WAIT1 -> TIME_WAIT, without a gap."""
    lines = without(lines, of_view(view, "FIN_WAIT1 FIN_WAIT2"))
    return changed(lines, of_view(view, "FIN_WAIT2 TIME_WAIT"), "FIN_WAIT2", "FIN_WAIT1")


def as_queued(lines, views=("netns=101 ",)):
    """The client's own host says that its FIN left after the ACK of the peer's."""
    for old, new in (("FIN_WAIT1", "CLOSE_WAIT"), ("CLOSING", "LAST_ACK"), ("TIME_WAIT", "CLOSE")):
        lines = changed(lines, lambda line: any(view in line for view in views)
                        and "endpoint=client" in line and "tcpfsm_set_state" in line,
                        f"TCP_{old}", f"TCP_{new}")
    return lines


def queued_in_syn_recv(lines):
    """The client's user closes in SYN_RECV; all see that its FIN left after the peer's."""
    out = []
    for line in as_queued(lines, [f"netns={inode} " for inode in VIEWS.values()]):
        if addresses("client") in line and "oldstate=TCP_SYN_SENT newstate=TCP_ESTABLISHED" in line:
            out.append(line.replace("TCP_ESTABLISHED", "TCP_SYN_RECV"))
            if "tcpfsm_set_state" in line:
                out.append(line.replace("TCP_SYN_SENT", "TCP_SYN_RECV"))
        elif "inet_sock_set_state" in line and addresses("client") in line:
            out.append(line.replace("TCP_ESTABLISHED", "TCP_SYN_RECV"))
        else:
            out.append(line)
    return out


def refused_before(lines):
    """The server's SYN comes to the client's host before the client's own has left."""
    def states(view, role, who, old, new):
        local = (view == "server") == (who == "server")
        return event(1.0005, "tcpfsm_set_state", f"flow=9{VIEWS[view]} netns={VIEWS[view]} endpoint={role} "
                     f"local={int(local)} certainty=observed cause=syn seq=0 ack=0 flags=0x02 "
                     f"{addresses(who)} oldstate=TCP_{old} newstate=TCP_{new}")

    def socket(old, new):
        return event(1.0005, "inet_sock_set_state",
                     f"{addresses('server')} oldstate=TCP_{old} newstate=TCP_{new}")

    added = [socket("CLOSE", "SYN_SENT"), socket("SYN_SENT", "CLOSE")]
    for view in ("server", "client"):
        added += [event(1.0005, "tcpfsm_segment", f"flow=9{VIEWS[view]} netns={VIEWS[view]} endpoint=client "
                        f"seq=70 ack=0 len=0 window=1 flags=0x02 {addresses('server')}"),
                  states(view, "client", "server", "CLOSE", "SYN_SENT"),
                  states(view, "server", "client", "LISTEN", "CLOSE"),
                  states(view, "client", "server", "SYN_SENT", "CLOSE")]
    at = next(i for i, line in enumerate(lines) if "tcpfsm_segment" in line)
    return lines[:at] + added + lines[at:]


def is_fin_of_client(line):
    return "tcpfsm_segment" in line and "endpoint=client" in line and "flags=0x11" in line


def fin_again(lines):
    """A timer of the client sends its FIN once more, as its own host and the others see it."""
    out = []
    for line in lines:
        out.append(line)
        if is_fin_of_client(line):
            out.append(line)
    return out


def given_up(lines, times, seconds):
    """The client's FIN leaves so many times, and after a while its socket is closed."""
    out = []
    for line in lines:
        out += [line] * (times if is_fin_of_client(line) else 1)
        if line.startswith("@end"):
            closed = event(1 + seconds, "inet_sock_set_state", f"{addresses('client')} "
                           "oldstate=TCP_FIN_WAIT1 newstate=TCP_CLOSE")
            out[-1:] = [closed, *sample(2 + seconds, "client", ""), line]
    return out


def old_cookie(lines, moved):
    """An ACK of what is over makes a socket at the server: the client has moved by 33."""
    which = f"flow={VIEWS['server']} netns={VIEWS['server']} endpoint="
    added = [event(1.9, "tcpfsm_segment", f"{which}client seq={ISN['client'] + 33} "
                   f"ack={ISN['server'] + moved} len=0 window=1 flags=0x10 {addresses('client')}")]
    added += [event(1.9, "inet_sock_set_state", f"{addresses('server')} oldstate=TCP_{old} "
                    f"newstate=TCP_{new}")
              for old, new in (("SYN_RECV", "ESTABLISHED"), ("ESTABLISHED", "FIN_WAIT1"))]
    added += [event(1.9, "tcpfsm_segment", f"{which}server seq={ISN['server'] + moved} "
                    f"ack={ISN['client'] + 33} len=0 window=1 flags=0x11 {addresses('server')}")]
    at = next(i for i, line in enumerate(lines) if "ss server all" in line)
    return changed(lines[:at] + added + lines[at:], lambda line: line[0] == "@",
                   "accepted=1 failed=0 left=0", "accepted=2 failed=0 left=1")


def twin(lines, seconds):
    """Another socket of the final ACK is dropped, so long after the one that was kept is closed."""
    out = []
    for line in lines:
        out.append(line)
        if of_socket("server", "LAST_ACK CLOSE")(line):
            time = float(line.split()[3].rstrip(":")) + seconds
            out.append(event(time, "inet_sock_set_state", f"{addresses('server')} oldstate=TCP_SYN_RECV "
                             "newstate=TCP_CLOSE"))
    assert len(out) > len(lines), "nothing was doctored"
    return out


def everything(pick):
    return lambda line: line[0] != "@" and pick(line)


# What is done to the trace, lossy, and a word of the complaint; None: it has to pass.
CASES = {
    "agrees": (lambda lines: lines, 0, None),
    "agrees-lossy": (lambda lines: lines, 1, None),
    "refused-before": (refused_before, 0, None),
    "wrong-state-own": (lambda lines: wrong_state(lines, "client"), 0, "own client"),
    "wrong-state-own-lossy": (lambda lines: wrong_state(lines, "client"), 1, "own client"),
    "wrong-state-router": (lambda lines: wrong_state(lines, "router"), 0, "router"),
    "wrong-state-far": (lambda lines: wrong_state(lines, "server"), 0, "far"),
    # One of 20,000 that passes: here it is one of two.
    "missing-step-far": (lambda lines: missing_step(lines, "server"), 0, "far: 1 of 2 disagree, 0"),
    "missing-step-after-timer": (lambda lines: missing_step(fin_again(lines), "server"), 0,
                                 "far: 0 of 2 disagree, 1 more"),
    "wrong-end-after-timer": (lambda lines: without(fin_again(lines), of_view(
        "server", "FIN_WAIT2 TIME_WAIT")), 0, "far: 1 of 2 disagree, 0"),
    "missing-step-own-after-timer": (lambda lines: missing_step(fin_again(lines), "client"), 0,
                                     "own client: 1 of"),
    "missing-step": (lambda lines: missing_step(lines, "client"), 0, "own client"),
    "gap": (lambda lines: without(lines, of_view("server", "CLOSE_WAIT LAST_ACK")), 0,
            "own server"),
    "wrong-end-lossy": (lambda lines: without(lines, of_view("router", "LAST_ACK CLOSE")), 1,
                        "router"),
    "retracted": (lambda lines: changed(lines, of_view("client", "FIN_WAIT1 FIN_WAIT2"),
                                        "observed", "retracted"), 0, "own client"),
    "socket-elsewhere": (lambda lines: changed(lines, of_socket("server", "CLOSE_WAIT LAST_ACK"),
                                               "LAST_ACK", "CLOSE"), 0, "own server"),
    "ss-differs": (lambda lines: changed(lines, lambda line: " TIME_WAIT ::" in line,
                                         "TIME_WAIT", "FIN_WAIT2"), 0, "own client"),
    "ss-nothing": (lambda lines: without(lines, lambda line: " TIME_WAIT ::" in line), 0,
                   "own client"),
    "no-flow": (lambda lines: without(lines, everything(lambda line: "netns=101" in line)), 0,
                "without a flow"),
    "no-socket": (lambda lines: without(lines, lambda line: "inet_sock" in line), 0, "own"),
    "no-router": (lambda lines: without(lines, everything(lambda line: "netns=102" in line)), 0,
                  "nothing was compared: router"),
    "nothing": (lambda lines: without(lines, everything(lambda line: "ss " not in line)), 0,
                "connections compared"),
    "few": (lambda lines: changed(lines, lambda line: line[0] == "@", "begun=1", "begun=2"), 0,
            "connections compared, of 2"),
    "few-accepted": (lambda lines: changed(lines, lambda line: line[0] == "@", "accepted=1",
                                           "accepted=2"), 0, "sockets at the server, of 2"),
    "ss-syn-recv": (lambda lines: changed(lines, lambda line: "SYN_RECV ::" in line, "SYN_RECV",
                                          "FIN_WAIT2"), 0, "ss showed something else"),
    "restless": (lambda lines: changed(lines, lambda line: line[0] == "@", "left=0", "left=1"), 0,
                 "come to rest"),
    "old-cookie": (lambda lines: old_cookie(lines, 33), 0, None),
    "no-cookie": (lambda lines: old_cookie(lines, 34), 0, "without a flow"),
    "twin": (lambda lines: twin(lines, 0.001), 0, None),
    "no-twin": (lambda lines: twin(lines, 0.2), 0, "without a flow"),
    "lost-events": (lambda lines: changed(lines, lambda line: line[0] == "@", "overrun=0",
                                          "overrun=1"), 0, "not whole"),
}


# The same of a simultaneous close.
CROSSED_CASES = {
    "crossed": (lambda lines: lines, None),
    "queued": (lambda lines: changed(as_queued(lines), is_fin_of_client, "ack=5001", "ack=5002"),
               None),
    "queued-unproved": (as_queued, "own client"),
    "queued-in-syn-recv": (lambda lines: changed(queued_in_syn_recv(lines), is_fin_of_client,
                                                 "ack=5001", "ack=5002"), None),
}


# The same of a FIN that is not answered.
UNANSWERED_CASES = {
    "given-up": (lambda lines: given_up(lines, 8, 103), None),
    "closed-early": (lambda lines: given_up(lines, 8, 102), "own client"),
    "closed-unrepeated": (lambda lines: given_up(lines, 1, 103), "own client"),
}


def closed_before(seconds):
    """The client's socket is closed, and as long after that a FIN comes, before its RST leaves."""
    which = f"flow={VIEWS['client']} netns={VIEWS['client']} endpoint="
    moves = [("FIN_WAIT1 FIN_WAIT2", "fin"), ("FIN_WAIT2 CLOSE", "rst")]
    added = [event(1.5, "inet_sock_set_state", f"{addresses('client')} oldstate=TCP_FIN_WAIT1 "
                   "newstate=TCP_CLOSE"),
             segment(1.5 + seconds, which + "server", "server", "fin+")]
    for states, cause in moves:
        old, new = states.split()
        added.append(event(1.5 + seconds, "tcpfsm_set_state", f"{which}client local=1 certainty=observed "
                           f"cause={cause} seq=0 ack=0 flags=0x10 {addresses('client')} "
                           f"oldstate=TCP_{old} newstate=TCP_{new}"))
    lines = story(0, UNANSWERED, UNANSWERED_SOCKETS)
    lines[0] = "@begin story 0 2\n"
    at = next(i for i, line in enumerate(lines) if "ss client begin" in line)
    return lines[:at] + added + lines[at:]


def delayed(lines, pick, seconds):
    """From the first that is picked on, all happens later."""
    at = next(i for i, line in enumerate(lines) if pick(line))
    later = []
    for line in lines[at:]:
        head, colon, text = line.partition(": ")
        *words, time = head.split(" ")
        head = " ".join([*words, f"{float(time) + seconds:.6f}"]) if line[0] != "@" else head
        later.append(head + colon + text)
    return lines[:at] + later


def held_up(task):
    """The server's processor 1 takes the final ACK, and is done with it when processor 0 has taken a RST.

    That ended the request, and the ACK's socket is dropped; task says what processor 1 was at then.
    """
    steps = STORY[:4] + (("client", "ESTABLISHED CLOSE", "rst"), ("server", "ESTABLISHED CLOSE", "reset"))
    lines = story(0, steps, {"client": "SYN_SENT ESTABLISHED CLOSE", "server": "CLOSE"})
    lines[0] = "@begin story 0 2\n"
    lines = delayed(lines, of_view("client", "SYN_SENT ESTABLISHED"), 0.05)
    lines = delayed(lines, lambda line: "flags=0x14" in line, 0.05)
    which = f"flow={VIEWS['server']} netns={VIEWS['server']} endpoint=client"
    out = []
    for line in lines:
        if of_view("server", "SYN_SENT ESTABLISHED")(line):
            time = float(line.split()[3].rstrip(":"))
            out.append(event(time, "tcpfsm_segment", f"{which} seq={ISN['client'] + 1} ack={ISN['server'] + 1} "
                             f"len=0 window=1 flags=0x10 {addresses('client')}", "many-2  [001] ..s1."))
        if of_socket("server", "SYN_RECV CLOSE")(line):
            line = line.replace(WHERE, f"{task}  [001] ..s1.")
        out.append(line)
    return out


def another_life(seconds):
    """So long after that RST processor 1 takes a SYN, with which another flow begins."""
    lines = held_up("many-3")
    which = f"flow=9{VIEWS['server']} netns={VIEWS['server']} endpoint=client"
    out = []
    for line in lines:
        if of_socket("server", "SYN_RECV CLOSE")(line):
            time = float(line.split()[3].rstrip(":")) + seconds
            line += event(time, "tcpfsm_segment", f"{which} seq=70 ack=0 len=0 window=1 flags=0x02 "
                          f"{addresses('client')}", "many-2  [001] ..s1.")
            line += event(time, "tcpfsm_set_state", f"{which} local=0 certainty=observed cause=syn seq=70 "
                          f"ack=0 flags=0x02 {addresses('client')} oldstate=TCP_CLOSE newstate=TCP_SYN_SENT")
        out.append(line)
    return "".join(out).splitlines(keepends=True)


# Of two processors: an order that the trace proves, and one that it does not.
OVERTAKING = {
    "closed just before": (closed_before(0.005), True),
    "closed before": (closed_before(0.02), False),
    "held up": (held_up("many-2"), True),
    "another task": (held_up("many-3"), False),
    "another life": (another_life(0.005), True),
    "another life, later": (another_life(0.02), False),
}


def overtaking_complaints():
    for name, (lines, proven) in OVERTAKING.items():
        with tempfile.TemporaryDirectory() as directory:
            [(workload, _, _)] = read(lines, directory)
            workload.compare()
        kinds = [kind for kind in workload.kinds if "OWN HOST" in kind]
        if [("taken in another order" in kind) for kind in kinds] != [proven]:
            yield f"{name}: said {kinds}"
        if bool(workload.not_overtaken) == proven:
            yield f"{name}: {workload.not_overtaken} not overtaken"


def complaint(name, lines, word):
    """What did not come out as it has to, or nothing."""
    with tempfile.TemporaryDirectory() as directory:
        [(workload, _, _)] = read(lines, directory)
        workload.compare()
        said = "; ".join(workload.faults())
    if bool(said) if word is None else word not in said:
        yield f"{name}: said {said or 'nothing'}"


def complaints():
    for name, (doctor, lossy, word) in CASES.items():
        yield from complaint(name, doctor(story(lossy)), word)
    for name, (doctor, word) in CROSSED_CASES.items():
        yield from complaint(name, doctor(story(0, CROSSED, CROSSED_SOCKETS)), word)
    for name, (doctor, word) in UNANSWERED_CASES.items():
        yield from complaint(name, doctor(story(0, UNANSWERED, UNANSWERED_SOCKETS)), word)
    yield from overtaking_complaints()


def main():
    wrong = list(complaints())
    count = sum(map(len, (CASES, CROSSED_CASES, UNANSWERED_CASES, OVERTAKING)))
    if wrong:
        print(f"FAIL sockets/doctored: {'; '.join(wrong)}")
    else:
        print(f"ok sockets/doctored ({count} traces)")
    print(f"{int(not wrong)} passed, {int(bool(wrong))} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
