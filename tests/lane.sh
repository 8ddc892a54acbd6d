# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For lanes of tests outside of a VM: how tests are named and counted, and how
# they fail. Sourced, with these set:
#
#	work		a directory for what the tests leave
#	patterns	shell patterns for names of tests; none: all
: "${work:?}"
declare -a patterns

# shellcheck disable=SC2034 # counted here, told by who sources this file
passed=0 failed=0

fail() {
	echo "$*"
	exit 1
}

wanted() {
	local pattern

	((${#patterns[@]})) || return 0
	for pattern in "${patterns[@]}"; do
		# shellcheck disable=SC2053 # it is a pattern
		[[ $1 != $pattern ]] || return 0
	done
	return 1
}

# check NAME COMMAND...
check() {
	local name=$1 log=$work/log

	shift
	wanted "$name" || return 0
	if ("$@") >"$log" 2>&1 </dev/null; then
		echo "ok $name$(sed -n 's/^NOTE: /: /p' "$log")"
		passed=$((passed + 1))
	else
		echo "FAIL $name: $(tail -n 1 "$log")"
		sed '$d; s/^/    /' "$log" | tail -n 40
		failed=$((failed + 1))
	fi
}

# same WHAT WANT GOT
same() {
	[[ $2 == "$3" ]] || fail "$1 differ: $(diff <(echo "$2") <(echo "$3"))"
}

# has TEXT WORD...: the line about the flow has all these words
has() {
	local word

	for word in "${@:2}"; do
		[[ " $1 " == *" $word "* ]] || fail "lacks $word: $1"
	done
}
