// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors: what is read of one, which flow's segment it can be about, and
 * that it moves nothing. Every buffer is allocated at its exact size, so that a
 * read past it is seen.
 */
#include "script.h"

#include <stdlib.h>

#include "icmp.h"

/* Types and codes of IANA. */
enum { UNREACHABLE = 3, TIME_EXCEEDED = 11, PARAMETER = 12 };
enum { UNREACHABLE6 = 1, TOO_BIG6 = 2, TIME_EXCEEDED6 = 3, PARAMETER6 = 4 };

#define MESSAGE_MAX 512

struct message {
	u8 at[MESSAGE_MAX];
	u32 have;
};

static void append(struct message *message, const void *bytes, size_t len)
{
	memcpy(message->at + message->have, bytes, len);
	message->have += len;
}

static void begin(struct message *message, u8 type, u8 code)
{
	const u8 header[8] = { type, code, 0xbe, 0xef };

	message->have = 0;
	append(message, header, sizeof(header));
}

/* Ports 0x1234 and 80, sequence number 0xf1020304. */
static void quote_tcp(struct message *message)
{
	append(message, "\x12\x34\0\x50\xf1\2\3\4", 8);
}

/* From 10.0.1.1 to 10.0.2.1. @words of header, fragment field and protocol as said. */
static struct message about_ip4(u8 type, u8 code, u8 words, u16 fragment, u8 protocol)
{
	const u8 ip[20] = {
		0x40 | words, 0, 0, 60, 0, 1, fragment >> 8, fragment, 64, protocol, 0, 0,
		10, 0, 1, 1, 10, 0, 2, 1,
	};
	static const u8 options[40];
	struct message message;

	begin(&message, type, code);
	append(&message, ip, sizeof(ip));
	if (words > 5)
		append(&message, options, (words - 5) * 4);
	quote_tcp(&message);
	return message;
}

/* From 2001:db8::1 to 2001:db8::2, with what stands between the header and TCP. */
static struct message about_ip6(u8 type, u8 code, u8 next, const void *between, size_t len)
{
	const u8 ip[40] = {
		0x60, 0, 0, 0, 0, 20, next, 64,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	};
	struct message message;

	begin(&message, type, code);
	append(&message, ip, sizeof(ip));
	append(&message, between, len);
	quote_tcp(&message);
	return message;
}

static enum tcpfsm_icmp_kind parse(struct tcpfsm_icmp *icmp, bool is_ip6,
				   const struct message *message, u32 have)
{
	u8 *exact = malloc(have ? have : 1);
	enum tcpfsm_icmp_kind kind;

	memcpy(exact, message->at, have);
	memset(icmp, 0xa5, sizeof(*icmp));
	kind = tcpfsm_icmp_parse(icmp, is_ip6, exact, have);
	free(exact);
	return kind;
}

static enum tcpfsm_icmp_kind parse_all(struct tcpfsm_icmp *icmp, bool is_ip6,
				       struct message message)
{
	return parse(icmp, is_ip6, &message, message.have);
}

static void assert_quoted(const struct tcpfsm_icmp *icmp, u8 class, u8 code)
{
	assert_int_equal(icmp->class, class);
	assert_int_equal(icmp->code, code);
	assert_int_equal(icmp->port[0], 0x1234);
	assert_int_equal(icmp->port[1], 80);
	assert_int_equal(icmp->seq, 0xf1020304);
}

TEST(ip4)
{
	static const u8 from[16] = { 10, 0, 1, 1 }, to[16] = { 10, 0, 2, 1 };
	struct tcpfsm_icmp icmp;

	assert_int_equal(parse_all(&icmp, false, about_ip4(UNREACHABLE, 13, 5, 0, 6)),
			 TCPFSM_ICMP_ERROR);
	assert_quoted(&icmp, TCPFSM_ICMP_UNREACHABLE, 13);
	assert_memory_equal(icmp.addr[0], from, 16);
	assert_memory_equal(icmp.addr[1], to, 16);
	assert_int_equal(parse_all(&icmp, false, about_ip4(TIME_EXCEEDED, 0, 15, 0x4000, 6)),
			 TCPFSM_ICMP_ERROR);
	assert_quoted(&icmp, TCPFSM_ICMP_TIME_EXCEEDED, 0);
	assert_int_equal(parse_all(&icmp, false, about_ip4(PARAMETER, 200, 6, 0, 6)),
			 TCPFSM_ICMP_ERROR);
	assert_quoted(&icmp, TCPFSM_ICMP_PARAMETER, 200);
}

TEST(ip6)
{
	static const u8 from[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	static const u8 to[16] = { 0x20, 1, 0xd, 0xb8, [15] = 2 };
	static const u8 types[] = { UNREACHABLE6, TOO_BIG6, TIME_EXCEEDED6, PARAMETER6 };
	struct tcpfsm_icmp icmp;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		assert_int_equal(parse_all(&icmp, true, about_ip6(types[i], 1, 6, "", 0)),
				 TCPFSM_ICMP_ERROR);
		assert_quoted(&icmp, TCPFSM_ICMP_UNREACHABLE6 + i, 1);
		assert_memory_equal(icmp.addr[0], from, 16);
		assert_memory_equal(icmp.addr[1], to, 16);
	}
}

/* Every type that is no error of that family (RFC 792, RFC 4443), redirects among them. */
TEST(no_error)
{
	struct tcpfsm_icmp icmp;
	unsigned int type;

	for (type = 0; type < 256; type++) {
		bool is_error = type == UNREACHABLE || type == TIME_EXCEEDED || type == PARAMETER;
		bool is_error6 = type >= UNREACHABLE6 && type <= PARAMETER6;

		assert_int_equal(parse_all(&icmp, false, about_ip4(type, 0, 5, 0, 6)),
				 is_error ? TCPFSM_ICMP_ERROR : TCPFSM_ICMP_OTHER);
		assert_int_equal(parse_all(&icmp, true, about_ip6(type, 0, 6, "", 0)),
				 is_error6 ? TCPFSM_ICMP_ERROR : TCPFSM_ICMP_OTHER);
	}
}

/* Of other protocols, and of fragments that have no ports. */
TEST(not_about_tcp)
{
	struct message message;
	struct tcpfsm_icmp icmp;

	assert_int_equal(parse_all(&icmp, false, about_ip4(UNREACHABLE, 3, 5, 0, 17)),
			 TCPFSM_ICMP_OTHER);
	assert_int_equal(parse_all(&icmp, false, about_ip4(UNREACHABLE, 3, 5, 0x0001, 6)),
			 TCPFSM_ICMP_OTHER);
	/* The first one has them. */
	assert_int_equal(parse_all(&icmp, false, about_ip4(UNREACHABLE, 3, 5, 0x2000, 6)),
			 TCPFSM_ICMP_ERROR);
	assert_int_equal(parse_all(&icmp, true, about_ip6(UNREACHABLE6, 4, 17, "", 0)),
			 TCPFSM_ICMP_OTHER);
	assert_int_equal(parse_all(&icmp, true, about_ip6(UNREACHABLE6, 4, 44,
							  "\6\0\0\x08\0\0\0\1", 8)),
			 TCPFSM_ICMP_OTHER);
	assert_int_equal(parse_all(&icmp, true, about_ip6(UNREACHABLE6, 4, 44,
							  "\6\0\0\1\0\0\0\1", 8)),
			 TCPFSM_ICMP_ERROR);
	/* The headers say that, and all that is left out may be what they are followed by. */
	message = about_ip4(UNREACHABLE, 3, 5, 0, 17);
	assert_int_equal(parse(&icmp, false, &message, 8 + 20), TCPFSM_ICMP_OTHER);
	message = about_ip6(UNREACHABLE6, 4, 17, "", 0);
	assert_int_equal(parse(&icmp, true, &message, 8 + 40), TCPFSM_ICMP_OTHER);
	message = about_ip6(UNREACHABLE6, 4, 60, "\x11\0\1\4\0\0\0\0", 8);
	assert_int_equal(parse(&icmp, true, &message, 8 + 40 + 8), TCPFSM_ICMP_OTHER);
}

/* An error of one family that quotes the other, and headers shorter than they can be. */
TEST(damaged)
{
	struct message message = about_ip4(UNREACHABLE, 0, 5, 0, 6);
	struct tcpfsm_icmp icmp;
	unsigned int words, version;

	for (words = 0; words < 5; words++) {
		message.at[8] = 0x40 | words;
		assert_int_equal(parse_all(&icmp, false, message), TCPFSM_ICMP_DAMAGED);
	}
	for (version = 0; version < 16; version++) {
		message.at[8] = version << 4 | 5;
		assert_int_equal(parse_all(&icmp, false, message),
				 version == 4 ? TCPFSM_ICMP_ERROR : TCPFSM_ICMP_DAMAGED);
	}
	message = about_ip6(UNREACHABLE6, 0, 6, "", 0);
	for (version = 0; version < 16; version++) {
		message.at[8] = version << 4;
		assert_int_equal(parse_all(&icmp, true, message),
				 version == 6 ? TCPFSM_ICMP_ERROR : TCPFSM_ICMP_DAMAGED);
	}
}

/* Cut anywhere it is damaged, and the first byte alone says whether it is an error at all. */
static void cut_everywhere(bool is_ip6, const struct message *message)
{
	struct tcpfsm_icmp icmp;
	u32 have;

	for (have = 1; have < message->have; have++)
		assert_int_equal(parse(&icmp, is_ip6, message, have), TCPFSM_ICMP_DAMAGED);
	assert_int_equal(parse(&icmp, is_ip6, message, message->have), TCPFSM_ICMP_ERROR);
	assert_int_equal(parse(&icmp, is_ip6, message, 0), TCPFSM_ICMP_OTHER);
}

/* To be visited: 2001:db8::9 (RFC 8754 2). */
#define ROUTING								\
	"\6\2\4\1\0\0\0\0\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09"

TEST(cut)
{
	struct message message = about_ip4(UNREACHABLE, 1, 5, 0, 6);

	cut_everywhere(false, &message);
	message = about_ip4(UNREACHABLE, 1, 15, 0, 6);
	cut_everywhere(false, &message);
	message = about_ip6(UNREACHABLE6, 1, 6, "", 0);
	cut_everywhere(true, &message);
	message = about_ip6(UNREACHABLE6, 1, 0, "\x3c\0\1\4\0\0\0\0\6\0\1\4\0\0\0\0", 16);
	cut_everywhere(true, &message);
	message = about_ip6(UNREACHABLE6, 1, 43, ROUTING, 24);
	cut_everywhere(true, &message);
}

/* Whom it was for: the header's own address if no segment is left (RFC 8200 4.4). */
TEST(routed)
{
	struct message message = about_ip6(UNREACHABLE6, 3, 43, ROUTING, 24);
	struct tcpfsm_icmp icmp;

	assert_int_equal(parse_all(&icmp, true, message), TCPFSM_ICMP_ERROR);
	assert_quoted(&icmp, TCPFSM_ICMP_UNREACHABLE6, 3);
	assert_int_equal(icmp.addr[0][15], 1);
	assert_int_equal(icmp.addr[1][15], 9);
	message.at[8 + 40 + 3] = 0;
	assert_int_equal(parse_all(&icmp, true, message), TCPFSM_ICMP_ERROR);
	assert_int_equal(icmp.addr[1][15], 2);
	/* The address lies beyond what is there, and the header behind it does not. */
	message.at[8 + 40 + 2] = 0;
	message.at[8 + 40 + 3] = 1;
	message.at[8 + 40 + 1] = 2;
	message.have = 8 + 40 + 12;
	assert_int_equal(parse_all(&icmp, true, message), TCPFSM_ICMP_DAMAGED);
}

/* A walk that does not end before its limit ends there. */
TEST(endless)
{
	u8 headers[8 * (TCPFSM_IP6_EXT_MAX + 2)] = { 0 };
	struct tcpfsm_icmp icmp;
	unsigned int i;

	for (i = 0; i < sizeof(headers); i += 8)
		headers[i] = 60;
	assert_int_equal(parse_all(&icmp, true, about_ip6(UNREACHABLE6, 0, 60, headers,
							  sizeof(headers))),
			 TCPFSM_ICMP_OTHER);
	/* One more than that, and TCP; and as many as may be. */
	headers[8 * TCPFSM_IP6_EXT_MAX] = 6;
	assert_int_equal(parse_all(&icmp, true, about_ip6(UNREACHABLE6, 0, 60, headers,
							  8 * (TCPFSM_IP6_EXT_MAX + 1))),
			 TCPFSM_ICMP_OTHER);
	headers[8 * (TCPFSM_IP6_EXT_MAX - 1)] = 6;
	assert_int_equal(parse_all(&icmp, true, about_ip6(UNREACHABLE6, 0, 60, headers,
							  8 * TCPFSM_IP6_EXT_MAX)),
			 TCPFSM_ICMP_ERROR);
}

TEST(noise)
{
	struct tcpfsm_icmp icmp;
	struct message message;
	unsigned int round, i;

	srand(1);
	for (round = 0; round < 100000; round++) {
		message.have = rand() % TCPFSM_ICMP_BYTES;
		for (i = 0; i < message.have; i++)
			message.at[i] = rand();
		message.at[0] = 1 + rand() % 12;
		message.at[8] = (rand() & 1 ? 0x40 : 0x60) | (message.at[8] & 0xf);
		if (rand() & 1)
			message.at[rand() & 1 ? 8 + 9 : 8 + 6] = rand() & 1 ? 6 : 60;
		parse(&icmp, round & 1, &message, message.have);
	}
}

/* ---- Names ---- */

static const char *name_of(u8 class, u8 code)
{
	static char name[TCPFSM_ICMP_NAME_MAX];
	int len = tcpfsm_icmp_name(name, sizeof(name), class, code);

	assert_int_equal(len, strlen(name));
	assert_null(strpbrk(name, " ="));
	return name;
}

TEST(names)
{
	unsigned int class, code;

	assert_string_equal(name_of(TCPFSM_ICMP_UNREACHABLE, 1), "host_unreachable");
	assert_string_equal(name_of(TCPFSM_ICMP_UNREACHABLE, 13), "admin_prohibited");
	assert_string_equal(name_of(TCPFSM_ICMP_UNREACHABLE, 16), "3/16");
	assert_string_equal(name_of(TCPFSM_ICMP_TIME_EXCEEDED, 0), "ttl_exceeded");
	assert_string_equal(name_of(TCPFSM_ICMP_PARAMETER, 255), "12/255");
	assert_string_equal(name_of(TCPFSM_ICMP_UNREACHABLE6, 3), "host_unreachable");
	assert_string_equal(name_of(TCPFSM_ICMP_UNREACHABLE6, 255), "1/255");
	assert_string_equal(name_of(TCPFSM_ICMP_TOO_BIG6, 0), "too_big");
	assert_string_equal(name_of(TCPFSM_ICMP_TIME_EXCEEDED6, 0), "ttl_exceeded");
	assert_string_equal(name_of(TCPFSM_ICMP_PARAMETER6, 3), "4/3");
	for (class = 1; class < TCPFSM_ICMP_CLASS_MAX; class++)
		for (code = 0; code < 256; code++)
			assert_true(strlen(name_of(class, code)) < TCPFSM_ICMP_NAME_MAX - 1);
}

/* ---- Which segments are on their way ---- */

static const u8 router[16] = { 192, 0, 2, 1 }, other[16] = { 192, 0, 2, 2 };

static bool take(struct tcpfsm_flow *flow, unsigned int who, u32 seq)
{
	const struct tcpfsm_icmp icmp = {
		.class = TCPFSM_ICMP_UNREACHABLE, .code = 1, .seq = seq,
	};

	return tcpfsm_icmp_take(flow, who, &icmp, router);
}

/* Are exactly the numbers from @low to @high believed of this end? */
static void assert_believed(const struct tcpfsm_flow *flow, unsigned int who, u32 low, u32 high)
{
	const u32 near[] = { low - 1, high + 1, low - 0x10000, high + 0x10000, low + 0x80000000 };
	struct tcpfsm_flow copy = *flow;
	unsigned int i;
	u32 seq;

	for (seq = low; seq != high + 1; seq++)
		assert_true(take(&copy, who, seq));
	copy = *flow;
	for (i = 0; i < ARRAY_SIZE(near); i++)
		assert_false(take(&copy, who, near[i]));
	/* What is not believed leaves no trace. */
	assert_memory_equal(&copy, flow, sizeof(copy));
}

TEST(in_the_handshake)
{
	const struct tcpfsm_flow *flow;

	flow = play(AT_CLIENT, ":base", "client > S 100 | SS/LI");
	assert_believed(flow, TCPFSM_CLIENT, 100, 101);
	flow = play(AT_CLIENT, ":base", "client > S 100 | SS/LI", "+1s client > S 100 | SS/LI");
	assert_believed(flow, TCPFSM_CLIENT, 100, 101);
	flow = play(AT_SERVER, ":base",
		    "client > S 100		| SS/LI",
		    "server < S. 500 ack 101	| SS/SR");
	/* The SYN has arrived, an error about it is late. */
	assert_believed(flow, TCPFSM_CLIENT, 101, 101);
	assert_believed(flow, TCPFSM_SERVER, 500, 501);
	flow = play(AT_SERVER, ":base",
		    "client > S 100		| SS/LI",
		    "server < S. 500 ack 101	| SS/SR",
		    "client > .			| ES/ES");
	assert_believed(flow, TCPFSM_SERVER, 501, 501);
}

TEST(nothing_was_sent)
{
	struct tcpfsm_flow flow = *play(AT_ROUTER, ":base", "client > S 100 | SS/LI");
	u32 seq;

	for (seq = 0; seq < 1000; seq++)
		assert_false(take(&flow, TCPFSM_SERVER, seq));
}

TEST(data)
{
	const struct tcpfsm_flow *flow =
		play(AT_ROUTER, ":base",
		     "client > S 100 win 65535	| SS/LI",
		     "server < S. 500 ack 101 win 65535	| SS/SR",
		     "client > . 101 ack 501 win 65535 | ES/ES?",
		     "client > P. 101:201 ack 501 | ES/ES?",
		     "client > P. 201:301 ack 501 | ES/ES?",
		     "server < . 501 ack 201 win 65535 | ES/ES");

	assert_believed(flow, TCPFSM_CLIENT, 201, 301);
	assert_believed(flow, TCPFSM_SERVER, 501, 501);
}

/* A FIN has a number, too. */
TEST(fin)
{
	const struct tcpfsm_flow *flow =
		play(AT_ROUTER, ":base",
		     "client > S 100		| SS/LI",
		     "server < S. 500 ack 101	| SS/SR",
		     "client > .		| ES/ES?",
		     "client > F.		| F1/ES?");

	assert_believed(flow, TCPFSM_CLIENT, 101, 102);
}

TEST(wrap)
{
	struct tcpfsm_flow flow = { .first_fin = TCPFSM_NOBODY };
	u32 base;

	for (base = 0xffffff80; base != 0x80; base++) {
		flow.end[0].facts = TCPFSM_FACT_S;
		flow.end[0].isn = base;
		flow.end[0].snd_nxt = base + 11;
		flow.end[1].marks = 0;
		assert_believed(&flow, TCPFSM_CLIENT, base, base + 11);
		flow.end[1].marks = TCPFSM_MARK_RCV;
		flow.end[1].rcv_nxt = base + 5;
		assert_believed(&flow, TCPFSM_CLIENT, base + 5, base + 11);
	}
}

/* Of a flow with the flag, nobody knows the numbers. */
TEST(loose)
{
	struct tcpfsm_flow flow =
		*play(AT_ROUTER, ":base",
		      "client > P. 101:201 ack 501 | ES*/ES* flags=midstream,loose");

	assert_true(take(&flow, TCPFSM_CLIENT, 4000000000U));
	assert_true(take(&flow, TCPFSM_SERVER, 7));
}

/* A socket connected to itself is one end. */
TEST(self)
{
	struct tcpfsm_flow flow = *play(AT_LOOPBACK, ":base", ":self", "client > S 100 | SS/SS");

	assert_true(take(&flow, TCPFSM_SERVER, 100));
	assert_int_equal(flow.icmp_of, TCPFSM_CLIENT);
}

/* ---- What is kept ---- */

static const char *line_of(const struct tcpfsm_flow *flow)
{
	static char text[TCPFSM_LINE_MAX];

	tcpfsm_line(text, sizeof(text), flow, 1, 0, "a", "b");
	return text;
}

static void assert_shown(const struct tcpfsm_flow *flow, const char *words)
{
	assert_non_null(strstr(line_of(flow), words));
}

static void assert_from(const struct tcpfsm_flow *flow, const u8 *who)
{
	assert_non_null(tcpfsm_icmp_from(flow));
	assert_memory_equal(tcpfsm_icmp_from(flow), who, 16);
}

/* The latest one, and how many there were. */
TEST(latest)
{
	struct tcpfsm_flow flow = *play(AT_ROUTER, ":base",
					"client > S 100	| SS/LI -icmp -icmp_of -icmp_count",
					"server < S. 500 ack 101 | SS/SR");
	struct tcpfsm_icmp icmp = { .class = TCPFSM_ICMP_TIME_EXCEEDED6, .code = 0, .seq = 500 };
	unsigned int i;

	assert_true(take(&flow, TCPFSM_CLIENT, 101));
	assert_shown(&flow, " icmp=host_unreachable icmp_of=client icmp_count=1 ");
	assert_from(&flow, router);
	assert_true(tcpfsm_icmp_take(&flow, TCPFSM_SERVER, &icmp, other));
	assert_shown(&flow, " icmp=ttl_exceeded icmp_of=server icmp_count=2 ");
	assert_from(&flow, other);
	icmp.code = 9;
	for (i = 0; i < 300; i++)
		assert_true(tcpfsm_icmp_take(&flow, TCPFSM_SERVER, &icmp, router));
	assert_shown(&flow, " icmp=3/9 icmp_of=server icmp_count=255 ");
	assert_from(&flow, router);
}

static void see_segment(struct tcpfsm_flow *flow, unsigned int who,
			const struct tcpfsm_segment *seg)
{
	const struct tcpfsm_sighting at = {
		.now_ns = flow->seen_ns + NSEC_PER_MSEC, .point = TCPFSM_AT_FORWARD,
	};
	struct tcpfsm_result result;

	tcpfsm_see(flow, who, seg, &at, &result);
}

static void see(struct tcpfsm_flow *flow, unsigned int who, u8 flags, u32 seq, u32 ack)
{
	const struct tcpfsm_segment seg = {
		.seq = seq, .ack = ack, .flags = flags, .window = 1000,
	};

	see_segment(flow, who, &seg);
}

static void see_data(struct tcpfsm_flow *flow, unsigned int who, u32 seq, u32 ack, u32 len)
{
	const struct tcpfsm_segment seg = {
		.seq = seq, .ack = ack, .len = len, .flags = TCPFSM_ACK, .window = 1000,
	};

	see_segment(flow, who, &seg);
}

/* All that it may have left. */
static void forget_icmp(struct tcpfsm_flow *flow, const struct tcpfsm_flow *before)
{
	flow->icmp_class = before->icmp_class;
	flow->icmp_code = before->icmp_code;
	flow->icmp_of = before->icmp_of;
	flow->icmp_count = before->icmp_count;
}

/* The place is that of the times of FINs: what is measured by them is right. */
TEST(until_a_fin)
{
	struct tcpfsm_flow flow =
		*play(AT_ROUTER, ":base",
		      "client > S 100		| SS/LI",
		      "server < S. 500 ack 101	| SS/SR",
		      "client > .		| ES/ES?");
	struct tcpfsm_flow without = flow;

	assert_null(tcpfsm_icmp_from(&flow));
	assert_true(take(&flow, TCPFSM_CLIENT, 101));
	assert_from(&flow, router);
	see(&flow, TCPFSM_CLIENT, TCPFSM_FIN | TCPFSM_ACK, 101, 501);
	see(&without, TCPFSM_CLIENT, TCPFSM_FIN | TCPFSM_ACK, 101, 501);
	assert_null(tcpfsm_icmp_from(&flow));
	assert_true(take(&flow, TCPFSM_CLIENT, 101));
	assert_null(tcpfsm_icmp_from(&flow));
	assert_int_equal(flow.icmp_count, 2);
	see(&flow, TCPFSM_SERVER, TCPFSM_FIN | TCPFSM_ACK, 501, 102);
	see(&without, TCPFSM_SERVER, TCPFSM_FIN | TCPFSM_ACK, 501, 102);
	see(&flow, TCPFSM_CLIENT, TCPFSM_ACK, 102, 502);
	see(&without, TCPFSM_CLIENT, TCPFSM_ACK, 102, 502);
	assert_int_equal(without.outcome, TCPFSM_VERDICT_GRACEFUL);
	assert_int_equal(without.teardown_ms, 2);
	forget_icmp(&flow, &without);
	assert_memory_equal(&flow, &without, sizeof(flow));
}

/* A FIN that turns out to be forged leaves no time behind that looks like an address. */
TEST(after_a_forged_fin)
{
	struct tcpfsm_flow flow =
		*play(AT_ROUTER, ":base",
		      "client > S 100 win 65535	| SS/LI",
		      "server < S. 500 ack 101 win 65535 | SS/SR",
		      "client > . 101 ack 501 win 65535 | ES/ES?");

	assert_true(take(&flow, TCPFSM_CLIENT, 101));
	see(&flow, TCPFSM_CLIENT, TCPFSM_FIN | TCPFSM_ACK, 101, 501);
	assert_int_equal(flow.end[0].state, TCPFSM_FIN_WAIT1);
	see_data(&flow, TCPFSM_CLIENT, 101, 501, 100);
	see(&flow, TCPFSM_SERVER, TCPFSM_ACK, 501, 201);
	assert_int_equal(flow.end[0].state, TCPFSM_ESTABLISHED);
	assert_null(tcpfsm_icmp_from(&flow));
	assert_true(take(&flow, TCPFSM_CLIENT, 201));
	assert_from(&flow, router);
}

/* RFC 5461: no state, no time and no fact moves, in none of the states of a handshake. */
static void assert_moves_nothing(const struct tcpfsm_flow *before, unsigned int who, u32 seq)
{
	struct tcpfsm_flow flow = *before;

	assert_true(take(&flow, who, seq));
	forget_icmp(&flow, before);
	memcpy(flow.icmp_from, before->icmp_from, sizeof(flow.icmp_from));
	assert_memory_equal(&flow, before, sizeof(flow));
}

TEST(moves_nothing)
{
	const struct tcpfsm_flow *flow = play(AT_CLIENT, ":base", "client > S 100 | SS/LI");

	assert_moves_nothing(flow, TCPFSM_CLIENT, 100);
	flow = play(AT_CLIENT, ":base",
		    "client > S 100		| SS/LI",
		    "server < S. 500 ack 101	| SS/SR");
	assert_moves_nothing(flow, TCPFSM_SERVER, 500);
	flow = play(AT_CLIENT, ":base",
		    "client > S 100		| SS/LI",
		    "server < S. 500 ack 101	| SS/SR",
		    "client > .		| ES/ES?");
	assert_moves_nothing(flow, TCPFSM_CLIENT, 101);
}

TESTS = {
	test(ip4), test(ip6), test(no_error), test(not_about_tcp), test(damaged), test(cut),
	test(routed), test(endless), test(noise), test(names), test(in_the_handshake),
	test(nothing_was_sent), test(data), test(fin), test(wrap), test(loose), test(self),
	test(latest), test(until_a_fin),
	test(after_a_forged_fin), test(moves_nothing),
};

int main(void)
{
	return RUN(tests);
}
