#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Turn what `tcpfsm replay --json` prints back into what it prints without.

Every object must have exactly the members that are documented for its type.
"""

import json
import sys

EVENT = ["type", "time", "flow", "client", "server", "community_id"]
SEGMENT = ["seq", "ack", "flags"]
TRANSITION = ["endpoint", "oldstate", "newstate", "certainty", "cause"]
ANOMALY = ["anomaly", "endpoint"]
COLUMNS = [
    "type", "time", "client_state", "client_inferred", "server_state", "server_inferred",
    "age_ms", "client", "server", "community_id",
]


def number(value):
    if value is None:
        return "-"
    assert isinstance(value, int) and not isinstance(value, bool), value
    return str(value)


def word(key, value):
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        assert key in ("opts", "flags")
        return ",".join(value)
    if isinstance(value, dict):
        names = ["client", "server"]
        if key == "rtx":
            names = ["syn", "synack", "fin_client", "fin_server"]
        assert list(value) == names, value
        return "/".join(number(value[name]) for name in names)
    return number(value)


def event(item, names):
    keys = list(item)
    assert keys in (EVENT + names, EVENT + names + SEGMENT), keys
    return f"{item['time']} {item['client']} -> {item['server']}"


def text(item):
    if item["type"] == "transition":
        return (
            f"{event(item, TRANSITION)} {item['endpoint']} {item['oldstate']} -> "
            f"{item['newstate']} ({item['certainty']}, {item['cause']})"
        )
    if item["type"] == "anomaly":
        return f"{event(item, ANOMALY)} anomaly {item['anomaly']}"
    if item["type"] == "flows":
        return (
            f"# tcpfsm 1 flows={number(item['flows'])} half_open={number(item['half_open'])}\n"
            "# client_state server_state     age_ms client -> server ..."
        )
    assert item["type"] == "flow" and list(item)[: len(COLUMNS)] == COLUMNS, item
    states = [
        item[f"{end}_state"] + ("?" if item[f"{end}_inferred"] else "")
        for end in ("client", "server")
    ]
    rest = "".join(f" {key}={word(key, item[key])}" for key in list(item)[len(COLUMNS) :])
    return (
        f"{states[0]:12} {states[1]:12} {item['age_ms']:10} "
        f"{item['client']} -> {item['server']}{rest}"
    )


for line in sys.stdin:
    print(text(json.loads(line)))
