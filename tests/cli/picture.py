#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check a ladder diagram against what replay says of the same capture.

    picture.py svg|html|dom FILE REPLAY

REPLAY holds the JSON lines of `tcpfsm replay --json` of a capture with one flow.
Every state that an end entered must stand in the picture as text, on its side, in
its order; every text must lie inside the picture; nothing may be fetched or run.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree

WIDTH = 1000
# A character of the font at its size, and of the fixed one: no wider than this.
EM = {"": 9.5, "state": 10.5, "small": 7.5, "time": 7.5, "label": 8, "end": 11}
MARKS = {"observed": "", "inferred": "?", "retracted": "!"}


def texts(root):
    for element in root.iter():
        if element.tag.rsplit("}", 1)[-1] == "text":
            yield element


def check_bounds(root):
    for element in texts(root):
        kind = element.get("class", "").split(" ")[0]
        wide = len(element.text or "") * EM[kind]
        x = float(element.get("x"))
        anchor = element.get("text-anchor", "start")
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        assert 0 <= left and left + wide <= WIDTH, (element.text, left, left + wide)


def states(root, anchor):
    """As shown, without the one before the first segment."""
    found = [
        element.text
        for element in texts(root)
        if "state" in element.get("class", "").split() and element.get("text-anchor") == anchor
    ]
    return found[1:]


def main():
    kind, path, replay = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(replay, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert not re.search(r"<script|javascript:|\son\w+=|<link|<img|url\(|@import", text), "not self-contained"
    assert not re.search(r'(src|href)="', text), "refers to something"
    if kind != "svg":
        # The pictures of a page are well-formed each.
        pieces = re.findall(r"<svg.*?</svg>", text, re.S)
        text = "<all>" + "".join(pieces) + "</all>"
        # A browser's copy has no namespace left to bind.
        text = text.replace(' xmlns="http://www.w3.org/2000/svg"', "")
    root = ElementTree.fromstring(text)
    check_bounds(root)
    for end, anchor in ("client", "end"), ("server", "start"):
        want = [
            line["newstate"] + MARKS[line["certainty"]]
            for line in lines
            if line["type"] == "transition" and line["endpoint"] == end
        ]
        assert states(root, anchor) == want, (end, states(root, anchor), want)
    shown = " ".join(element.text or "" for element in texts(root))
    for line in lines:
        if line["type"] == "anomaly":
            assert f"anomaly: {line['anomaly']}" in shown, line
        if line["type"] == "flow":
            assert line["client"] in shown and line["server"] in shown, line
            assert f"outcome {line['outcome']}" in shown, line
    arrows = sum(element.get("class") == "arrow" for element in root.iter())
    labels = re.findall(r"(?:[A-Z]{3},?)+ seq=\d+", shown)
    assert arrows == len(labels) > 0, (arrows, labels)
    print(f"{arrows} segments, {len(lines)} lines of replay")


if __name__ == "__main__":
    main()
