# SPDX-License-Identifier: GPL-2.0-only
#
# "ROW KIND VALUE" as a table in Markdown: a column for each row, a line for each
# kind.
#
#	awk -v rows="none empty" -v kinds="data ack" [-v digits=1] \
#		-f table.awk tests/bench/titles FILE
#
# titles says what they are called: "NAME TITLE", to the end of the line.

FILENAME ~ /titles$/ {
	if ($1 !~ /^#/ && NF) {
		name = $1
		sub(/^[^ ]+ +/, "")
		title[name] = $0
	}
	next
}
{ value[$1, $2] = $3 }

function named(name) { return name in title ? title[name] : name }

# With as many digits as matter.
function cell(r, k) {
	if (!((r, k) in value))
		return ""
	return sprintf(digits ? "%." digits "f" : "%.0f", value[r, k])
}

END {
	columns = split(rows, row)
	lines = split(kinds, kind)
	printf "|"
	for (c = 1; c <= columns; c++)
		printf " | %s", named(row[c])
	printf " |\n|-"
	for (c = 1; c <= columns; c++)
		printf "|-:"
	print "|"
	for (l = 1; l <= lines; l++) {
		printf "| %s", named(kind[l])
		for (c = 1; c <= columns; c++)
			printf " | %s", cell(row[c], kind[l])
		print " |"
	}
}
