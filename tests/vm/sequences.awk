# SPDX-License-Identifier: GPL-2.0-only
#
# Reads a trace buffer; prints "view<TAB>sequence" for each flow to `port`.
# views: "INODE=NAME ...". A step is both endpoints' states after an event of
# tcpfsm_set_state, with ? for an inferred one and ! for a retracted one. An
# event whose old state is not the state before it is printed as BROKEN.

BEGIN {
	split("CLOSE CL LISTEN LI SYN_SENT SS SYN_RECV SR ESTABLISHED ES FIN_WAIT1 F1 " \
	      "FIN_WAIT2 F2 CLOSING CG TIME_WAIT TW CLOSE_WAIT CW LAST_ACK LA", pair, " ")
	for (i = 1; i in pair; i += 2)
		short["TCP_" pair[i]] = pair[i + 1]
	n = split(views, pair, " ")
	for (i = 1; i <= n; i++) {
		split(pair[i], half, "=")
		view[half[1]] = half[2]
	}
	mark["inferred"] = "?"
	mark["retracted"] = "!"
}

/ tcpfsm_set_state: / {
	split("", f)
	for (i = 1; i <= NF; i++)
		if (p = index($i, "="))
			f[substr($i, 1, p - 1)] = substr($i, p + 1)
	if (!(f["netns"] in view))
		next
	if (f[f["endpoint"] == "client" ? "dport" : "sport"] != port)
		next
	id = f["flow"]
	old = short[f["oldstate"]]
	new = short[f["newstate"]]
	if (!(id in sequence)) {
		order[++flows] = id
		where[id] = view[f["netns"]]
		now[id, "client"] = "CL"
		now[id, "server"] = "LI"
		if (f["endpoint"] == "server")
			now[id, "server"] = old
	}
	if (now[id, f["endpoint"]] != old)
		sequence[id] = sequence[id] " BROKEN(" f["endpoint"] " " old ")"
	now[id, f["endpoint"]] = new
	sequence[id] = sequence[id] " " now[id, "client"] "/" now[id, "server"] mark[f["certainty"]]
}

END {
	for (i = 1; i <= flows; i++)
		print where[order[i]] "\t" substr(sequence[order[i]], 2)
}
