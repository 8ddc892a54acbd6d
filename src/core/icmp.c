// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors. They move no state: a host may go on in spite of one (RFC 1122
 * 4.2.3.9, RFC 5461), and anybody may send one. What they are good for is to
 * say why nothing comes back.
 */
#include "bytes.h"
#include "icmp.h"

#define IP4_HEADER_MIN 20
#define IP4_OFFSET 0x1fff
#define PROTOCOL_TCP 6

static u8 class_of(bool is_ip6, u8 type)
{
	static const struct {
		bool is_ip6;
		u8 type;
	} classes[] = {
#define X(name, is_ip6, type) { is_ip6, type },
		TCPFSM_ICMP_CLASSES(X)
#undef X
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].is_ip6 == is_ip6 && classes[i].type == type)
			return i + 1;
	return TCPFSM_ICMP_NONE;
}

/* The ports and the sequence number, which stand in front. An IP header is there. */
static enum tcpfsm_icmp_kind read_tcp(struct tcpfsm_icmp *icmp, const u8 *at, u32 have, u32 offset)
{
	if (offset > have - TCPFSM_ICMP_QUOTED)
		return TCPFSM_ICMP_DAMAGED;
	icmp->port[0] = tcpfsm_be16(at + offset);
	icmp->port[1] = tcpfsm_be16(at + offset + 2);
	icmp->seq = tcpfsm_be32(at + offset + 4);
	return TCPFSM_ICMP_ERROR;
}

static enum tcpfsm_icmp_kind read_ip4(struct tcpfsm_icmp *icmp, const u8 *ip, u32 have)
{
	u32 header;

	if (have < IP4_HEADER_MIN || ip[0] >> 4 != 4)
		return TCPFSM_ICMP_DAMAGED;
	if (ip[9] != PROTOCOL_TCP || tcpfsm_be16(ip + 6) & IP4_OFFSET)
		return TCPFSM_ICMP_OTHER;
	header = (ip[0] & 0xf) * 4;
	if (header < IP4_HEADER_MIN)
		return TCPFSM_ICMP_DAMAGED;
	memcpy(icmp->addr[0], ip + 12, 4);
	memcpy(icmp->addr[1], ip + 16, 4);
	return read_tcp(icmp, ip, have, header);
}

/* Whom the packet was for in the end, where a routing header says so. */
static bool read_target(struct tcpfsm_icmp *icmp, const u8 *ip, u32 have,
			const struct tcpfsm_ip6_walk *walk)
{
	if (!walk->target)
		return true;
	if (walk->target > have - sizeof(icmp->addr[1]))
		return false;
	memcpy(icmp->addr[1], ip + walk->target, sizeof(icmp->addr[1]));
	return true;
}

static enum tcpfsm_icmp_kind read_ip6(struct tcpfsm_icmp *icmp, const u8 *ip, u32 have)
{
	struct tcpfsm_ip6_walk walk;
	enum tcpfsm_walk next;
	unsigned int n;

	if (have < TCPFSM_IP6_HEADER || ip[0] >> 4 != 6)
		return TCPFSM_ICMP_DAMAGED;
	memcpy(icmp->addr[0], ip + 8, sizeof(icmp->addr[0]));
	memcpy(icmp->addr[1], ip + 24, sizeof(icmp->addr[1]));
	next = tcpfsm_ip6_begin(&walk, ip[6]);
	for (n = 0; next == TCPFSM_WALK_MORE && n < TCPFSM_IP6_EXT_MAX; n++) {
		if (walk.offset > have - TCPFSM_IP6_EXT_MIN)
			return TCPFSM_ICMP_DAMAGED;
		next = tcpfsm_ip6_step(&walk, ip + walk.offset);
	}
	if (next != TCPFSM_WALK_TCP)
		return TCPFSM_ICMP_OTHER;
	if (!read_target(icmp, ip, have, &walk))
		return TCPFSM_ICMP_DAMAGED;
	return read_tcp(icmp, ip, have, walk.offset);
}

/**
 * tcpfsm_icmp_parse() - is it an error about a TCP segment, and about which?
 * @icmp: filled in for TCPFSM_ICMP_ERROR
 * @is_ip6: it is ICMPv6
 * @at: the message, from the ICMP header on
 * @have: how many bytes stand at @at, the whole message or as much as is at hand
 *
 * The checksum is the caller's matter.
 *
 * Context: any.
 * Return: what it is.
 */
enum tcpfsm_icmp_kind tcpfsm_icmp_parse(struct tcpfsm_icmp *icmp, bool is_ip6, const u8 *at,
					u32 have)
{
	u8 class;

	if (!have)
		return TCPFSM_ICMP_OTHER;
	class = class_of(is_ip6, at[0]);
	if (class == TCPFSM_ICMP_NONE)
		return TCPFSM_ICMP_OTHER;
	if (have < TCPFSM_ICMP_HEADER)
		return TCPFSM_ICMP_DAMAGED;
	memset(icmp, 0, sizeof(*icmp));
	icmp->class = class;
	icmp->code = at[1];
	at += TCPFSM_ICMP_HEADER;
	have -= TCPFSM_ICMP_HEADER;
	return is_ip6 ? read_ip6(icmp, at, have) : read_ip4(icmp, at, have);
}

/*
 * May it be about a segment that is on its way (RFC 5927 4.1)? Its number lies between what
 * Y has acknowledged and what X sends next, which is where an ACK without data stands: as
 * tcp_v4_err() has it. Who does not see the connection has 2^32 numbers to guess from.
 */
static bool is_plausible(const struct tcpfsm_flow *flow, unsigned int who, u32 seq)
{
	const struct tcpfsm_endpoint *x = &flow->end[tcpfsm_index(flow, who)];
	const struct tcpfsm_endpoint *y = &flow->end[tcpfsm_index(flow, !who)];

	if (flow->flags & TCPFSM_FLOW_LOOSE)
		return true;
	if (!tcpfsm_has_fact(x, TCPFSM_FACT_S))
		return false;
	return tcpfsm_within(seq, y->marks & TCPFSM_MARK_RCV ? y->rcv_nxt : x->isn, x->snd_nxt);
}

/**
 * tcpfsm_icmp_take() - an ICMP error about a segment of a flow has passed
 * @flow: the flow
 * @who: enum tcpfsm_role of who sent the segment that is quoted
 * @icmp: the error
 * @from: 16 bytes that say who sent the error, in the terms of whoever keeps the flow
 *
 * The flow keeps the latest one. No state, no measurement and no time of it moves.
 *
 * Context: any; the caller serialises calls for one flow.
 * Return: false if no such segment can be on its way; nothing was changed.
 */
bool tcpfsm_icmp_take(struct tcpfsm_flow *flow, unsigned int who, const struct tcpfsm_icmp *icmp,
		      const void *from)
{
	if (!is_plausible(flow, who, icmp->seq))
		return false;
	flow->icmp_class = icmp->class;
	flow->icmp_code = icmp->code;
	flow->icmp_of = tcpfsm_index(flow, who);
	if (flow->icmp_count < TCPFSM_ICMP_COUNT_MAX)
		flow->icmp_count++;
	/* Else the times of FINs stand there. */
	if (flow->first_fin == TCPFSM_NOBODY)
		memcpy(flow->icmp_from, from, sizeof(flow->icmp_from));
	return true;
}

/**
 * tcpfsm_icmp_from() - who sent the latest ICMP error?
 * @flow: the flow
 *
 * Not known once an end has sent a FIN: its time takes that place.
 *
 * Return: the 16 bytes that tcpfsm_icmp_take() was given, or NULL.
 */
const void *tcpfsm_icmp_from(const struct tcpfsm_flow *flow)
{
	static const u8 nobody[sizeof(flow->icmp_from)];

	if (flow->first_fin != TCPFSM_NOBODY ||
	    !memcmp(flow->icmp_from, nobody, sizeof(nobody)))
		return NULL;
	return flow->icmp_from;
}

/**
 * tcpfsm_icmp_type() - the type that a class of errors has
 * @class: enum tcpfsm_icmp_class
 *
 * Return: type of ICMP or ICMPv6; 0 for TCPFSM_ICMP_NONE.
 */
unsigned int tcpfsm_icmp_type(unsigned int class)
{
	static const u8 types[] = {
		[TCPFSM_ICMP_NONE] = 0,
#define X(name, is_ip6, type) [TCPFSM_ICMP_##name] = type,
		TCPFSM_ICMP_CLASSES(X)
#undef X
	};

	return types[class % TCPFSM_ICMP_CLASS_MAX];
}

/**
 * tcpfsm_icmp_name() - an error as /proc/tcpfsm calls it
 * @buf: TCPFSM_ICMP_NAME_MAX bytes hold the longest name
 * @size: of @buf
 * @class: enum tcpfsm_icmp_class, not TCPFSM_ICMP_NONE
 * @code: of the ICMP header
 *
 * A code that has no name is written as type/code.
 *
 * Return: bytes written, without the end of the string.
 */
int tcpfsm_icmp_name(char *buf, size_t size, unsigned int class, unsigned int code)
{
	static const struct {
		u8 class;
		u8 code;
		const char *word;
	} codes[] = {
#define X(class, code, word, text) { TCPFSM_ICMP_##class, code, #word },
		TCPFSM_ICMP_CODES(X)
#undef X
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i].class == class && codes[i].code == code)
			return scnprintf(buf, size, "%s", codes[i].word);
	return scnprintf(buf, size, "%u/%u", tcpfsm_icmp_type(class), code);
}
