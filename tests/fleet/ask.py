#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Ask Prometheus, through its HTTP API.

    ask.py panels DASHBOARD                     is it sound, as far as that shows without Grafana?
    ask.py targets URL                          hosts that are scraped, one a line
    ask.py firing URL                           "ALERT HOST" for each alert that fires
    ask.py query URL EXPRESSION                 "LABELS VALUE", one a line
    ask.py dashboard URL DASHBOARD INTERVAL     queries without data; fails if there are any
    ask.py serve                                the same from standard input, words between tabs;
                                                after each answer a line "= STATUS"
"""

import json
import socket
import sys


def get(url, path, **arguments):
    """Without urllib: to load that takes seconds in an emulated processor."""
    host, port = url.removeprefix("http://").split(":")
    escaped = {name: "".join(f"%{byte:02x}" for byte in text.encode()) for name, text in arguments.items()}
    where = f"/api/v1/{path}?" + "&".join(f"{name}={text}" for name, text in escaped.items())
    try:
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(f"GET {where} HTTP/1.0\r\n\r\n".encode())
            head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    except OSError as error:
        sys.exit(f"{url}: {error}")
    if head.split()[1] != b"200":
        sys.exit(f"{path} {arguments}: {body.decode()}")
    return json.loads(body)["data"]


def queries(dashboard):
    """Title and expression of each query: of panels, annotations and variables."""
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for one in dashboard["annotations"]["list"]:
        yield one["name"], one["expr"]
    for one in dashboard["templating"]["list"]:
        if one["type"] == "query":
            call, rest = one["query"]["query"].split("(", 1)
            assert call == "label_values", call
            yield one["name"], rest.split(",")[0]


def substitute(expression, interval):
    """What Grafana puts in for its variables: all hosts, and a few scrapes."""
    text = expression.replace("$instance", ".*").replace("$__rate_interval", interval)
    assert "$" not in text, text
    return text


def panels(dashboard):
    seen = set()
    cells = set()
    for panel in dashboard["panels"]:
        assert panel["id"] not in seen, f"two panels {panel['id']}"
        seen.add(panel["id"])
        assert panel["title"] and panel["description"] and panel["targets"], panel
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24, f"{panel['title']} is too wide"
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert (x, y) not in cells, f"{panel['title']} is over another"
                cells.add((x, y))
        for target in [panel, *panel["targets"]]:
            assert target["datasource"]["uid"] == "${datasource}", panel["title"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
    for _, expression in queries(dashboard):
        substitute(expression, "1m")
    print(f"NOTE: {len(seen)} panels, {len(list(queries(dashboard)))} queries")


def answer(what, *rest):
    if what == "panels":
        with open(rest[0], encoding="utf-8") as file:
            panels(json.load(file))
    elif what == "targets":
        for target in get(rest[0], "targets")["activeTargets"]:
            if target["health"] == "up":
                print(target["labels"]["instance"])
            else:
                print(f"# {target['labels']['instance']} {target['lastError']}")
    elif what == "firing":
        for alert in get(rest[0], "alerts")["alerts"]:
            if alert["state"] == "firing":
                print(alert["labels"]["alertname"], alert["labels"].get("instance", "-"))
    elif what == "query":
        for one in get(rest[0], "query", query=rest[1])["result"]:
            labels = ",".join(f"{name}={value}" for name, value in sorted(one["metric"].items()))
            print(labels, one["value"][1])
    elif what == "dashboard":
        with open(rest[1], encoding="utf-8") as file:
            dashboard = json.load(file)
        empty = number = 0
        for title, expression in queries(dashboard):
            number += 1
            result = get(rest[0], "query", query=substitute(expression, rest[2]))["result"]
            if not any(one["value"][1] != "NaN" for one in result):
                print(f"{title}: no data: {expression}")
                empty += 1
        if empty:
            sys.exit(1)
        print(f"NOTE: {number} queries")
    else:
        sys.exit(__doc__)


def serve():
    """One interpreter for all questions: to start one takes seconds in an emulated processor."""
    for line in sys.stdin:
        status = 0
        try:
            answer(*line.rstrip("\n").split("\t"))
        except SystemExit as ended:
            status = 1
            if isinstance(ended.code, str):
                print(ended.code)
        print(f"= {status}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        answer(*sys.argv[1:])
