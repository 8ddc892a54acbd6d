// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ss shows and no event does: sockets in TIME_WAIT and SYN_RECV, and
 * orphans in FIN_WAIT2. They are asked for as ss does (sock_diag), and what is
 * new since the last time is written into the trace buffer, between the events.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "samples.h"

#define PLACES 2
#define KNOWN 131072

struct known {
	struct inet_diag_sockid id;
	uint32_t round;
	uint8_t state;
};

static struct place {
	const char *name;
	int fd;
	uint32_t round;
	struct known *known;
} places[PLACES];
static int opened;

int samples_open(int ns, const char *name)
{
	struct place *place = &places[opened];

	if (setns(ns, CLONE_NEWNET))
		err(1, "setns");
	place->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	place->known = calloc(KNOWN, sizeof(*place->known));
	place->name = name;
	if (place->fd < 0 || !place->known)
		err(1, "sock_diag");
	return opened++;
}

static void write_line(int marker, const char *line, int len)
{
	if (write(marker, line, len) != len)
		err(1, "trace_marker");
}

static void tell(const struct place *place, int marker, const struct inet_diag_msg *msg)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN], line[256];
	static const char *const names[] = {
		[TCP_SYN_RECV] = "SYN_RECV", [TCP_FIN_WAIT2] = "FIN_WAIT2",
		[TCP_TIME_WAIT] = "TIME_WAIT",
	};
	const char *mapped = msg->idiag_family == AF_INET ? "::ffff:" : "";

	inet_ntop(msg->idiag_family, msg->id.idiag_src, from, sizeof(from));
	inet_ntop(msg->idiag_family, msg->id.idiag_dst, to, sizeof(to));
	write_line(marker, line, snprintf(line, sizeof(line), "ss %s %s %s%s %u %s%s %u\n",
					  place->name, names[msg->idiag_state], mapped, from,
					  ntohs(msg->id.idiag_sport), mapped, to,
					  ntohs(msg->id.idiag_dport)));
}

static void look_at(struct place *place, int marker, const struct inet_diag_msg *msg, bool all)
{
	const uint32_t *src = msg->id.idiag_src, *dst = msg->id.idiag_dst;
	uint32_t at = (msg->id.idiag_sport * 2654435761u ^ msg->id.idiag_dport * 40503u ^
		       src[0] ^ src[3] ^ dst[0] ^ dst[3]) * 2654435761u >> 8;
	const size_t size = offsetof(struct inet_diag_sockid, idiag_if);
	struct known *known;

	for (;; at++) {
		known = &place->known[at % KNOWN];
		if (!known->state || !memcmp(&known->id, &msg->id, size))
			break;
	}
	/* A socket that has been seen like this in the last round is no news. */
	if (all || known->state != msg->idiag_state || known->round + 1 != place->round)
		tell(place, marker, msg);
	known->id = msg->id;
	known->state = msg->idiag_state;
	known->round = place->round;
}

/* One dump of a family; every socket is counted, those of interest are told. */
static void dump(struct place *place, int family, int marker, struct census *census, bool all)
{
	const uint32_t told = 1 << TCP_SYN_RECV | 1 << TCP_FIN_WAIT2 | 1 << TCP_TIME_WAIT;
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} ask = {
		.header = {
			.nlmsg_len = sizeof(ask),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.request = {
			.sdiag_family = family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = ~(1u << TCP_LISTEN),
		},
	};
	static char buffer[1 << 16];
	const struct inet_diag_msg *msg;
	struct nlmsghdr *header;
	int len;

	if (send(place->fd, &ask, sizeof(ask), 0) != sizeof(ask))
		err(1, "sock_diag");
	for (;;) {
		len = recv(place->fd, buffer, sizeof(buffer), 0);
		if (len <= 0)
			err(1, "sock_diag");
		for (header = (struct nlmsghdr *)buffer; NLMSG_OK(header, (unsigned int)len);
		     header = NLMSG_NEXT(header, len)) {
			if (header->nlmsg_type == NLMSG_DONE)
				return;
			if (header->nlmsg_type == NLMSG_ERROR)
				errx(1, "sock_diag refused");
			msg = NLMSG_DATA(header);
			if (msg->idiag_state < 16)
				census->state[msg->idiag_state]++;
			if (1 << msg->idiag_state & told)
				look_at(place, marker, msg, all);
		}
	}
}

void samples_take(int which, int marker, struct census *census, bool all)
{
	struct place *place = &places[which];
	char line[64];

	memset(census, 0, sizeof(*census));
	place->round++;
	write_line(marker, line, snprintf(line, sizeof(line), "ss %s begin\n", place->name));
	dump(place, AF_INET, marker, census, all);
	dump(place, AF_INET6, marker, census, all);
	write_line(marker, line, snprintf(line, sizeof(line), "ss %s %s\n", place->name,
					  all ? "all" : "end"));
}
