// SPDX-License-Identifier: GPL-2.0-only
/* Verdicts: how a flow earns each one, and how it just misses it. By either end. */
#include "script.h"

/* Each end has sent up to 101. */
#define OPENED								\
	"client > S 100			| SS/LI",			\
	"server < S. 100 ack 101	| SS/SR",			\
	"client > . 101 ack 101		| ES*/ES*"

#define OPEN	OPENED, ":either"

EARNS(open)
{
	play(EVERYWHERE, "client > S 100 | SS/LI outcome=open");
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101	| F1/ES outcome=open",
	     "server < . 101 ack 102	| F2/CW outcome=open",
	     "server < F. 101 ack 102	| F2/LA outcome=open");
}

/* Nothing but 2MSL stands between it and its end: it has closed. */
FAILS(open)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101	| F1/ES",
	     "server < F. 101 ack 102	| F2/CW,LA",
	     "client > . 102 ack 102	| TW/CL outcome=graceful");
}

EARNS(graceful)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101	| F1/ES",
	     "server < F. 101 ack 102	| F2/CW,LA",
	     "client > . 102 ack 102	| TW/CL outcome=graceful",
	     "+60s			| CL/CL ended outcome=graceful");
}

/* The last ACK is missing: nobody knows that the FIN arrived; or the end aborts just before. */
FAILS(graceful)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101	| F1/ES",
	     "server < F. 101 ack 102	| F2/CW,LA",
	     "client > . 102 ack 101	| F2/LA outcome=open",
	     "+120s			| CL/CL ended outcome=vanished");
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101	| F1/ES",
	     "server < F. 101 ack 102	| F2/CW,LA",
	     "client > R 102		| CL/CL ended");
}

EARNS(refused)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < R. 0 ack 101	| CL/CL ended outcome=refused");
}

/* It had answered before; or this is no answer to that SYN. */
FAILS(refused)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "server < R. 501 ack 101	| CL/CL ended outcome=reset_server");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < R. 0 ack 100	| SS/LI !rst_outside outcome=open");
}

EARNS(syn_timeout)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "+100s client > S 100	| SS/LI again",
	     "+50s			| CL/CL ended outcome=syn_timeout");
	/* Crossed SYNs are no answer to each other. */
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS",
	     "+150s			| CL/CL ended outcome=syn_timeout");
}

FAILS(syn_timeout)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "+149s server < S. 100 ack 101 | SS/SR",
	     "+90s			| CL/CL ended outcome=synack_timeout");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "+149.999s server < . 500 ack 101 | SS/LI outcome=open");
}

EARNS(synack_timeout)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S. 100 ack 101	| SS/SR",
	     "+90s			| CL/CL ended outcome=synack_timeout");
	/* The client's own, after crossed SYNs. */
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS",
	     "client > S. 100 ack 501	| SR/SS",
	     "+90s			| CL/CL ended outcome=synack_timeout");
	/* Of a flow in one direction. */
	play(AT_ROUTER,
	     "server < S. 500 ack 101	| SS/SR",
	     "server < S. 500 ack 101	| SS/SR again",
	     "+90s			| CL?/CL? ended outcome=synack_timeout");
}

/* An ACK came, and the server would not have it to the end (a full accept queue). */
FAILS(synack_timeout)
{
	play(EVERYWHERE, OPENED,
	     "server < S. 100 ack 101	| ES/~SR !final_ack_lost",
	     "+90s			| CL/CL ended outcome=vanished");
	/* One direction alone passes, but that shows it. */
	play(AT_ROUTER,
	     "server < S. 500 ack 101	| SS/SR",
	     "server < P. 501:601 ack 201 | SS/ES",
	     "+301s			| CL?/CL? ended outcome=vanished");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "+149.999s			| SS/LI",
	     "+1ms			| CL/CL ended outcome=syn_timeout");
}

EARNS(reset_client)
{
	play(EVERYWHERE, OPENED,
	     "client > R. 101 ack 101	| CL/CL ended outcome=reset_client");
}

FAILS(reset_client)
{
	play(EVERYWHERE, OPENED,
	     "server < R. 101 ack 101	| CL/CL ended outcome=reset_server",
	     /* What a peer answers that has no such socket any more. */
	     "client > R 101		| CL/CL outcome=reset_server");
	play(AT_ROUTER | AT_SERVER, OPENED,
	     "client > R 102		| ES/ES !rst_inexact outcome=open");
}

EARNS(reset_server)
{
	play(EVERYWHERE, OPENED,
	     "server < R. 101 ack 101	| CL/CL ended outcome=reset_server");
}

FAILS(reset_server)
{
	play(EVERYWHERE, OPENED,
	     "client > R. 101 ack 101	| CL/CL ended outcome=reset_client",
	     "server < R 101		| CL/CL outcome=reset_client");
	/* After a graceful close a reset ends TIME_WAIT, and no more. */
	play(EVERYWHERE, OPENED,
	     "client > F. 101 ack 101	| F1/ES",
	     "server < F. 101 ack 102	| F2/CW,LA",
	     "client > . 102 ack 102	| TW/CL",
	     "server < R 102		| CL/CL ended outcome=graceful");
}

EARNS(half_open)
{
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 9000		| ES/ES !syn_in_sync",
	     "server < . 101 ack 101	| ES/ES",
	     "client > R 101		| CL/CL ended outcome=half_open");
}

/* The SYN was forged, as its supposed sender goes on; the reset has another reason. */
FAILS(half_open)
{
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 9000		| ES/ES !syn_in_sync",
	     "client > P. 101:111 ack 101 | ES/ES",
	     "client > R 111		| CL/CL ended");
}

EARNS(vanished)
{
	play(EVERYWHERE, OPEN,
	     "+432000s			| CL/CL ended outcome=vanished");
}

FAILS(vanished)
{
	play(EVERYWHERE, OPEN,
	     "+431999.999s client > . 100 ack 101 | ES/ES",
	     "+431999.999s		| ES/ES outcome=open");
}

EARNS(reused)
{
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "client > S 200		| SS/LI new old=reused");
	play(AT_SERVER | AT_ROUTER | AT_LOOPBACK,
	     "client > S 100		| SS/LI",
	     "client > S 200		| SS/LI",
	     "server < S. 700 ack 201	| SS/SR new old=reused");
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 9000		| ES/ES !syn_in_sync",
	     "server < S. 700 ack 9001	| SS/SR new old=reused");
}

/* What had ended keeps its verdict; a copy of the SYN is no other life. */
FAILS(reused)
{
	/* Its sender has gone on, so the SYN was not its own, and an answer comes too late. */
	play(BUT_AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 100 ack 101	| SS/SR",
	     "client > . 101 ack 101	| ES/ES*",
	     "client > S 9000		| ES/ES* !syn_in_sync",
	     "server < . 101 ack 101	| ES/ES",
	     "client > P. 101:111 ack 101 | ES/ES -flags",
	     "server < . 101 ack 111	| ES/ES",
	     "+600s server < S. 700 ack 9001 | ES/ES !synack_isn outcome=open");
	/* The SYN-ACK has to be for the SYN that came last. */
	play(BUT_AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 100 ack 101	| SS/SR",
	     "client > . 101 ack 101	| ES/ES*",
	     "client > S 9000		| ES/ES* !syn_in_sync",
	     "client > S 8000		| ES/ES* !syn_in_sync",
	     "server < S. 700 ack 9001	| ES/ES* !synack_isn",
	     "server < S. 700 ack 8002	| ES/ES* !synack_isn",
	     "client > . 101 ack 101	| ES/ES* outcome=open -flags");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "client > S 100		| SS/LI -new again");
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101	| F1/ES",
	     "server < F. 101 ack 102	| F2/CW,LA",
	     "client > . 102 ack 102	| TW/CL",
	     "client > S 9000		| SS/LI new old=graceful");
	play(EVERYWHERE, OPEN,
	     "client > R 101		| CL/CL ended",
	     "+1s client > S 9000	| SS/LI new");
}

/* ---- what a hand does: the shell makes room, or clears the table ---- */

static struct tcpfsm_flow give_up(const struct tcpfsm_flow *from, enum tcpfsm_verdict verdict,
				  enum tcpfsm_cause cause)
{
	struct tcpfsm_flow flow = *from;
	struct tcpfsm_result result;
	bool had_ended = flow.ended;
	unsigned int i;

	tcpfsm_give_up(&flow, flow.seen_ns, verdict, cause, &result);
	assert_true(flow.ended);
	assert_int_equal(result.ended, !had_ended);
	for (i = 0; i < result.changes; i++) {
		assert_int_equal(result.change[i].cause, cause);
		assert_int_equal(result.change[i].to, TCPFSM_CLOSE);
	}
	coverage_result(&flow, &result);
	return flow;
}

static const struct tcpfsm_flow *half_open_flow(void)
{
	return play(AT_ROUTER,
		    "client > S 100		| SS/LI",
		    "server < S. 100 ack 101	| SS/SR");
}

/* Both ends have closed: what ends its 2MSL early does not change that. */
static const struct tcpfsm_flow *waiting_flow(void)
{
	return play(AT_ROUTER, OPENED,
		    "client > F. 101 ack 101	| F1/ES*",
		    "server < F. 101 ack 102	| F2?/CW,LA",
		    "client > . 102 ack 102	| TW/CL?");
}

static const struct tcpfsm_flow *reset_flow(void)
{
	return play(AT_ROUTER, OPENED,
		    "client > R 101		| CL?/CL? ended");
}

EARNS(evicted)
{
	struct tcpfsm_flow flow = give_up(half_open_flow(), TCPFSM_VERDICT_EVICTED,
					  TCPFSM_CAUSE_EVICT);

	assert_int_equal(flow.outcome, TCPFSM_VERDICT_EVICTED);
}

FAILS(evicted)
{
	struct tcpfsm_flow flow = give_up(waiting_flow(), TCPFSM_VERDICT_EVICTED,
					  TCPFSM_CAUSE_EVICT);

	assert_int_equal(flow.outcome, TCPFSM_VERDICT_GRACEFUL);
	flow = give_up(reset_flow(), TCPFSM_VERDICT_EVICTED, TCPFSM_CAUSE_EVICT);
	assert_int_equal(flow.outcome, TCPFSM_VERDICT_RESET_CLIENT);
}

EARNS(cleared)
{
	struct tcpfsm_flow flow = give_up(half_open_flow(), TCPFSM_VERDICT_CLEARED,
					  TCPFSM_CAUSE_CLEAR);

	assert_int_equal(flow.outcome, TCPFSM_VERDICT_CLEARED);
}

FAILS(cleared)
{
	struct tcpfsm_flow flow = give_up(waiting_flow(), TCPFSM_VERDICT_CLEARED,
					  TCPFSM_CAUSE_CLEAR);

	assert_int_equal(flow.outcome, TCPFSM_VERDICT_GRACEFUL);
	flow = give_up(reset_flow(), TCPFSM_VERDICT_CLEARED, TCPFSM_CAUSE_CLEAR);
	assert_int_equal(flow.outcome, TCPFSM_VERDICT_RESET_CLIENT);
}

/* A SYN of the client and its answer, which nobody sent who knows the numbers. */
#define FORGED_OPEN OPEN,							\
	     "client > S 1500000000		| ES*/ES* !syn_in_sync",	\
	     "server < S. 2000000000 ack 1500000001 | SS*/SR* new old=reused"

EARNS(forged)
{
	/* Each end answers with the numbers that it has. */
	play(AT_ROUTER, FORGED_OPEN,
	     "server < . 101 ack 101	| SS*/SR* outside",
	     "client > . 101 ack 101	| ~ES*/~ES* back revived outcome=open -flags by=ack,ack");
	/* Not that one end has gone on in between, but that both do then, tells. */
	play(AT_ROUTER, OPEN,
	     "client > S 1500000000	| ES*/ES* !syn_in_sync",
	     "server < . 101 ack 101	| ES*/ES*",
	     "server < S. 2000000000 ack 1500000001 | SS*/SR* new old=reused",
	     "client > . 101 ack 101	| SS*/SR* outside",
	     "server < . 101 ack 101	| ~ES*/~ES* back revived outcome=open -flags by=ack,ack");
	/* The third segment, and data, can be forged as well. */
	play(AT_ROUTER, FORGED_OPEN,
	     "client > . 1500000001 ack 2000000001	| ES*/ES*",
	     "client > P. 1500000001:1500000011 ack 2000000001 | ES*/ES*",
	     "client > P. 101:111 ack 101	| ES*/ES* outside",
	     "server < . 101 ack 111		| ~ES*/~ES* back revived",
	     "client > F. 111 ack 101		| F1*/ES*",
	     "server < F. 101 ack 112		| F2*/CW*,LA*",
	     "client > . 112 ack 102		| TW*/CL* outcome=graceful");
	/* What an end says first may be its FIN. */
	play(AT_ROUTER, FORGED_OPEN,
	     "client > F. 101 ack 101	| SS*/SR* outside",
	     "server < . 101 ack 102	| ~F1*,F2*/~ES*,CW* back revived");
	/* Before the handshake was over. */
	play(AT_ROUTER,
	     "client > S 100		| SS*/LI*",
	     "server < S. 60 ack 101	| SS*/SR*",
	     "client > S 1500000000	| SS*/SR* !syn_in_sync",
	     "server < S. 2000000000 ack 1500000001 | SS*/SR* new old=reused",
	     "client > . 101 ack 61	| SS*/SR* outside",
	     "server < P. 61:71 ack 101	| ~ES*/~ES* back revived shook");
	/* In another order than it was sent. */
	play(AT_ROUTER, FORGED_OPEN,
	     "client > P. 101:111 ack 101	| SS*/SR* outside",
	     "client > P. 121:131 ack 101	| SS*/SR* outside",
	     "client > P. 111:121 ack 101	| SS*/SR* outside",
	     "server < . 101 ack 131		| ~ES*/~ES* back revived");
	/* What looks as if it had ended well was forged, too. */
	play(AT_ROUTER, FORGED_OPEN,
	     "client > F. 1500000001 ack 2000000001 | ES*,F1*/ES*",
	     "server < F. 2000000001 ack 1500000002 | F2*/CW*,LA*",
	     "client > . 1500000002 ack 2000000002 | TW*/CL* outcome=graceful",
	     "client > . 101 ack 101		| TW*/CL* outside",
	     "server < . 101 ack 101		| ~ES*/~ES* back revived");
	/* The older one was: it had waited for the ports. Or the copies of both ends are late. */
	play(AT_ROUTER, FORGED_OPEN,
	     "client > . 1500000001 ack 2000000001	| ES*/ES*",
	     "client > . 101 ack 101		| ES*/ES* outside",
	     "server < . 101 ack 101		| ~ES*/~ES* back revived",
	     "client > P. 1500000001:1500000011 ack 2000000001 | ES*/ES* outside",
	     "server < . 2000000001 ack 1500000011	| ~ES*/~ES* back revived outcome=open");
	/* What came back comes back once. */
	play(AT_ROUTER, FORGED_OPEN,
	     "server < . 101 ack 101	| SS*/SR* outside",
	     "client > . 101 ack 101	| ~ES*/~ES* back revived",
	     "server < . 101 ack 101	| ES*/ES*",
	     "+432000s			| CL*/CL* ended outcome=vanished",
	     "client > . 101 ack 101	| CL*/CL* outcome=vanished");
	/* In the other direction. */
	play(AT_ROUTER, OPEN,
	     "server < S 2000000000		| ES*/ES* !syn_in_sync",
	     "client > S. 1500000000 ack 2000000001 | SR*/SS* new old=reused",
	     "server < . 101 ack 101		| SR*/SS* outside",
	     "client > . 101 ack 101		| ~ES*/~ES* back revived");
}

/* Copies from the old life, of one end; and numbers that are near, but not the next. */
FAILS(forged)
{
	play(AT_ROUTER, FORGED_OPEN,
	     "client > . 101 ack 101	| SS*/SR* outside",
	     "client > . 101 ack 101	| SS*/SR* outside",
	     "server < . 100 ack 101	| SS*/SR* outside",
	     "server < . 102 ack 101	| SS*/SR* outside",
	     "server < . 101 ack 102	| SS*/SR* outside",
	     "server < . 101 ack 100	| SS*/SR* outside",
	     "server < R. 101 ack 101	| SS*/SR* !rst_outside",
	     "client > . 1500000001 ack 2000000001	| ES*/ES*",
	     "client > P. 1500000001:1500000011 ack 2000000001 | ES*/ES* outcome=open");
	/* One that nobody answered, and one without a SYN: their numbers are anybody's. */
	play(AT_ROUTER,
	     "client > S 100			| SS*/LI*",
	     "client > S 1500000000		| SS*/LI*",
	     "server < S. 2000000000 ack 1500000001 | SS*/SR* new old=reused",
	     "client > . 101 ack 1		| SS*/SR* outside",
	     "server < . 1 ack 101		| SS*/SR* outside");
	play(AT_ROUTER,
	     "client > S 100			| SS*/LI*",
	     "client > S 1500000000		| SS*/LI*",
	     "server < S. 2000000000 ack 1500000001 | SS*/SR* new old=reused",
	     "server < . 0 ack 101		| SS*/SR* outside",
	     "client > . 101 ack 1		| SS*/SR* outside");
	play(AT_ROUTER,
	     "client > . 100 ack 100		| ES*/ES*",
	     "server < . 100 ack 100		| ES*/ES*",
	     "client > S 1500000000		| ES*/ES* !syn_in_sync",
	     "server < S. 2000000000 ack 1500000001 | SS*/SR* new old=reused",
	     "client > . 100 ack 100		| SS*/SR* outside",
	     "server < . 100 ack 100		| SS*/SR* outside");
	/* An ACK from before, though it stands where the next one would. */
	play(AT_ROUTER, OPENED,
	     "server < P. 101:111 ack 101 | ES*/ES*",
	     "client > . 101 ack 111	| ES*/ES*",
	     "client > S 1500000000	| ES*/ES* !syn_in_sync",
	     "server < S. 2000000000 ack 1500000001 | SS*/SR* new old=reused",
	     "client > . 101 ack 101	| SS*/SR* outside",
	     "server < . 111 ack 101	| SS*/SR* outside");
	/* Numbers that are out of date. */
	play(AT_ROUTER, ":lite", OPENED,
	     "server < P. 101:111 ack 101 | ES*/ES*",
	     "client > . 101 ack 111	| ES*/ES* quiet",
	     "client > S 1500000000	| ES*/ES* !syn_in_sync",
	     "server < S. 2000000000 ack 1500000001 | SS*/SR* new old=reused",
	     "client > . 101 ack 111	| SS*/SR* outside",
	     "server < . 111 ack 101	| SS*/SR* outside");
	/* What has ended by itself does not come back. */
	play(AT_ROUTER, OPEN,
	     "client > R 101		| CL*/CL*",
	     "client > S 1500000000	| SS*/LI* new old=reset_client",
	     "client > . 101 ack 101	| SS*/LI* outside",
	     "server < . 101 ack 101	| SS*/LI* !ack_unsent");
}

/* "forged" says more than that it had been closed well. */
TEST(forged_and_closed)
{
	struct tcpfsm_flow flow = give_up(waiting_flow(), TCPFSM_VERDICT_FORGED,
					  TCPFSM_CAUSE_REUSE);

	assert_int_equal(flow.outcome, TCPFSM_VERDICT_FORGED);
}

TESTS = {
	earns(open), fails(open), earns(graceful), fails(graceful), earns(refused),
	fails(refused), earns(syn_timeout), fails(syn_timeout), earns(synack_timeout),
	fails(synack_timeout), earns(reset_client), fails(reset_client), earns(reset_server),
	fails(reset_server), earns(half_open), fails(half_open), earns(vanished),
	fails(vanished), earns(reused), fails(reused), earns(evicted), fails(evicted),
	earns(cleared), fails(cleared), earns(forged), fails(forged),
	test(forged_and_closed),
};

int main(void)
{
	return RUN(tests);
}
