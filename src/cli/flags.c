// SPDX-License-Identifier: GPL-2.0-only
/* The flags of a segment, by their names, those that matter first. */
#include "flags.h"
#include "segment.h"

/**
 * flags_print() - "SYN,ACK"
 * @buf: FLAGS_MAX bytes
 * @flags: TCPFSM_SYN ...
 */
void flags_print(char *buf, u8 flags)
{
	static const struct {
		u8 flag;
		const char *name;
	} names[] = {
		{ TCPFSM_SYN, "SYN" }, { TCPFSM_FIN, "FIN" }, { TCPFSM_RST, "RST" },
		{ TCPFSM_PSH, "PSH" }, { TCPFSM_ACK, "ACK" }, { TCPFSM_URG, "URG" },
		{ TCPFSM_ECE, "ECE" }, { TCPFSM_CWR, "CWR" },
	};
	size_t i, used = 0;

	if (!flags)
		scnprintf(buf, FLAGS_MAX, "no flag");
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			used += scnprintf(buf + used, FLAGS_MAX - used, "%s%s", used ? "," : "",
					  names[i].name);
}
