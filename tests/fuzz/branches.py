#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Which branches of src/core were never taken, and why not.

    branches.py EXPORT EXPLANATIONS

EXPORT is what `llvm-cov export` says. Each condition of the source has two
branches. One that was never taken must stand in EXPLANATIONS, and nothing
else may stand there:

    FILE: CONDITION: never true|false
    <tab>why, on one line or more

Prints a line for each file and the sum; exit status 1 if an explanation is
missing or stale.
"""

import collections
import json
import os
import sys


def counts(export):
    """{file: {(begin, end): [how often true, how often false]}}"""
    taken = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0]))
    for file in export["data"][0]["files"]:
        path = file["filename"]
        if "/src/core/" not in path:
            continue
        # A header's function is there once for each file that includes it.
        for line, column, last, end, true, false, *_ in file["branches"]:
            branch = taken[path][(line, column), (last, end)]
            branch[0] += true
            branch[1] += false
    return taken


def text_of(lines, begin, end):
    """What stands there, on one line."""
    if begin[0] == end[0]:
        pieces = [lines[begin[0] - 1][begin[1] - 1 : end[1] - 1]]
    else:
        pieces = [lines[begin[0] - 1][begin[1] - 1 :]]
        pieces += lines[begin[0] : end[0] - 1]
        pieces.append(lines[end[0] - 1][: end[1] - 1])
    return " ".join(" ".join(pieces).split())


def read_explanations(path):
    """{key: text}"""
    found, key = {}, None
    with open(path) as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            if not line.startswith("\t"):
                key = line.rstrip("\n")
                if key in found:
                    sys.exit(f"{path}: twice: {key}")
                found[key] = ""
            elif key is None:
                sys.exit(f"{path}: explains nothing: {line.strip()}")
            else:
                found[key] += line.strip() + " "
    for key, text in found.items():
        if len(text.split()) < 4:
            sys.exit(f"{path}: not explained: {key}")
    return found


def main():
    with open(sys.argv[1]) as file:
        taken = counts(json.load(file))
    explained = read_explanations(sys.argv[2])
    missing, total, wrong = [], 0, 0
    for path, branches in sorted(taken.items()):
        with open(path) as file:
            lines = file.read().split("\n")
        never = []
        for (begin, end), sides in sorted(branches.items()):
            text = text_of(lines, begin, end)
            for side, count in zip(("true", "false"), sides):
                if not count:
                    never.append((begin[0], f"{os.path.basename(path)}: {text}: never {side}"))
        total += 2 * len(branches)
        missing += never
        print(f"    {os.path.basename(path)}: {2 * len(branches) - len(never)}"
              f" of {2 * len(branches)} branches")
    if not total:
        sys.exit("no branch of src/core is in there")
    for line, key in missing:
        if key not in explained:
            print(f"not explained: line {line}: {key}")
            wrong += 1
    for key in explained.keys() - {key for _, key in missing}:
        print(f"stale: {key}")
        wrong += 1
    print(f"    src/core: {total - len(missing)} of {total} branches,"
          f" {100 * (total - len(missing)) / total:.1f} %; {len(missing) - wrong if not wrong else '?'} explained")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
