// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forged segments. First the blind ones: an adversary who knows the addresses and
 * ports of a live connection, but no sequence number, sends RST, SYN, FIN and ACK
 * in the name of whom he likes. He must not end it in the mirror, hide it or make
 * two of it: after the next segments of the two ends it is as if nothing had come.
 * Then the tricks that are published, each by name. docs/security.md tells what
 * remains.
 */
#include "script.h"

#include <stdio.h>

/* Of each kind. */
#define BLIND 1000000
/* The ends speak after so many. */
#define BURST 100

enum { CLIENT, SERVER };

/**
 * struct siege - a connection under attack
 * @name: of the viewpoint
 * @view: AT_*
 * @dice: of the adversary
 * @now_ns: the clock
 * @flow: the mirror
 * @begun: how many flows there have been
 * @lucky: forged segments that fell into a window
 * @forged: the segment is
 * @seq: the next sequence number of each end
 */
struct siege {
	const char *name;
	unsigned int view;
	u32 dice;
	u64 now_ns;
	struct tcpfsm_flow flow;
	unsigned int begun;
	unsigned int lucky;
	bool forged;
	u32 seq[2];
};

static const u8 kinds[] = {
	TCPFSM_RST, TCPFSM_RST | TCPFSM_ACK, TCPFSM_SYN, TCPFSM_SYN | TCPFSM_ACK,
	TCPFSM_FIN | TCPFSM_ACK, TCPFSM_ACK, TCPFSM_ACK | TCPFSM_PSH,
};

static u32 roll(struct siege *siege)
{
	siege->dice ^= siege->dice << 13;
	siege->dice ^= siege->dice >> 17;
	siege->dice ^= siege->dice << 5;
	return siege->dice;
}

/* As src/kmod/hooks.c does. */
static void see(struct siege *siege, unsigned int who, const struct tcpfsm_segment *seg, u8 point)
{
	struct tcpfsm_sighting at = { .now_ns = siege->now_ns, .point = point };
	struct tcpfsm_result result;

	if (!siege->begun ||
	    (point != TCPFSM_AT_LOOP_IN &&
	     tcpfsm_is_new_incarnation(&siege->flow, who, seg, &at))) {
		siege->begun++;
		tcpfsm_begin(&siege->flow, who, false, seg, &at, &result);
	} else {
		tcpfsm_see(&siege->flow, who, seg, &at, &result);
	}
	siege->lucky += !(seg->flags & (TCPFSM_SYN | TCPFSM_RST)) && !result.outside &&
			siege->forged;
}

static bool is_here(const struct siege *siege, unsigned int who)
{
	return siege->view == (who == CLIENT ? AT_CLIENT : AT_SERVER);
}

/* An end says something, and it arrives. */
static void say(struct siege *siege, unsigned int who, u8 flags, u32 len)
{
	struct tcpfsm_segment seg = {
		.seq = siege->seq[who],
		.ack = flags & TCPFSM_ACK ? siege->seq[!who] : 0,
		.flags = flags,
		.len = len,
		.window = 64240,
		.has_wscale = flags & TCPFSM_SYN,
		.wscale = 7,
	};

	siege->now_ns += NSEC_PER_MSEC;
	siege->seq[who] = tcpfsm_end(&seg);
	/* A bare ACK in the handshake has nothing scaled yet. */
	if (!(flags & TCPFSM_SYN))
		seg.window >>= 7;
	if (siege->view == AT_LOOPBACK) {
		see(siege, who, &seg, TCPFSM_AT_LOOP_OUT);
		see(siege, who, &seg, TCPFSM_AT_LOOP_IN);
	} else if (siege->view == AT_ROUTER) {
		see(siege, who, &seg, TCPFSM_AT_FORWARD);
	} else {
		see(siege, who, &seg, is_here(siege, who) ? TCPFSM_AT_OUT : TCPFSM_AT_IN);
	}
}

/* In the name of the end that is not here, as nobody else can send in the other's. */
static void forge(struct siege *siege, u8 flags)
{
	unsigned int who = roll(siege) & 1;
	struct tcpfsm_segment seg = {
		.seq = roll(siege),
		.ack = flags & TCPFSM_ACK ? roll(siege) : 0,
		.flags = flags,
		.len = flags & TCPFSM_PSH ? roll(siege) % 1400 : 0,
		.window = roll(siege),
	};

	siege->forged = true;
	siege->now_ns += NSEC_PER_USEC;
	if (siege->view == AT_CLIENT || siege->view == AT_SERVER)
		who = siege->view == AT_CLIENT ? SERVER : CLIENT;
	/* To a connection over loopback he can only come from outside. */
	see(siege, who, &seg, siege->view == AT_ROUTER ? TCPFSM_AT_FORWARD : TCPFSM_AT_IN);
	siege->forged = false;
}

static void storm(struct siege *siege, u8 flags)
{
	unsigned int i;

	for (i = 0; i < BURST; i++)
		forge(siege, flags);
}

static void expect(const struct siege *siege, u8 client, u8 server, const char *when)
{
	const struct tcpfsm_flow *flow = &siege->flow;
	char line[TCPFSM_LINE_MAX];

	if (siege->begun == 1 && flow->end[CLIENT].state == client &&
	    flow->end[SERVER].state == server && !flow->flags)
		return;
	tcpfsm_line(line, sizeof(line), flow, 1, 0, "A", "B");
	fprintf(stderr, "at %s, %s: %u flows, %s\n", siege->name, when, siege->begun, line);
	fail();
}

/* They go on, past all that was in a window when the adversary spoke. */
static void talk(struct siege *siege)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		say(siege, CLIENT, TCPFSM_ACK, 60000);
		say(siege, SERVER, TCPFSM_ACK, 60000);
		say(siege, CLIENT, TCPFSM_ACK, 0);
	}
}

/* The adversary is there from the first SYN to the last ACK. */
static void besiege(struct siege *siege, u8 flags, unsigned int bursts)
{
	unsigned int i;

	siege->begun = 0;
	siege->seq[CLIENT] = roll(siege);
	siege->seq[SERVER] = roll(siege);
	say(siege, CLIENT, TCPFSM_SYN, 0);
	storm(siege, flags);
	say(siege, SERVER, TCPFSM_SYN | TCPFSM_ACK, 0);
	storm(siege, flags);
	say(siege, CLIENT, TCPFSM_ACK, 0);
	talk(siege);
	expect(siege, TCPFSM_ESTABLISHED, TCPFSM_ESTABLISHED, "after the handshake");
	for (i = 0; i < bursts; i++) {
		say(siege, i & 1, TCPFSM_ACK, 1400);
		storm(siege, flags);
		talk(siege);
		expect(siege, TCPFSM_ESTABLISHED, TCPFSM_ESTABLISHED, "while they talk");
	}
	say(siege, CLIENT, TCPFSM_FIN | TCPFSM_ACK, 0);
	storm(siege, flags);
	say(siege, SERVER, TCPFSM_ACK, 500);
	storm(siege, flags);
	say(siege, CLIENT, TCPFSM_ACK, 0);
	say(siege, SERVER, TCPFSM_ACK, 0);
	expect(siege, TCPFSM_FIN_WAIT2, TCPFSM_CLOSE_WAIT, "half-closed");
	say(siege, SERVER, TCPFSM_FIN | TCPFSM_ACK, 0);
	say(siege, CLIENT, TCPFSM_ACK, 0);
	expect(siege, TCPFSM_TIME_WAIT, TCPFSM_CLOSE, "closed");
	assert_int_equal(siege->flow.outcome, TCPFSM_VERDICT_GRACEFUL);
}

static void blind(const char *name, unsigned int view)
{
	struct siege siege = { .name = name, .view = view, .dice = 0x9e3779b9 + view,
			       .now_ns = NSEC_PER_SEC };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		besiege(&siege, kinds[i], BLIND / BURST);
	/* Else it was no test. */
	assert_true(siege.lucky > 100);
}

TEST(blind_at_the_client)
{
	blind("the client", AT_CLIENT);
}

TEST(blind_at_the_server)
{
	blind("the server", AT_SERVER);
}

TEST(blind_at_a_router)
{
	blind("a router", AT_ROUTER);
}

TEST(blind_over_loopback)
{
	blind("loopback", AT_LOOPBACK);
}

/* From outside, in the name of an end that is on this host. */
static void forge_from_outside(struct siege *siege, unsigned int who, u8 flags, u32 seq, u32 ack)
{
	struct tcpfsm_segment seg = { .seq = seq, .ack = ack, .flags = flags, .window = 1000 };

	see(siege, who, &seg, TCPFSM_AT_IN);
}

/* Who forges a SYN in one name and the answer in the other needs no number of theirs. */
TEST(both_names_over_loopback)
{
	struct siege siege = { .name = "loopback", .view = AT_LOOPBACK, .now_ns = NSEC_PER_SEC };

	say(&siege, CLIENT, TCPFSM_SYN, 0);
	say(&siege, SERVER, TCPFSM_SYN | TCPFSM_ACK, 0);
	say(&siege, CLIENT, TCPFSM_ACK, 0);
	talk(&siege);
	forge_from_outside(&siege, CLIENT, TCPFSM_SYN, 1500000000, 0);
	say(&siege, SERVER, TCPFSM_ACK, 0);
	forge_from_outside(&siege, SERVER, TCPFSM_SYN | TCPFSM_ACK, 2000000000, 1500000001);
	expect(&siege, TCPFSM_ESTABLISHED, TCPFSM_ESTABLISHED, "in both names");
	forge_from_outside(&siege, SERVER, TCPFSM_SYN, 1500000000, 0);
	forge_from_outside(&siege, CLIENT, TCPFSM_SYN | TCPFSM_ACK, 2000000000, 1500000001);
	expect(&siege, TCPFSM_ESTABLISHED, TCPFSM_ESTABLISHED, "the other way round");
}

/* So for the answer of a host that has no socket; from outside it comes from nobody here. */
TEST(refused_from_outside)
{
	struct siege siege = { .name = "loopback", .view = AT_LOOPBACK, .now_ns = NSEC_PER_SEC };
	unsigned int who;

	say(&siege, CLIENT, TCPFSM_SYN, 0);
	say(&siege, SERVER, TCPFSM_SYN | TCPFSM_ACK, 0);
	say(&siege, CLIENT, TCPFSM_ACK, 0);
	talk(&siege);
	for (who = CLIENT; who <= SERVER; who++) {
		forge_from_outside(&siege, who, TCPFSM_SYN, 1500000000, 0);
		forge_from_outside(&siege, !who, TCPFSM_RST | TCPFSM_ACK, 0, 1500000001);
		expect(&siege, TCPFSM_ESTABLISHED, TCPFSM_ESTABLISHED, "refused in both names");
	}
	siege = (struct siege){ .name = "the server", .view = AT_SERVER, .now_ns = NSEC_PER_SEC };
	say(&siege, CLIENT, TCPFSM_SYN, 0);
	say(&siege, SERVER, TCPFSM_SYN | TCPFSM_ACK, 0);
	say(&siege, CLIENT, TCPFSM_ACK, 0);
	forge_from_outside(&siege, CLIENT, TCPFSM_SYN, 1500000000, 0);
	forge_from_outside(&siege, SERVER, TCPFSM_RST | TCPFSM_ACK, 0, 1500000001);
	assert_int_equal(siege.flow.end[CLIENT].state, TCPFSM_ESTABLISHED);
	talk(&siege);
	expect(&siege, TCPFSM_ESTABLISHED, TCPFSM_ESTABLISHED, "refused from outside");
}

/* ---- the tricks ---- */

#define OPEN								\
	"client > S 100			| SS*/LI*",			\
	"server < S. 60 ack 101		| SS*/SR*",			\
	"client > . 101 ack 61		| ES*/ES*",			\
	"server < P. 61:111 ack 101	| ES*/ES*",			\
	"client > P. 101:111 ack 111	| ES*/ES*",			\
	"server < . 111 ack 111		| ES*/ES*"

/* Watson 2004, "Slipping in the window": what fits the window resets. RFC 5961 3. */
TEST(rst_in_the_window)
{
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > R 112			| ES/ES !rst_inexact",
	     "client > R. 600 ack 111		| ES/ES !rst_inexact",
	     "server < . 111 ack 111		| ES/ES",
	     "client > . 111 ack 111		| ES/ES outcome=open");
}

/* RFC 5961 4: a SYN in the window reset, and half of all numbers did in RFC 793. */
TEST(syn_in_established)
{
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > S 300			| ES/ES !syn_in_sync flags=half_open",
	     "server < . 111 ack 111		| ES/ES",
	     "client > . 111 ack 111		| ES/ES outcome=open -flags");
}

/*
 * A SYN in one name and, in the other, what a host without a socket answers need no number
 * of theirs. The end that is said to have answered so is there: its challenge ACK shows it.
 */
TEST(refused_in_both_names)
{
	play(AT_ROUTER, OPEN,
	     "client > S 900000000		| ES/ES !syn_in_sync flags=half_open",
	     "server < R. 0 ack 900000001	| CL?/CL? ended",
	     "server < . 111 ack 111		| ~ES?/~ES? !rst_withdrawn revived outcome=open "
						 "flags=half_open -reset_in",
	     "client > P. 111:121 ack 111	| ES/ES -flags",
	     "server < . 111 ack 121		| ES/ES",
	     "client > F. 121 ack 111		| F1/ES");
	/* It went out before that answer: nobody has anything to say until they go on. */
	play(AT_ROUTER, OPEN,
	     "client > S 900000000		| ES*/ES* !syn_in_sync",
	     "server < . 111 ack 111		| ES*/ES*",
	     "server < R. 0 ack 900000001	| CL*/CL* ended outcome=half_open",
	     "+5s client > P. 111:121 ack 111	| ~ES*/CL* !rst_withdrawn revived -flags",
	     "server < . 111 ack 121		| ES*/~ES* !rst_withdrawn outcome=open -reset_in");
	play(AT_ROUTER, OPEN,
	     "client > S 900000000		| ES*/ES* !syn_in_sync",
	     "server < R. 0 ack 900000001	| CL*/CL* ended",
	     "+5s server < P. 111:121 ack 111	| ~ES*/~ES* !rst_withdrawn revived",
	     "client > . 111 ack 121		| ES*/ES* outcome=open -flags");
	/* The other way round, while they close. */
	play(AT_ROUTER, OPEN,
	     "client > F. 111 ack 111		| F1*/ES*",
	     "server < S 900000000		| F1*/ES* !syn_in_sync flags=half_open",
	     "client > R. 0 ack 900000001	| CL*/CL* ended",
	     "client > F. 111 ack 111		| ~F1*/~ES* !rst_withdrawn revived again",
	     "server < . 111 ack 112		| F2*/CW* outcome=open -flags");
	/* A copy that the network has made is older. */
	play(AT_ROUTER,
	     "client > S 100 <TS 1>		| SS/LI",
	     "server < S. 60 ack 101 <TS 1 ecr 1> | SS/SR",
	     "client > . 101 ack 61 <TS 2 ecr 1> | ES/ES?",
	     "server < P. 61:71 ack 101 <TS 2 ecr 2> | ES/ES",
	     "client > S 900000000		| ES/ES !syn_in_sync",
	     "server < R. 0 ack 900000001	| CL?/CL? ended",
	     "server < P. 61:71 ack 101 <TS 2 ecr 2> | CL?/CL? outcome=half_open",
	     "server < P. 61:71 ack 101 <TS 3 ecr 2> | ~ES/~ES !rst_withdrawn revived");
	/* At an end's own host its stack has answered, and that shows that it is there. */
	play(AT_SERVER, OPEN,
	     "client > S 900000000		| ES*/ES* !syn_in_sync",
	     "server < . 111 ack 111		| ES*/ES*",
	     "client > R. 0 ack 900000001	| ES*/ES* !rst_outside outcome=open");
}

/* RFC 5961 5: data with an ACK of anything was taken. */
TEST(ack_of_unsent_data)
{
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > P. 111:200 ack 5000	| ES/ES !ack_unsent",
	     "client > F. 111 ack 5000		| ES/ES !ack_unsent",
	     "server < . 111 ack 111		| ES/ES",
	     "client > . 111 ack 111		| ES/ES outcome=open");
}

/*
 * Ptacek and Newsham 1998: what dies on its way to the target, by its TTL, is seen
 * by who watches the way alone. He is told by what the ends say next.
 */
TEST(low_ttl)
{
	play(AT_ROUTER, OPEN,
	     "client > R 111 lost		| CL?/CL? ended",
	     "+1s server < P. 111:161 ack 111 | CL?/~ES !rst_withdrawn revived",
	     "client > . 111 ack 161		| ~ES/ES !rst_withdrawn outcome=open");
	play(AT_ROUTER, OPEN,
	     "client > F. 111 ack 111 lost	| F1/ES",
	     "client > P. 111:211 ack 111	| F1/ES !data_after_fin",
	     "server < . 111 ack 211		| ~ES/ES outcome=open -closer");
}

/* The same where the sequence numbers are known: a FIN, and the talk goes on. */
TEST(fin_then_data)
{
	play(AT_ROUTER, OPEN,
	     "client > F. 111 ack 111 lost	| F1/ES",
	     "client > P. 111:211 ack 111	| F1/ES !data_after_fin",
	     "server < P. 111:121 ack 211	| ~ES/ES",
	     "client > F. 211 ack 121		| F1/ES",
	     "server < F. 121 ack 212		| F2*/CW,LA",
	     "client > . 212 ack 122		| TW*/CL* outcome=graceful closer=client");
}

/* Which of the two flags wins? RFC 9293 3.10.7.4 looks for RST first. */
TEST(syn_and_rst)
{
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > SR 500		| ES/ES !syn_rst !rst_inexact",
	     "client > SR 5000000	| ES/ES !syn_rst !rst_outside",
	     "server < . 111 ack 111	| ES/ES",
	     "client > . 111 ack 111	| ES/ES outcome=open");
	play(AT_SERVER, OPEN,
	     "client > SR 111		| CL*/CL !syn_rst ended outcome=reset_client");
}

TESTS = {
	test(blind_at_the_client), test(blind_at_the_server), test(blind_at_a_router),
	test(blind_over_loopback), test(both_names_over_loopback),
	test(refused_from_outside), test(refused_in_both_names),
	test(rst_in_the_window), test(syn_in_established), test(ack_of_unsent_data),
	test(low_ttl), test(fin_then_data), test(syn_and_rst),
};

int main(void)
{
	return RUN(tests);
}
