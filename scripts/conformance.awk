# SPDX-License-Identifier: GPL-2.0-only
#
# The tables of docs/conformance.md. Files: the tests of the tree, the results of
# the logs, tests/wire/outside, tests/catalogue; see scripts/conformance.

BEGIN {
	lanes = split("unit " kernels, lane, " ")
}

FNR == 1 { file++ }

# "NUMBER KIND NAME"
file == 1 {
	test[$1, $2, ++tests[$1, $2]] = $3
	next
}

# "LANE ok|FAIL|skip NAME"
file == 2 {
	ran[$1] = 1
	runs[$1, $2, $3]++
	next
}

/^#/ && !/^##/ { next }

file == 3 {
	number = $1
	sub(/^[0-9]+ /, "")
	outside[number] = $0
	next
}

/^## / {
	printf "\n%s\n\n| item | what | unit tests | with segments | with sockets |", $0
	for (i = 1; i <= lanes; i++)
		printf " %s |", lane[i]
	printf "\n|-:|-|-|-|-|"
	for (i = 1; i <= lanes; i++)
		printf "-|"
	print ""
	next
}

# "N. text"
/^[0-9]+\. / {
	number = $1 + 0
	sub(/^[0-9]+\. /, "")
	printf "| %d | %s%s | %s | %s | %s |", number, $0,
	       tests[number, "unit"] + tests[number, "wire"] + tests[number, "vm"] ? "" : " **no test**",
	       names(number, "unit"), segments(number), names(number, "vm")
	printf " %s |", result(number, "unit", "", "unit")
	for (i = 2; i <= lanes; i++)
		printf " %s |", result(number, "wire", "vm", lane[i])
	print ""
}

function names(number, kind,	i, text)
{
	for (i = 1; i <= tests[number, kind]; i++)
		text = text (i > 1 ? "<br>" : "") "`" test[number, kind, i] "`"
	return text
}

# Without a script there is a reason, and with one there is none.
function segments(number)
{
	if ((tests[number, "wire"] > 0) == (number in outside))
		return names(number, "wire") "**no reason, or one too many, in tests/wire/outside**"
	return number in outside ? "(" outside[number] ")" : names(number, "wire")
}

# How the tests of one or two kinds went in a lane.
function result(number, kind, other, lane,	i, k, name, passed, text)
{
	if (!(lane in ran))
		return tests[number, kind] + tests[number, other] ? "**not run**" : ""
	for (k = 1; k <= 2; k++) {
		for (i = 1; i <= tests[number, kind]; i++) {
			name = test[number, kind, i]
			passed += runs[lane, "ok", name]
			if (runs[lane, "FAIL", name])
				text = text "<br>**FAIL** " name
			else if (runs[lane, "skip", name])
				text = text "<br>**skipped** " name
			else if (!runs[lane, "ok", name])
				text = text "<br>**not run** " name
		}
		kind = other
	}
	if (!passed)
		return substr(text, 5)
	return passed " ok" text
}
