# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loading and unloading.

describes_itself() {
	local field parameter

	modinfo "$ko" >"$results/modinfo" || fail modinfo
	for field in description author version; do
		grep -Eq "^$field: +[^ ]" "$results/modinfo" || fail "no $field: $(cat "$results/modinfo")"
	done
	grep -Eqx 'license: +GPL( v2)?' "$results/modinfo" || fail "$(grep license "$results/modinfo")"
	for parameter in max_flows hashsize max_half_open; do
		grep -Eq "^parm: +$parameter:.{10,}\(uint\)" "$results/modinfo" || fail "no $parameter"
	done
}
once lifecycle/modinfo - describes_itself

# left: what of the module is still there
left() {
	local path

	for path in /sys/module/tcpfsm /proc/tcpfsm /proc/net/tcpfsm /proc/net/stat/tcpfsm \
		/proc/net/tcpfsm_listeners /proc/sys/net/tcpfsm "$tracing/events/tcpfsm" \
		/sys/kernel/debug/tcpfsm /sys/kernel/slab/tcpfsm*; do
		# A link that leads nowhere is what the kernel leaves of a cache that it
		# might have merged with another.
		[[ ! -e $path ]] || echo "$path"
	done
	grep '^tcpfsm' /proc/slabinfo || true
}

bad_parameters() {
	local parameter name

	: >"$results/reload"
	unload
	for parameter in max_flows=0 max_flows=15 max_flows=16777217 max_flows=-1 max_flows=abc max_flows= \
		hashsize=-1 hashsize=15 hashsize=16777217 hashsize=x \
		max_half_open=-1 max_half_open=15 max_half_open=262145 nonsense=1; do
		name=${parameter%%=*}
		dmesg -c >/dev/null
		if [[ $name == nonsense ]]; then
			# The kernel's rule: told, and ignored.
			insmod "$ko" "$parameter" || fail "$parameter: not loaded"
			rmmod tcpfsm
		else
			! insmod "$ko" "$parameter" 2>/dev/null || fail "$parameter was taken"
		fi
		dmesg | grep -Eq "tcpfsm: .*$name" || fail "$parameter: no word in the log: $(dmesg | tail -n 3)"
		[[ ! $(left) ]] || fail "$parameter: $(left)"
	done
}
once lifecycle/bad-parameters - bad_parameters

good_parameters() {
	: >"$results/reload"
	unload
	load max_flows=1000 hashsize=33 max_half_open=100
	[[ $(</sys/module/tcpfsm/parameters/max_flows) == 1000 ]] || fail "max_flows"
	[[ $(</sys/module/tcpfsm/parameters/hashsize) == 64 ]] || fail "hashsize is $(</sys/module/tcpfsm/parameters/hashsize), not 64"
	[[ $(</sys/module/tcpfsm/parameters/max_half_open) == 100 ]] || fail "max_half_open"
	[[ $(head -n 1 /proc/tcpfsm) == *' max_flows=1000 '* ]] || fail "$(head -n 1 /proc/tcpfsm)"
	unload
	load
	[[ $(</sys/module/tcpfsm/parameters/max_flows) == 262144 ]] || fail "max_flows"
	[[ $(</sys/module/tcpfsm/parameters/max_half_open) == 65536 ]] || fail "max_half_open"
}
once lifecycle/good-parameters - good_parameters

# A reader that has the file open does not keep the module, nor does the module
# pull the file from under it.
open_file() {
	: >"$results/reload"
	exec {file}</proc/tcpfsm
	read -ru "$file"
	[[ $REPLY == '# tcpfsm '* ]] || fail "$REPLY"
	unload
	! read -ru "$file" 2>/dev/null || fail "a read after the module has gone: $REPLY"
	exec {file}<&-
	[[ ! $(left) ]] || fail "left: $(left)"
}
once lifecycle/open-file - open_file

# The first hook of a kind patches the kernel's code, and the last that goes
# patches it back. QEMU's emulated processors do not always survive that while
# another one runs the same code ("Oops: int3"), so a hook of each kind stays.
keep_hooks() {
	undo nft delete table inet anchor
	nft -f - <<-'END' || fail nft
		add table inet anchor
		add chain inet anchor input { type filter hook input priority 0; }
		add chain inet anchor forward { type filter hook forward priority 0; }
		add chain inet anchor output { type filter hook output priority 0; }
	END
}

# Loaded and unloaded while connections come and go and everything is read.
two_hundred() {
	keep_hooks
	: >"$results/reload"
	unload
	mkdir "$instance"
	while :; do
		"$bin/crowd" client server "$server" "$port" 300 >/dev/null
		"$bin/crowd" client client "$client" "$port" 300 >/dev/null
		pause 0.05
	done &
	while :; do
		{ cat /proc/tcpfsm /proc/net/stat/tcpfsm; } >/dev/null 2>&1
		within client read /proc/tcpfsm 100 >/dev/null 2>&1
		cat "$instance/trace" >/dev/null 2>&1
		pause 0.05
	done &
	"$bin/churn" "$ko" 200 "$instance" || fail "$(dmesg | tail -n 5)"
	[[ ! $(left) ]] || fail "left: $(left)"
	rmdir "$instance"
	# Connections still work, of course; the port is in use by the crowd.
	port=$((port + 4000)) talk "${opening[@]}" c.send=1000 s.recv=1000 "${closing[@]}"
}
once lifecycle/200-rounds direct two_hundred
