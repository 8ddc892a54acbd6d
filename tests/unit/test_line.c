// SPDX-License-Identifier: GPL-2.0-only
/* The line of /proc/tcpfsm, the history string and the measurements. */
#include "script.h"

#include <stdlib.h>

#include "icmp.h"

static const char *line_of(const struct tcpfsm_flow *flow, u64 id, u64 age_ms, const char *client,
			   const char *server)
{
	static char text[TCPFSM_LINE_MAX];
	int len = tcpfsm_line(text, sizeof(text), flow, id, age_ms, client, server);

	assert_int_equal(len, strlen(text));
	return text;
}

TEST(established)
{
	const struct tcpfsm_flow *flow =
		play(AT_SERVER, ":base",
		     "17:43:47.475512 client > S 4637811 win 64240 "
		     "<mss 1460,nop,wscale 8,nop,nop,sackOK>		| SS/LI",
		     "17:43:47.475562 server < S. 653770253 ack 4637812 win 5840 "
		     "<mss 1460,nop,nop,sackOK,nop,wscale 7>		| SS/SR",
		     "17:43:47.475935 client > . 4637812 ack 653770254	| ES/ES");

	assert_string_equal(line_of(flow, 7, 3558, "192.168.3.43:51843", "192.168.2.222:8080"),
		"ESTABLISHED  ESTABLISHED        3558 192.168.3.43:51843 -> 192.168.2.222:8080 "
		"id=7 outcome=open hist=ShA rtt_server_us=50 rtt_client_us=373 "
		"isn=4637811/653770253 mss=1460/1460 wscale=8/7 opts=sack since_ms=3558/3558 idle_ms=3558 "
		"view=remote:local");
}

/* A guess has its mark inside the column, which is just wide enough. */
TEST(inferred)
{
	const struct tcpfsm_flow *flow =
		play(AT_ROUTER, ":base",
		     "client > S 100		| SS/LI",
		     "server < S. 500 ack 101	| SS/SR",
		     "client > .		| ES/ES?");

	assert_string_equal(line_of(flow, 18446744073709551615ULL, 0, "[2001:db8::1]:40000",
				    "[2001:db8::2]:443"),
		"ESTABLISHED  ESTABLISHED?          0 [2001:db8::1]:40000 -> [2001:db8::2]:443 "
		"id=18446744073709551615 outcome=open hist=ShA rtt_server_us=1000 "
		"rtt_client_us=1000 isn=100/500 since_ms=0/0 idle_ms=0 view=forward");
}

TEST(closed)
{
	const struct tcpfsm_flow *flow =
		play(AT_LOOPBACK, ":base",
		     "client > S 100 <mss 65495>	| SS/LI",
		     "client > S 100 <mss 65495>	| SS/LI",
		     "server < S. 500 ack 101 <mss 65495> | SS/SR",
		     "client > .			| ES/ES",
		     "client > F.			| F1/ES",
		     "client > F. 101 ack 501		| F1/ES",
		     "+20ms server < F. 501 ack 102	| F2/CW,LA",
		     "+3ms client > .			| TW/CL",
		     "+60s				| CL/CL");

	assert_string_equal(line_of(flow, 1, 70000, "127.0.0.1:1", "127.0.0.1:2"),
		"CLOSE        CLOSE             70000 127.0.0.1:1 -> 127.0.0.1:2 id=1 "
		"outcome=graceful closer=client hist=ShAFf rtt_server_us=1000 rtt_client_us=1000 "
		"isn=100/500 mss=65495/65495 half_close_ms=21 finack_ms=21/3 teardown_ms=24 "
		"rtx=1/0/1/0 since_ms=9972/69972 idle_ms=69972 view=local:local flags=ambiguous_rtt");
}

TEST(refused)
{
	const struct tcpfsm_flow *flow =
		play(AT_CLIENT, ":base",
		     "client > S 100 <wscale 0,sackOK,TS 5> | SS/LI",
		     "server < R. 0 ack 101 win 0	| CL/CL");

	assert_string_equal(line_of(flow, 2, 1, "a", "b"),
		"CLOSE        CLOSE                 1 a -> b id=2 outcome=refused "
		"reset_in=SYN_SENT hist=Sr isn=100/- wscale=0/- opts=sack,ts since_ms=0/0 idle_ms=0 "
		"view=local:remote");
}

/* What both have asked for; until the answer, what was asked. */
TEST(options)
{
	play(EVERYWHERE,
	     "client > SEW 100 <sackOK,TS 5,mptcp>	| SS/LI opts=sack,ts,ecn,mptcp",
	     "server < S.E 500 ack 101 <TS 9>		| SS/SR opts=ts,ecn");
	play(EVERYWHERE,
	     "client > S 100 <mss 1460>		| SS/LI -opts -wscale mss=1460/-",
	     "server < S. 500 ack 101 <sackOK,wscale 3>	| SS/SR -opts wscale=-/3 mss=1460/-");
	play(EVERYWHERE,
	     "client > S 100 <tfo>		| SS/LI opts=tfo",
	     "server < S. 500 ack 101		| SS/SR opts=tfo");
}

/* The longest line fits, and no buffer is too short to be safe. */
TEST(longest)
{
	static const char address[] =
		"[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255%4294967295]:65535";
	static const char from[] = " icmp_from=ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255";
	struct tcpfsm_flow flow;
	size_t size;
	char *exact;

	memset(&flow, 0xff, sizeof(flow));
	flow.end[0].state = TCPFSM_ESTABLISHED;
	flow.end[1].state = TCPFSM_ESTABLISHED;
	flow.first_fin = TCPFSM_CLIENT;
	flow.outcome = TCPFSM_VERDICT_SYNACK_TIMEOUT;
	flow.reset_hit = TCPFSM_ESTABLISHED;
	flow.flags &= ~TCPFSM_FLOW_SELF;
	memset(flow.history, 0, sizeof(flow.history));
	flow.letters = 0;
	flow.icmp_class = TCPFSM_ICMP_UNREACHABLE;
	flow.icmp_code = 14;
	flow.icmp_of = TCPFSM_SERVER;
	for (size = 0; size < TCPFSM_LETTER_MAX; size++) {
		tcpfsm_history_note(&flow, TCPFSM_CLIENT, size);
		tcpfsm_history_note(&flow, TCPFSM_SERVER, size);
	}
	assert_true(strlen(line_of(&flow, -1, -1, address, address)) + strlen(from) <
		    TCPFSM_LINE_MAX - 1);
	for (size = 1; size < TCPFSM_LINE_MAX; size++) {
		exact = malloc(size);
		assert_true(tcpfsm_line(exact, size, &flow, -1, -1, address, address) < (int)size);
		assert_true(strlen(exact) < size);
		free(exact);
	}
}

/* ---- Zeek's letters ---- */

TEST(history)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI hist=S",
	     "client > S 100		| SS/LI hist=S",
	     "server < S. 500 ack 101	| SS/SR hist=Sh",
	     "client > . 101 ack 501	| ES/ES hist=ShA",
	     "client > P. 101:201 ack 501 | ES/ES hist=ShAD",
	     "server < . 501 ack 201	| ES/ES hist=ShADa",
	     "client > P. 101:201 ack 501 | ES/ES hist=ShADaT",
	     "server < . 501 ack 201 win 0 | ES/ES hist=ShADaTw",
	     "server < P. 501:601 ack 201 | ES/ES hist=ShADaTwd",
	     "server < P. 501:601 ack 201 | ES/ES hist=ShADaTwdt",
	     "client > F. 201 ack 601	| F1/ES hist=ShADaTwdtF",
	     "client > R 202		| CL/CL hist=ShADaTwdtFR ended");
	/* Data and FIN in one. */
	play(EVERYWHERE,
	     "client > P. 101:201 ack 501 | ES/ES hist=D",
	     "server < FP. 501:601 ack 201 | ES/F1 hist=Ddf");
	/* Flags that do not go together. */
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "client > SF 100		| SS/LI !syn_fin hist=SQF");
}

TEST(history_of_all)
{
	struct tcpfsm_flow flow = { .letters = 0 };
	char text[TCPFSM_HISTORY_SIZE];
	unsigned int round, letter;

	for (round = 0; round < 2; round++) {
		for (letter = 0; letter < TCPFSM_LETTER_MAX; letter++) {
			tcpfsm_history_note(&flow, TCPFSM_SERVER, letter);
			tcpfsm_history_note(&flow, TCPFSM_CLIENT, letter);
		}
	}
	tcpfsm_history_print(&flow, text);
	assert_string_equal(text, "sShHaAdDfFrRcCtTiIwWqQ");
}

/* ---- measurements ---- */

TEST(round_trips)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI -rtt_server_us",
	     "+70us server < S. 500 ack 101	| SS/SR rtt_server_us=70 -rtt_client_us",
	     "+30us client > . 101 ack 501	| ES/ES rtt_server_us=70 rtt_client_us=30 -flags",
	     "+5us client > . 101 ack 501	| ES/ES rtt_client_us=30");
	/* Karn: from the last copy, and marked. */
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "+1s client > S 100		| SS/LI",
	     "+70us server < S. 500 ack 101	| SS/SR rtt_server_us=70 flags=ambiguous_rtt",
	     "+30us client > . 101 ack 501	| ES/ES rtt_client_us=30 flags=ambiguous_rtt");
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "+70us server < S. 500 ack 101	| SS/SR rtt_server_us=70 -flags",
	     "+1s server < S. 500 ack 101	| SS/SR rtt_server_us=70 -flags",
	     "+30us client > . 101 ack 501	| ES/ES rtt_client_us=30 flags=ambiguous_rtt");
}

/* RFC 7323 4.1: the timestamp that is echoed tells which copy was answered. */
TEST(round_trips_by_timestamp)
{
	play(EVERYWHERE,
	     "client > S 100 <TS 5>			| SS/LI",
	     "+1s client > S 100 <TS 1005>		| SS/LI",
	     "+70us server < S. 500 ack 101 <TS 7 ecr 1005> | SS/SR rtt_server_us=70 -flags",
	     "+1s server < S. 500 ack 101 <TS 1007 ecr 1005> | SS/SR rtt_server_us=70",
	     "+30us client > . 101 ack 501 <TS 2005 ecr 1007> | ES/ES rtt_client_us=30 -flags");
	play(EVERYWHERE,
	     "client > S 100 <TS 5>			| SS/LI",
	     "+1s client > S 100 <TS 1005>		| SS/LI",
	     "+70us server < S. 500 ack 101 <TS 7 ecr 5> | SS/SR flags=ambiguous_rtt");
	play(EVERYWHERE,
	     "client > S 100 <TS 5>			| SS/LI",
	     "server < S. 500 ack 101 <TS 7 ecr 5>	| SS/SR",
	     "+1s server < S. 500 ack 101 <TS 1007 ecr 5> | SS/SR",
	     "client > . 101 ack 501 <TS 9 ecr 7>	| ES/ES flags=ambiguous_rtt");
}

/* It does not begin again from 0. */
TEST(longest_time)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 500 ack 101		| SS/SR",
	     "client > .			| ES/ES",
	     "client > F.			| F1/ES",
	     "server < .			| F2/CW",
	     "+430000s server < P. +1		| F2/CW", "+430000s server < P. +1	| F2/CW",
	     "+430000s server < P. +1		| F2/CW", "+430000s server < P. +1	| F2/CW",
	     "+430000s server < P. +1		| F2/CW", "+430000s server < P. +1	| F2/CW",
	     "+430000s server < P. +1		| F2/CW", "+430000s server < P. +1	| F2/CW",
	     "+430000s server < P. +1		| F2/CW", "+430000s server < P. +1	| F2/CW",
	     "server < F.			| F2/LA half_close_ms=4294967295");
}

/* Beyond 2^32 microseconds, and milliseconds that a half-close of weeks needs. */
TEST(long_times)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 500 ack 101		| SS/SR",
	     "client > .			| ES/ES",
	     "+400000s client > . 101 ack 501	| ES/ES",
	     "+400000s client > F.		| F1/ES",
	     "+70ms server < .			| F2/CW finack_ms=70/-",
	     "+400000s server < P. +1		| F2/CW",
	     "+400000s server < P. +1		| F2/CW",
	     "+400000s server < F.		| F2/LA half_close_ms=1200000070",
	     "+20ms client > .			| TW/CL teardown_ms=1200000090 finack_ms=70/20");
}

/* ---- since when ---- */

static bool line_tells(const struct tcpfsm_flow *flow, u64 age_ms, const char *words)
{
	return strstr(line_of(flow, 1, age_ms, "a", "b"), words);
}

/* Each end for itself; a repetition moves neither, but is heard. */
TEST(since)
{
	const struct tcpfsm_flow *flow =
		play(AT_ROUTER, ":base",
		     "client > S 100		| SS/LI",
		     "+10ms server < S. 500 ack 101 | SS/SR",
		     "+20ms client > .		| ES/ES?",
		     "+30ms client > .		| ES/ES?",
		     "+40ms client > F.		| F1/ES?",
		     "+50ms client > F. 101 ack 501 | F1/ES?");

	assert_true(line_tells(flow, 1150, " since_ms=1050/1120 idle_ms=1000 "));
	/* A clock that is behind does not make it a large number. */
	assert_true(line_tells(flow, 99, " since_ms=0/69 idle_ms=0 "));
}

/* What is taken back is entered anew. */
TEST(since_retraction)
{
	const struct tcpfsm_flow *flow =
		play(AT_ROUTER, ":base",
		     "client > S 100		| SS/LI",
		     "+10ms server < S. 500 ack 101 | SS/SR",
		     "+20ms client > .		| ES/ES?",
		     "+970ms server < S. 500 ack 101 | ES/~SR !final_ack_lost");

	assert_true(line_tells(flow, 1000, " since_ms=970/0 idle_ms=0 "));
}

/* Where it was before it was seen, it came nobody knows when. */
TEST(since_midstream)
{
	const struct tcpfsm_flow *flow =
		play(AT_ROUTER, ":base", "client > P. 101:201 ack 501	| ES?/ES?");

	assert_true(line_tells(flow, 5, " idle_ms=5 "));
	assert_false(line_tells(flow, 5, "since_ms"));
	flow = play(AT_ROUTER, ":base", "client > F. 101 ack 501 | ES?,F1/ES?");
	assert_true(line_tells(flow, 5, " since_ms=5/- "));
	flow = play(AT_ROUTER, ":base", "server < S. 500 ack 101	| SS/SR");
	assert_true(line_tells(flow, 5, " since_ms=-/5 "));
	flow = play(AT_ROUTER, ":base",
		    "server < S. 500 ack 101	| SS/SR",
		    "+7ms client > . 101 ack 501	| ES/ES?");
	assert_true(line_tells(flow, 9, " since_ms=2/2 "));
}

/* 2MSL is over without a segment. */
TEST(idle_after_time_wait)
{
	const struct tcpfsm_flow *flow =
		play(AT_LOOPBACK, ":base",
		     "client > S 100		| SS/LI",
		     "server < S. 500 ack 101	| SS/SR",
		     "client > .		| ES/ES",
		     "client > F.		| F1/ES",
		     "server < F. 501 ack 102	| F2/CW,LA",
		     "+3ms client > .		| TW/CL",
		     "+60s			| CL/CL");

	assert_true(line_tells(flow, 60010, " idle_ms=60003 "));
	assert_true(strstr(line_of(flow, 1, 60010, "a", "b"), " since_ms="));
}

/* Milliseconds of 49 days fit; later, what is known is when either end has moved last. */
TEST(since_long_ago)
{
	const u64 days = 50 * 86400000ULL;
	struct tcpfsm_flow flow = { .entered_ms = { 5, TCPFSM_ENTERED_MAX } };

	flow.since_ns = days * NSEC_PER_MSEC;
	assert_true(line_tells(&flow, days + 7, " since_ms=4320000002/7 "));
	flow.entered_ms[TCPFSM_CLIENT] = TCPFSM_ENTERED_UNKNOWN;
	assert_true(line_tells(&flow, days + 7, " since_ms=-/7 "));
}

/* Data are timed by a coarse clock, which may stand before the flow's begin. */
TEST(idle_by_a_coarse_clock)
{
	struct tcpfsm_flow flow = *play(AT_ROUTER, ":base",
					"client > S 100		| SS/LI",
					"server < S. 500 ack 101	| SS/SR",
					"client > .		| ES/ES?");
	const struct tcpfsm_segment seg = {
		.seq = 101, .ack = 501, .len = 5, .window = 1000, .flags = TCPFSM_ACK,
	};
	const struct tcpfsm_sighting at = {
		.now_ns = flow.born_ns - NSEC_PER_MSEC, .point = TCPFSM_AT_FORWARD,
	};
	struct tcpfsm_result result;

	tcpfsm_see(&flow, TCPFSM_CLIENT, &seg, &at, &result);
	assert_true(line_tells(&flow, 1500, " idle_ms=1498 "));
}

/* Lite mode does not see what passes. */
TEST(idle_unknown)
{
	struct tcpfsm_flow flow = { .skipped = true };

	assert_false(line_tells(&flow, 7, "idle_ms"));
}

/* A letter stands for one kind of segment: none of these is an ACK, or a FIN. */
TEST(letters_of_what_proves_nothing)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI hist=S",
	     "client > - 101		| SS/LI !null_flags hist=S");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < FR. 0 ack 101	| CL/CL ended hist=Sir");
}

/* The kernel's returns what it wrote, and nothing is written into no room. */
TEST(print_into_no_room)
{
	char room[4] = "abc";

	assert_int_equal(scnprintf(room, 0, "xyz"), 0);
	assert_string_equal(room, "abc");
	assert_int_equal(scnprintf(room, 1, "xyz"), 0);
	assert_string_equal(room, "");
	assert_int_equal(scnprintf(room, sizeof(room), "xyzzy"), 3);
	assert_string_equal(room, "xyz");
}

TESTS = {
	test(since), test(since_retraction), test(since_midstream), test(idle_after_time_wait),
	test(since_long_ago), test(idle_by_a_coarse_clock), test(idle_unknown),
	test(established), test(inferred), test(closed), test(refused), test(options),
	test(longest), test(history), test(history_of_all), test(round_trips),
	test(round_trips_by_timestamp),
	test(longest_time), test(long_times),
	test(letters_of_what_proves_nothing),
	test(print_into_no_room),
};

int main(void)
{
	return RUN(tests);
}
