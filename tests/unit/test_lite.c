// SPDX-License-Identifier: GPL-2.0-only
/* Lite mode: data between established ends is skipped; beginning and end are as ever. */
#include "script.h"

#define OPEN								\
	":lite",							\
	"client > S 100 win 65535	| SS/LI",			\
	"server < S. 500 ack 101 win 1000 | SS/SR",			\
	"client > . 101 ack 501		| ES*/ES*",			\
	"server < P. 501:601 ack 101	| ES/ES",			\
	"client > P. 101:201 ack 601	| ES/ES quiet",			\
	"server < P. 601:90601 ack 201	| ES/ES quiet",			\
	"client > P. 201:70201 ack 90601 | ES/ES quiet flags=loose"

TEST(teardown)
{
	play(EVERYWHERE, OPEN,
	     "client > F.			| F1/ES closer=client",
	     "server < .			| F2/CW",
	     "server < F.			| F2/LA",
	     "client > .			| TW/CL outcome=graceful",
	     "+60s				| CL/CL ended");
	play(EVERYWHERE, OPEN,
	     "server < FP. +100			| ES/F1 closer=server",
	     "client > F.			| CW,LA/F2",
	     "server < .			| CL/TW outcome=graceful");
	play(EVERYWHERE, OPEN,
	     "client > F. 70201 ack 90601	| F1/ES",
	     "server < F. 90601 ack 70201	| F1/F1",
	     "client > . 70202 ack 90602	| CG/F1",
	     "server < . 90602 ack 70202	| TW/CG,TW closer=simultaneous");
}

TEST(reset)
{
	play(EVERYWHERE, OPEN,
	     "client > R 70201			| CL/CL ended outcome=reset_client",
	     "+10s				| --/--");
	play(EVERYWHERE, OPEN,
	     "server < R. 90601 ack 70201	| CL/CL ended outcome=reset_server");
}

/* What was believed unjudged is withdrawn by its owner. */
TEST(forged)
{
	play(AT_ROUTER, OPEN,
	     "client > R 12345			| CL?/CL? ended",
	     "server < P. +100			| CL?/~ES !rst_withdrawn revived",
	     "client > . 70201 ack 90701	| ~ES/ES !rst_withdrawn outcome=open",
	     "client > P. +100			| ES/ES quiet",
	     "client > F.			| F1/ES",
	     "server < F.			| F2?/CW,LA");
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > F. 12345 ack 90601	| F1/ES",
	     "client > P. 70201:70301 ack 90601	| F1/ES !data_after_fin",
	     "server < . 90601 ack 70301	| ~ES/ES -closer",
	     "client > F. 70301 ack 90601	| F1/ES closer=client",
	     "server < F. 90601 ack 70302	| F2/CW,LA");
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > F. 912345 ack 90601	| F1/ES",
	     "client > P. 70201:70301 ack 90601	| F1/ES",
	     "server < . 90601 ack 70301	| F1/ES",
	     "client > F. 70301 ack 90601	| F1/ES !fin_seq",
	     "server < F. 90601 ack 70302	| ~ES,F1,F2/CW,LA closer=client");
}

/* A SYN is of another life, and tells nothing of this one. */
TEST(syn)
{
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 9000			| ES/ES !syn_in_sync",
	     "server < . 90601 ack 70201	| ES/ES quiet",
	     "client > R 70201			| CL/CL ended outcome=half_open");
}

TEST(idle)
{
	play(EVERYWHERE, OPEN,
	     "+431999s client > . 70200 ack 90601 | ES/ES quiet",
	     "+431999s				| ES/ES",
	     "+1s				| CL/CL ended outcome=vanished");
}

/* What follows a SYN into the connection tells whether it was forged: it is not skipped. */
TEST(syn_in_doubt)
{
	struct tcpfsm_flow flow;

	flow = *play(AT_ROUTER, OPEN);
	assert_true(tcpfsm_is_settled(&flow));
	flow = *play(AT_ROUTER, OPEN, "client > S 300 | ES/ES !syn_in_sync flags=half_open,loose");
	assert_false(tcpfsm_is_settled(&flow));
}

/* The numbers of both ends are set anew, by a segment that has an ACK. */
TEST(numbers_anew)
{
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > F. 70201 ack 90601	| F1/ES",
	     "client > R 60000			| F1/ES !rst_outside",
	     "client > R 2000070202		| F1/ES !rst_outside",
	     "client > R 70202			| CL/CL ended");
	/* Even if more than half of all numbers went by. */
	play(AT_CLIENT | AT_ROUTER, OPEN,
	     "server < P. +3000000000		| ES/ES quiet",
	     "client > F. 70201 ack 3000090601	| F1/ES",
	     "server < R 4200000000		| F1/ES !rst_outside",
	     "server < F. 3000090601 ack 70202	| F2/CW,LA");
	/* What came in sequence, too: rule 8. */
	play(AT_CLIENT, OPEN,
	     "client > F. 70201 ack 90601	| F1/ES",
	     "server < F. 90601 ack 70201	| F1/F1",
	     "server < . 90602 ack 70202	| F1/CG",
	     "client > . 70202 ack 90602	| CG,TW/TW?");
}

TESTS = {
	test(teardown), test(reset), test(forged), test(syn), test(idle), test(syn_in_doubt),
	test(numbers_anew),
};

int main(void)
{
	return RUN(tests);
}
