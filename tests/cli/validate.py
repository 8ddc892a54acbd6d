#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check lines of JSON, from standard input, against the schema of docs/.

    validate.py SCHEMA

The schema lets a reader pass over members that it does not know; here every one
must be described. Prints how many objects of each type were checked.
"""

import collections
import json
import sys

import jsonschema


def close(schema):
    """No member but those that are described."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            close(value)
    elif isinstance(schema, list):
        for value in schema:
            close(value)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    close(schema)
    kinds = {
        schema["$defs"][kind]["properties"]["type"]["const"]: jsonschema.Draft202012Validator(
            {"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}
        )
        for kind in (one["$ref"].rsplit("/", 1)[1] for one in schema["oneOf"])
    }
    seen = collections.Counter()
    for line in sys.stdin:
        item = json.loads(line)
        for error in kinds[item["type"]].iter_errors(item):
            sys.exit(f"{error.json_path}: {error.message}\n{line}")
        seen[item["type"]] += 1
    print(" ".join(f"{kind}={number}" for kind, number in sorted(seen.items())))


if __name__ == "__main__":
    main()
