# SPDX-License-Identifier: GPL-2.0-only
#
# "ROW KIND VALUE" as a table in Markdown: a column for each row, a line for each
# kind.
#
#	awk -v rows="none empty" -v kinds="data ack" -f table.awk tests/bench/titles FILE
#
# titles says what they are called: "NAME TITLE", to the end of the line.

FILENAME ~ /titles$/ {
	if ($1 !~ /^#/ && NF)
		title[$1] = substr($0, index($0, $2))
	next
}
{ value[$1, $2] = $3 }

function named(name) { return name in title ? title[name] : name }

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
			printf " | %s", (row[c], kind[l]) in value ? \
				sprintf(format ? format : "%d", value[row[c], kind[l]] + (format ? 0 : 0.5)) : ""
		print " |"
	}
}
