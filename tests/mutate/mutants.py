#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write the mutants of a file of C: copies of it, each with one change inside a function.

    mutants.py FILE DIRECTORY

Makes DIRECTORY/0001, 0002 ..., and prints of each "0001 LINE FUNCTION: CHANGE". The
change quotes what it changes, so that it names the mutant whatever the number of the line;
"(2)" stands behind the second one of the same words.

    negate          the condition of an if, a while or a ?:
    opposite        of what a function of type bool returns
    drop            an operand of && or ||
    boundary        < for <=, before for at or before, within without either end
    later           the second of two numbers, be it later or not
    delete          a statement that is an assignment or a call

It reads the kernel's style and no other: the braces of a function stand in the first column.
"""

import re
import sys

TOKEN = re.compile(
    r'(?P<space>\s+|/\*.*?\*/|//[^\n]*|^#(?:[^\n\\]|\\.)*)'
    r'|(?P<text>"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
    r'|\w+|->|<<=|>>=|<<|>>|[<>=!+\-*/%&|^]=|&&|\|\||\+\+|--|.)',
    re.DOTALL | re.MULTILINE)
OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = set(OPENING.values())
ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="}
# What an operand of && or of ?: cannot reach across.
BOUNDS = ASSIGNMENTS | {",", ";", "?", ":", "return", "case"}
KEYWORDS = {"if", "else", "for", "while", "do", "switch", "case", "default", "return", "break",
            "continue", "goto"}
TYPES = {"const", "static", "struct", "enum", "union", "unsigned", "int", "char", "bool", "void",
         "long", "size_t", "va_list", "u8", "u16", "u32", "u64", "s32", "s64"}
BOUNDARIES = {"<": "<=", "<=": "<", ">": ">=", ">=": ">",
              "tcpfsm_before": "!tcpfsm_after", "tcpfsm_after": "!tcpfsm_before"}


def words(text):
    return " ".join(text.split())


class Source:
    def __init__(self, text):
        self.text = text
        self.tokens = []                # what stands there, where it begins and ends
        self.found = []                 # where, until where, by what it is replaced, how it is called
        for match in TOKEN.finditer(text):
            if match["text"]:
                self.tokens.append((match["text"], match.start(), match.end()))
        self.partner = {}
        opened = []
        for i, (token, _, _) in enumerate(self.tokens):
            if token in OPENING:
                opened.append(i)
            elif token in CLOSING:
                self.partner[i] = opened.pop()
                self.partner[self.partner[i]] = i

    def token(self, i):
        return self.tokens[i][0] if i < len(self.tokens) else ""

    def span(self, first, last):
        """The text from one token to another, both included."""
        return self.text[self.tokens[first][1]:self.tokens[last][2]]

    def column(self, i):
        start = self.tokens[i][1]
        return start - self.text.rfind("\n", 0, start) - 1

    def replace(self, first, last, new, name):
        self.found.append((self.tokens[first][1], self.tokens[last][2], new, name))

    def functions(self):
        """Name and type of each function, and where its body lies."""
        for i, (token, start, _) in enumerate(self.tokens):
            if token != "{" or self.column(i) or self.token(i - 1) != ")":
                continue
            opening = self.partner[i - 1]
            first = opening
            while first and self.token(first - 1) not in {";", "}", "{"} and \
                    self.tokens[first - 1][1] > self.text.rfind("\n\n", 0, start):
                first -= 1
            yield self.token(opening - 1), self.span(first, opening - 2), i, self.partner[i]

    def level(self, first, last):
        """The tokens from first to last that no bracket between them encloses."""
        i = first
        while i <= last:
            yield i
            i = self.partner[i] + 1 if self.token(i) in OPENING else i + 1

    def negate(self, first, last, kind):
        self.replace(first, last, f"!({self.span(first, last)})", f'{kind} "{words(self.span(first, last))}"')

    def operands(self, first, last, operators=("||", "&&")):
        """Drop each operand of what lies between first and last, on the outermost level."""
        if not operators:
            return
        at = [i for i in self.level(first, last) if self.token(i) == operators[0]]
        parts = list(zip([first] + [i + 1 for i in at], [i - 1 for i in at] + [last]))
        for number, (begin, end) in enumerate(parts):
            self.operands(begin, end, operators[1:])
            if len(parts) == 1:
                continue
            name = f'drop "{words(self.span(begin, end))}"'
            if number + 1 < len(parts):
                self.replace(begin, end + 1, "", name)
            else:
                self.replace(begin - 1, end, "", name)

    def conditions(self, first, last):
        """Between two brackets or around: what && and || join, and what stands before a ?."""
        begin = first
        inside = list(self.level(first, last))
        for i in inside + [last + 1]:
            end = i > last
            if not end and self.token(i) in OPENING and self.partner[i] > i + 1:
                self.conditions(i + 1, self.partner[i] - 1)
            if not end and self.token(i) not in BOUNDS and self.token(i) not in KEYWORDS and \
                    self.token(i) != "{":
                continue
            if begin < i:
                self.operands(begin, i - 1)
                if not end and self.token(i) == "?":
                    self.negate(begin, i - 1, "negate")
            if not end:
                begin = (self.partner[i] if self.token(i) in OPENING else i) + 1

    def boundaries(self, i):
        token = self.token(i)
        if token in BOUNDARIES:
            last = self.partner[i + 1] if self.token(i + 1) == "(" else i + 1
            first = i if token.isidentifier() else i - 1
            self.replace(i, i, BOUNDARIES[token], f'boundary of "{words(self.span(first, last))}"')
        if token not in {"tcpfsm_within", "tcpfsm_later"}:
            return
        last = self.partner[i + 1]
        commas = [j for j in self.level(i + 2, last - 1) if self.token(j) == ","]
        parts = [self.span(begin, end) for begin, end in
                 zip([i + 2] + [j + 1 for j in commas], [j - 1 for j in commas] + [last - 1])]
        whole = self.span(i, last)
        if token == "tcpfsm_later":
            self.replace(i, last, f"({parts[1]})", f'later "{words(whole)}"')
            return
        for end, name in ((parts[1], "low"), (parts[2], "high")):
            self.replace(i, last, f"({whole} && ({parts[0]}) != ({end}))",
                         f'boundary, {name}, of "{words(whole)}"')

    def statement(self, i, last):
        """Delete the statement that begins here, if it is an assignment or a call."""
        first = self.token(i)
        if first in KEYWORDS | TYPES or first in {";", "{", "}"}:
            return
        level = list(self.level(i, last))
        end = next((j for j in level if self.token(j) == ";"), None)
        if end is None:
            return
        inside = {self.token(j) for j in level if j < end}
        if not inside & (ASSIGNMENTS | {"++", "--", "("}):
            return
        # A type of its own name, or a label.
        if ":" in inside and "?" not in inside or re.match(r"\w+ \**\w", self.span(i, end)):
            return
        self.replace(i, end - 1, "", f'delete "{words(self.span(i, end - 1))}"')

    def body(self, kind, opening, closing):
        self.conditions(opening + 1, closing - 1)
        i = opening + 1
        begins = True
        between = set()                 # what a for has between its brackets is no statement
        while i < closing:
            token = self.token(i)
            if begins:
                self.statement(i, closing - 1)
            begins = token in {"{", "}", "else", "do"} or (token == ";" and i not in between)
            if token == ":" and self.column(i) and self.begins_label(i):
                begins = True
            if token == "for":
                between.update(range(i + 2, self.partner[i + 1]))
            if token in {"if", "while"} and self.token(i + 1) == "(":
                end = self.partner[i + 1]
                self.negate(i + 2, end - 1, "negate")
            if token == "return" and re.search(r"\bbool$", kind):
                end = next(j for j in self.level(i, closing) if self.token(j) == ";")
                self.negate(i + 1, end - 1, "opposite of")
            self.boundaries(i)
            # Behind the brackets of an if a statement begins.
            if token == ")" and self.token(self.partner[i] - 1) in {"if", "while", "for", "switch"}:
                begins = True
            i += 1

    def begins_label(self, i):
        while self.token(i) not in {";", "{", "}", "?"}:
            if self.token(i) in {"case", "default"}:
                return True
            i -= 1
        return False

    def mutants(self):
        """Line, name and text of each."""
        for name, kind, opening, closing in self.functions():
            self.found = []
            self.body(kind, opening, closing)
            seen = {}
            for start, end, new, change in sorted(self.found, key=lambda one: (one[0], one[1], one[3])):
                seen[change] = seen.get(change, 0) + 1
                if seen[change] > 1:
                    change += f" ({seen[change]})"
                old = self.text[start:end]
                # The lines below keep their numbers.
                new += "\n" * (old.count("\n") - new.count("\n"))
                yield (self.text.count("\n", 0, start) + 1, f"{name}: {change}",
                       self.text[:start] + new + self.text[end:])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    path, directory = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        source = Source(file.read())
    for number, (line, name, text) in enumerate(source.mutants(), 1):
        with open(f"{directory}/{number:04}", "w", encoding="utf-8") as file:
            file.write(text)
        print(f"{number:04} {line} {name}")


main()
