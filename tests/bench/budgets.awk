# SPDX-License-Identifier: GPL-2.0-only
#
# Compares what was measured ("ROW KIND COST") with the budgets: a line for each,
# and the count.
#
#	awk -f budgets.awk tests/bench/budgets MEASURED
#
# It fails who has grown by more than 2 %, or by an instruction where that is more.

function slack(budget) { return budget < 50 ? 1 : budget / 50 }

FNR == NR && FILENAME != "-" {
	if (!/^#/ && NF)
		budget[$1 "/" $2] = $3
	next
}
{
	name = $1 "/" $2
	if (!(name in budget)) {
		printf "FAIL bench/%s: %s instructions, and no budget\n", name, $3
		failed++
		next
	}
	if ($3 > budget[name] + slack(budget[name])) {
		printf "FAIL bench/%s: %s instructions, not %s\n", name, $3, budget[name]
		failed++
	} else {
		printf "ok bench/%s: %s instructions of %s%s\n", name, $3, budget[name],
			$3 < budget[name] - slack(budget[name]) ? \
			"; lower the budget with tests/bench/run --lower" : ""
		passed++
	}
	delete budget[name]
}
END {
	for (name in budget) {
		printf "FAIL bench/%s: not measured\n", name
		failed++
	}
	printf "%d passed, %d failed\n", passed, failed
	exit failed > 0
}
