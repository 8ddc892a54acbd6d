/* SPDX-License-Identifier: GPL-2.0-only */
/* A capture, read through the rules of src/core. */
#ifndef TCPFSM_CLI_READING_H
#define TCPFSM_CLI_READING_H

#include "flows.h"
#include "page.h"
#include "view.h"

/**
 * struct reading - a run through a capture
 * @view: where it was taken
 * @at: that was given as a place
 * @checksums: wrong ones count
 * @shown: something is shown on the terminal meanwhile: no progress there
 * @flows: the flows
 * @cut: packets of which too little was captured to tell, or to read TCP
 * @malformed: TCP packets with damaged headers
 * @fragments: fragments without a TCP header
 * @other: packets that are not TCP
 * @told_ms: when progress was last told, or the run began
 * @progress: whether it has been
 */
struct reading {
	struct view view;
	bool at;
	bool checksums;
	bool shown;
	struct flows flows;
	u64 cut;
	u64 malformed;
	u64 fragments;
	u64 other;
	u64 told_ms;
	bool progress;
};

enum {
	READING_AT = PAGE_FIRST + 100, READING_LOCAL, READING_CHECKSUMS, READING_SET,
};

/* For the list of options of a subcommand that reads captures. */
#define READING_OPTIONS								\
	{ READING_AT, "at", "PLACE",						\
	  "where the capture was taken: router (default), client or server. Only at an endpoint's own host the arrival of a segment is seen; elsewhere it is inferred" }, \
	{ READING_LOCAL, "local", "PREFIX",					\
	  "the capture was taken on a host with these addresses, as 192.0.2.7 or 2001:db8::/64; may be given several times" }, \
	{ READING_CHECKSUMS, "checksums", NULL,					\
	  "segments with a wrong TCP checksum prove nothing. Not by default: a sender's own host captures them before its card sums them up" }, \
	{ READING_SET, "set", "NAME=N",						\
	  "seconds, as net.tcpfsm.NAME: time_wait, linger, timeout_syn_sent ..." }

#define READING_HELP								\
	"Link types: Ethernet, Linux cooked (SLL, SLL2), raw IP, NULL, LOOP, PPPoE; VLAN tags\n" \
	"and PPPoE sessions in them. Times are the capture's, in UTC; one that goes back\n" \
	"counts as the latest before it."

void reading_init(struct reading *reading);
bool reading_option(struct reading *reading, int option, const char *value);
bool reading_is_clear(const struct reading *reading);
int reading_run(struct reading *reading, const char *path,
		void (*finish)(struct reading *reading));
void reading_free(struct reading *reading);

#endif
