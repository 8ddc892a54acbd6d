// SPDX-License-Identifier: GPL-2.0-only
/*
 * A real capture, and flows of which not every segment is seen: the mirror must
 * come out right with what it has, and must not believe who forges blindly.
 */
#include "script.h"

#define SYN \
	"17:43:47.475512 client > S 4637811:4637811(0) win 64240 <mss 1460,nop,wscale 8,nop,nop,sackOK>"
#define SYNACK \
	"17:43:47.475562 server < S. 653770253:653770253(0) ack 4637812 win 5840 <mss 1460,nop,nop,sackOK,nop,wscale 7>"
#define ACK	"17:43:47.475935 client > . ack 653770254 win 2053"
/* In between 3 bytes of the client and 144 of the server passed, which were not captured. */
#define FIN1	"17:43:51.064361 server < F 653770398:653770398(0) ack 4637815 win 46"
#define ACK1	"17:43:51.065064 client > . 4637815 ack 653770399 win 2052"
#define FIN2	"17:43:51.066797 client > F 4637815:4637815(0) ack 653770399 win 2052"
#define ACK2	"17:43:51.066816 server < . ack 4637816 win 46"

#define MEASURED							\
	" outcome=graceful closer=server rtt_server_us=50 rtt_client_us=373" \
	" half_close_ms=2 teardown_ms=2 mss=1460/1460 wscale=8/7 opts=sack" \
	" isn=4637811/653770253 -rtx -flags -reset_in"

TEST(at_the_server)
{
	play(AT_SERVER,
	     ":ports 51843 8080",
	     SYN	"| SS/LI hist=S",
	     SYNACK	"| SS/SR rtt_server_us=50 -rtt_client_us",
	     ACK	"| ES/ES shook rtt_client_us=373",
	     FIN1	"| ES/F1 closer=server",
	     ACK1	"| CW/F2",
	     FIN2	"| LA/F2",
	     ACK2	"| CL?/TW view=remote:local hist=ShAfFa" MEASURED,
	     "+59.999s	| CL?/TW",
	     "+1ms	| CL?/CL ended outcome=graceful closer=server");
}

/* Here the FIN acknowledges what its host was not seen to send: the ACK of it decides. */
TEST(at_the_client)
{
	play(AT_CLIENT,
	     ":ports 51843 8080",
	     SYN	"| SS/LI",
	     SYNACK	"| SS/SR rtt_server_us=50",
	     ACK	"| ES/ES? shook rtt_client_us=373",
	     FIN1	"| ES/ES? !ack_unsent",
	     ACK1	"| CW/F1,F2? closer=server",
	     FIN2	"| LA/F2?",
	     ACK2	"| CL/TW view=local:remote" MEASURED,
	     "+60s	| CL/CL ended outcome=graceful closer=server");
}

TEST(at_a_router)
{
	play(AT_ROUTER,
	     ":ports 51843 8080",
	     SYN	"| SS/LI",
	     SYNACK	"| SS/SR rtt_server_us=50",
	     ACK	"| ES/ES? shook rtt_client_us=373",
	     FIN1	"| ES/ES? !ack_unsent",
	     ACK1	"| CW/F1,F2? closer=server by=fin,ack,ack",
	     FIN2	"| LA/F2? by=fin",
	     ACK2	"| CL?/TW by=ack,ack view=forward" MEASURED,
	     "+60s	| CL?/CL ended outcome=graceful closer=server");
}

/* The same with nothing missing. */
TEST(whole)
{
	play(EVERYWHERE,
	     ":ports 51843 8080",
	     SYN	"| SS/LI",
	     SYNACK	"| SS/SR",
	     ACK	"| ES/ES shook",
	     "17:43:48 client > P 4637812:4637815(3) ack 653770254 win 2053 | ES/ES",
	     "17:43:49 server < P 653770254:653770398(144) ack 4637815 win 46 | ES/ES",
	     FIN1	"| ES/F1",
	     ACK1	"| CW/F2",
	     FIN2	"| LA/F2",
	     ACK2	"| CL/TW" MEASURED);
}

#define OPEN								\
	"client > S 100 win 65535	| SS/LI",			\
	"server < S. 500 ack 101 win 1000 | SS/SR",			\
	"client > . 101 ack 501		| ES*/ES*"

/* Data passed a router unseen, one way and both ways, and the ways to close after it. */
TEST(missing_data)
{
	play(AT_ROUTER | AT_CLIENT, OPEN,
	     "client > P. 101:201 unseen	| ES/ES",
	     "server < . ack 201		| ES/ES router,client@!ack_unsent",
	     "client > . 201 ack 501		| ES/ES",
	     "server < . ack 201		| ES/ES",
	     "client > F. 201 ack 501		| F1/ES",
	     "server < F. 501 ack 202		| F2/CW,LA",
	     "client > .			| TW/CL outcome=graceful closer=client");
	play(AT_ROUTER | AT_CLIENT, OPEN,
	     "client > P. 101:201 unseen	| ES/ES",
	     "server < P. 501:601 ack 201 unseen | ES/ES",
	     "server < F. 601 ack 201		| ES/ES !ack_unsent",
	     "client > F. 201 ack 602		| CW,LA/F1,F2 closer=server half_close_ms=1",
	     "server < . 602 ack 202		| CL/TW outcome=graceful");
	play(AT_SERVER, OPEN,
	     "client > P. 101:201 unseen	| ES/ES",
	     "server < P. 501:601 ack 201 unseen | ES/ES",
	     "server < F. 601 ack 201		| ES/F1",
	     "client > F. 201 ack 602		| CW,LA/F2",
	     "server < . 602 ack 202		| CL?/TW outcome=graceful");
}

/*
 * More than any window has passed a router unseen (an nft flowtable, hooks that were
 * off): a FIN far ahead is one if its target says so.
 */
TEST(missing_windows)
{
	play(AT_ROUTER, OPEN,
	     "server < F. 9000501 ack 101	| ES*/ES* outside",
	     "client > . 101 ack 9000502	| CW/F1,F2? flags=loose",
	     "client > F. 101 ack 9000502	| LA/F2?",
	     "server < . 9000502 ack 102	| CL?/TW outcome=graceful closer=server");
	play(AT_ROUTER, OPEN,
	     "server < F. 9000501 ack 7000101	| ES*/ES* outside",
	     "client > . 7000101 ack 9000502	| CW/F1,F2?",
	     "client > F. 7000101 ack 9000502	| LA/F2?",
	     "server < . 9000502 ack 7000102	| CL?/TW outcome=graceful closer=server");
	play(AT_ROUTER, OPEN,
	     "client > F. 101 ack 9000501	| ES*/ES* !ack_unsent",
	     "server < . 9000501 ack 102	| F1,F2?/CW",
	     "server < F. 9000501 ack 102	| F2?/LA",
	     "client > . 102 ack 9000502	| TW/CL? outcome=graceful closer=client");
	/* A forged one is forgotten when its supposed sender goes on. */
	play(AT_ROUTER, OPEN,
	     "server < F. 9000501 ack 101	| ES*/ES* outside",
	     "server < P. 501:511 ack 101	| ES*/ES*",
	     "client > . 101 ack 9000502	| ES*/ES* !ack_unsent",
	     "client > . 101 ack 511		| ES*/ES* quiet");
	/* At its target's own host nothing has passed unseen. */
	play(AT_CLIENT, OPEN,
	     "server < P. 501:511 ack 101	| ES*/ES",
	     "server < F. 9000501 ack 101	| ES/ES outside",
	     "client > . 101 ack 511		| ES/ES quiet");
}

/* Somebody knows the addresses and ports, and guesses the rest; a router sees it all. */
TEST(forged_fin)
{
	/* In the window, by luck: believed until the connection goes on. */
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > F. 701 ack 501		| F1/ES",
	     "client > P. 101:801 ack 501	| F1/ES !data_after_fin",
	     "server < . ack 801		| ~ES/ES -closer",
	     "client > F. 801 ack 501		| F1/ES closer=client",
	     "server < F. 501 ack 802		| F2/CW,LA",
	     "client > .			| TW/CL outcome=graceful");
	/* The true FIN comes first. */
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > F. 701 ack 501		| F1/ES",
	     "client > P. 101:201 ack 501	| F1/ES",
	     "server < . ack 201		| F1/ES",
	     "client > F. 201 ack 501		| F1/ES !fin_seq",
	     "server < . ack 202		| ~ES,F1,F2/CW closer=client",
	     "server < F. 501 ack 202		| F2/LA",
	     "client > .			| TW/CL outcome=graceful");
	/* Forged data makes the true FIN look old. */
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > P. 701:801 ack 501	| ES/ES",
	     "client > F. 101 ack 501		| ES/ES !fin_seq",
	     "server < . ack 102		| F1,F2/CW closer=client",
	     "server < F. 501 ack 102		| F2/LA",
	     "client > .			| TW/CL outcome=graceful");
	/* Acknowledged, but not by one who has come as far as it says. */
	play(AT_ROUTER, OPEN,
	     "server < P. 501:511 ack 101	| ES*/ES*",
	     "client > F. 701 ack 9000		| ES/ES !ack_unsent",
	     "server < . 511 ack 702		| ES/ES !ack_unsent");
	/* It does not make others slow, nor wait for ever. */
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "server < P. 501:551 ack 101	| ES/ES",
	     "client > F. 101 ack 90000		| ES/ES !ack_unsent",
	     "client > P. 101:201 ack 551	| ES/ES quiet",
	     "server < . ack 201		| ES/ES quiet");
	/* Outside the window, or an ACK of nothing that was sent: nothing at all. */
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > F. 50000 ack 501		| ES/ES outside",
	     "client > F. 101 ack 90000		| ES/ES !ack_unsent",
	     "server < . ack 101		| ES/ES",
	     "client > P. 101:111 ack 501	| ES/ES",
	     "server < . ack 111		| ES/ES");
}

/* The other end has closed too, before or after it, when the forgery comes out. */
TEST(forged_fin_while_closing)
{
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > F. 701 ack 501		| F1/ES",
	     "server < F. 501 ack 101		| F1/F1",
	     "client > . 101 ack 502		| CG/F1 server@CG/F2 router@CG/F2",
	     "client > P. 101:801 ack 502	| CG/F2 !data_after_fin",
	     "server < . 502 ack 801		| ~CW/F2 closer=server",
	     "client > F. 801 ack 502		| LA/F2",
	     "server < . 502 ack 802		| CL/TW outcome=graceful closer=server");
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "server < F. 501 ack 101		| ES/F1",
	     "client > F. 701 ack 502		| CW,LA/F2",
	     "client > P. 101:801 ack 502	| LA/F2 !data_after_fin",
	     "server < . 502 ack 801		| ~CW/F2 closer=server",
	     "client > F. 801 ack 502		| LA/F2",
	     "server < . 502 ack 802		| CL/TW outcome=graceful");
}

/* A Fast Open server may close in SYN_RECV, RFC 7413 4.2; this one did not. */
TEST(forged_fin_of_a_fast_open_server)
{
	play(AT_ROUTER,
	     "client > S 100:110 <tfo>		| SS/LI",
	     "server < S. 500 ack 111 <tfo>	| SS/SR",
	     "server < F. 701 ack 111		| SS/F1",
	     "server < P. 501:801 ack 111	| SS/F1 !data_after_fin",
	     "client > . 111 ack 801		| ES*/~SR,ES* -closer",
	     "client > F. 111 ack 801		| F1/ES*");
}

/* In mid-stream no window is known; a FIN must follow, or be acknowledged. */
TEST(forged_fin_in_midstream)
{
	play(AT_ROUTER,
	     "client > P. 101:201 ack 501	| ES?/ES? flags=midstream,loose",
	     "server < P. 501:601 ack 201	| ES/ES",
	     "client > . ack 601		| ES/ES",
	     "client > F. 900000 ack 601	| ES/ES !fin_seq",
	     "server < F. 90000 ack 201		| ES/ES !fin_seq",
	     "client > P. 201:301 ack 601	| ES/ES",
	     "client > F. 301 ack 601		| F1/ES",
	     "server < F. 601 ack 302		| F2?/CW,LA",
	     "client > . 302 ack 602		| TW/CL? outcome=graceful");
	/* Segments are missing before a true one. */
	play(AT_ROUTER | AT_SERVER | AT_CLIENT,
	     "client > P. 101:201 ack 501	| ES/ES",
	     "server < P. 501:601 ack 201	| ES/ES",
	     "client > P. 201:301 unseen	| ES/ES",
	     "client > F. 301 ack 601		| ES/ES router,server@!fin_seq client@F1/ES",
	     "server < . 601 ack 302		| F1,F2/CW client@F2/CW",
	     "server < F. 601 ack 302		| F2/LA",
	     "client > .			| TW/CL outcome=graceful");
}

/* A forged RST in the window is withdrawn when both ends go on. */
TEST(forged_rst)
{
	play(AT_ROUTER, OPEN,
	     "server < P. 501:601 ack 101	| ES*/ES*",
	     "server < R 550			| CL?/CL? ended",
	     "client > . ack 601		| ~ES/CL? !rst_withdrawn revived",
	     "server < P. 601:611 ack 101	| ES/~ES !rst_withdrawn",
	     "client > . ack 611		| ES/ES",
	     "client > R 500			| ES/ES !rst_inexact",
	     "client > R 5000			| ES/ES !rst_outside");
}

TESTS = {
	test(at_the_server), test(at_the_client), test(at_a_router), test(whole),
	test(missing_data), test(missing_windows), test(forged_fin), test(forged_fin_while_closing),
	test(forged_fin_of_a_fast_open_server), test(forged_fin_in_midstream), test(forged_rst),
};

int main(void)
{
	return RUN(tests);
}
