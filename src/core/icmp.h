/* SPDX-License-Identifier: GPL-2.0-only */
/* ICMP errors: about which segment, what is wrong, and who says so. */
#ifndef TCPFSM_ICMP_H
#define TCPFSM_ICMP_H

#include "flow.h"

/* X(name, of ICMPv6, type): the types that are errors (RFC 792, RFC 4443 2.1). */
#define TCPFSM_ICMP_CLASSES(X)			\
	X(UNREACHABLE, false, 3)		\
	X(TIME_EXCEEDED, false, 11)		\
	X(PARAMETER, false, 12)			\
	X(UNREACHABLE6, true, 1)		\
	X(TOO_BIG6, true, 2)			\
	X(TIME_EXCEEDED6, true, 3)		\
	X(PARAMETER6, true, 4)

/* A flow has 3 bits for it. */
enum tcpfsm_icmp_class {
	TCPFSM_ICMP_NONE,
#define X(name, is_ip6, type) TCPFSM_ICMP_##name,
	TCPFSM_ICMP_CLASSES(X)
#undef X
	TCPFSM_ICMP_CLASS_MAX
};

/* The code that is about length, for which ICMPv6 has a type (RFC 1191). */
#define TCPFSM_ICMP_FRAG_NEEDED 4

/* X(class, code, word, text); what means the same has the same word in both families. */
#define TCPFSM_ICMP_CODES(X)							\
	X(UNREACHABLE, 0, net_unreachable, "no route")				\
	X(UNREACHABLE, 1, host_unreachable, "no such host on its link, or no answer of it") \
	X(UNREACHABLE, 2, protocol_unreachable, "that host knows no TCP, or a firewall says so") \
	X(UNREACHABLE, 3, port_unreachable, "a firewall rejects; a host would send a RST") \
	X(UNREACHABLE, TCPFSM_ICMP_FRAG_NEEDED, frag_needed,			\
	  "too long for a link, and not to be fragmented")			\
	X(UNREACHABLE, 5, source_route_failed, "source route failed")		\
	X(UNREACHABLE, 6, net_unknown, "no such network")			\
	X(UNREACHABLE, 7, host_unknown, "no such host")				\
	X(UNREACHABLE, 8, source_isolated, "the sender's host is isolated")	\
	X(UNREACHABLE, 9, net_prohibited, "that network is administratively prohibited") \
	X(UNREACHABLE, 10, host_prohibited, "that host is administratively prohibited") \
	X(UNREACHABLE, 11, net_tos, "no route for this type of service")	\
	X(UNREACHABLE, 12, host_tos, "no way to that host for this type of service") \
	X(UNREACHABLE, 13, admin_prohibited, "administratively prohibited: a firewall rejects") \
	X(UNREACHABLE, 14, precedence_violation, "that precedence is not permitted")	\
	X(UNREACHABLE, 15, precedence_cutoff, "the precedence is too low here")	\
	X(TIME_EXCEEDED, 0, ttl_exceeded, "too many routers: a loop, or a small TTL")	\
	X(TIME_EXCEEDED, 1, reassembly_timeout, "a fragment did not come")	\
	X(PARAMETER, 0, bad_header, "a field of the IP header is wrong")	\
	X(PARAMETER, 1, option_missing, "an option that is demanded is missing") \
	X(PARAMETER, 2, bad_length, "a wrong length")				\
	X(UNREACHABLE6, 0, net_unreachable, "no route")				\
	X(UNREACHABLE6, 1, admin_prohibited, "administratively prohibited: a firewall rejects") \
	X(UNREACHABLE6, 2, beyond_scope, "beyond the scope of the source address")	\
	X(UNREACHABLE6, 3, host_unreachable, "no such host on its link, or no answer of it") \
	X(UNREACHABLE6, 4, port_unreachable, "a firewall rejects; a host would send a RST") \
	X(UNREACHABLE6, 5, policy_failed, "the source address failed ingress or egress policy") \
	X(UNREACHABLE6, 6, route_rejected, "the route is one that rejects")	\
	X(UNREACHABLE6, 7, source_route_failed, "source route failed")		\
	X(TOO_BIG6, 0, too_big, "too long for a link")				\
	X(TIME_EXCEEDED6, 0, ttl_exceeded, "too many routers: a loop, or a small hop limit") \
	X(TIME_EXCEEDED6, 1, reassembly_timeout, "a fragment did not come")	\
	X(PARAMETER6, 0, bad_header, "a field of the IP header is wrong")	\
	X(PARAMETER6, 1, unknown_header, "a next header that is not known")	\
	X(PARAMETER6, 2, unknown_option, "an option that is not known")

/* The ICMP header, which an error quotes a packet behind (RFC 792, RFC 4443 3.1). */
#define TCPFSM_ICMP_HEADER 8
/* What is quoted of TCP at least (RFC 792), and all that is needed of it. */
#define TCPFSM_ICMP_QUOTED 8
/*
 * So much of an ICMP message is enough: with any options of IPv4, and as many extension
 * headers of IPv6 as packets have.
 */
#define TCPFSM_ICMP_BYTES 192

/**
 * struct tcpfsm_icmp - an ICMP error about a TCP segment
 * @addr: of the quoted segment, its sender first; an IPv4 one in the first 4 bytes
 * @port: its source and destination port
 * @seq: its sequence number
 * @class: enum tcpfsm_icmp_class
 * @code: of the ICMP header
 */
struct tcpfsm_icmp {
	u8 addr[2][16];
	u16 port[2];
	u32 seq;
	u8 class;
	u8 code;
};

enum tcpfsm_icmp_kind {
	TCPFSM_ICMP_OTHER,	/* no error, or not about the begin of a TCP segment */
	TCPFSM_ICMP_ERROR,	/* about a TCP segment */
	TCPFSM_ICMP_DAMAGED,	/* an error that quotes too little, or no packet of its family */
};

/* Room for the name of an error. */
#define TCPFSM_ICMP_NAME_MAX 24

enum tcpfsm_icmp_kind tcpfsm_icmp_parse(struct tcpfsm_icmp *icmp, bool is_ip6, const u8 *at,
					u32 have);
bool tcpfsm_icmp_take(struct tcpfsm_flow *flow, unsigned int who, const struct tcpfsm_icmp *icmp,
		      const void *from);
const void *tcpfsm_icmp_from(const struct tcpfsm_flow *flow);
unsigned int tcpfsm_icmp_type(unsigned int class);
int tcpfsm_icmp_name(char *buf, size_t size, unsigned int class, unsigned int code);

#endif
