# SPDX-License-Identifier: GPL-2.0-only
#
# From "ROW STAGE SEGMENTS NANOSECONDS" of tests/bench/inside to "ROW KIND COST":
# what a segment costs over no hook, which itself is the row none. What is written
# is compared with strict: "ROW event COST" is that of one event or line. Of a stage that
# was run more than once the least counts.

BEGIN {
	split("syn synack final_ack request answer ack_of_answer fin fin_of_server last_ack", nine)
	for (i = 1; i <= 9; i++)
		of_connection[nine[i]]
}

$2 ~ /^other_/ { next }
$2 == "written" { written[$1] = $3; next }
{
	each = $4 / $3
	if (!($1 in flows)) {
		flows[$1] = $3
		rows[++r] = $1
	}
	if ($2 in of_connection)
		connection[$1] += each
	if ($2 in of_connection || $2 == "rst" || $2 == "stray_syn" || $2 ~ /^talk_/)
		talk[$1] += each
	if ($2 ~ /^talk_/)
		next
	if ($1 == "none" && !(($1, $2) in cost))
		kinds[++k] = $2
	if (!(($1, $2) in cost) || each < cost[$1, $2])
		cost[$1, $2] = each
}

function over_none(row, kind) {
	return cost[row, kind] - (row == "none" ? 0 : cost["none", kind])
}

function show(row, kind, value) { printf "%s %s %.1f\n", row, kind, value }

END {
	kinds[++k] = "connection"
	for (i = 1; i <= r; i++) {
		row = rows[i]
		cost[row, "connection"] = connection[row]
		for (j = 1; j <= k; j++)
			if ((row, kinds[j]) in cost)
				show(row, kinds[j], over_none(row, kinds[j]))
		if (row in written)
			show(row, "event", (talk[row] - talk["strict"]) * flows[row] / written[row])
	}
}
