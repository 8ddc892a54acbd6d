// SPDX-License-Identifier: GPL-2.0-only
/* Resets and SYNs into living connections: items 28 to 40, RFC 9293 3.5, RFC 5961. */
#include "script.h"

#define OPENED								\
	"client > S 100 win 65535	| SS/LI",			\
	"server < S. 60 ack 101 win 1000 | SS/SR",			\
	"client > . 101 ack 61		| ES*/ES*",			\
	"server < P. 61:111 ack 101	| ES*/ES*",			\
	"client > P. 101:111 ack 111	| ES*/ES*",			\
	"server < . 111 ack 111		| ES*/ES*"
/* Both ends have come equally far, so either may go on. */
#define OPEN	OPENED, ":either"
/* RCV.NXT is 111 at either end, and the window 1000. */

#define CLOSE_WAIT							\
	OPEN,								\
	"client > F. 111 ack 111	| F1/ES",			\
	"server < . 111 ack 112		| F2/CW"

/* 28. */
TEST(exact)
{
	play(EVERYWHERE, OPEN,
	     "client > R 111		| CL/CL ended outcome=reset_client reset_in=ESTABLISHED "
					 "hist=ShAdDaR");
	play(EVERYWHERE, OPEN,
	     "server < R 111		| CL/CL ended outcome=reset_server");
	play(AT_CLIENT, OPEN,
	     "client > R 111		| CL/CL? ended");
	play(AT_SERVER, OPEN,
	     "client > R 111		| CL?/CL ended");
	play(AT_ROUTER, OPEN,
	     "client > R 111		| CL?/CL? ended");
	play(AT_LOOPBACK, OPEN,
	     "client > R 111 lost	| CL/ES",
	     "client > R 111		| CL/CL ended");
}

/* 29, 30. Seen from its sender's own host a reset needs no judge for its sender. */
TEST(not_exact)
{
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > R 112		| ES/ES !rst_inexact",
	     "client > R 1110		| ES/ES !rst_inexact",
	     "client > R 1112		| ES/ES !rst_outside",
	     "client > R 110		| ES/ES !rst_outside",
	     "client > R 0		| ES/ES !rst_outside",
	     "client > R 42		| ES/ES !rst_outside",
	     "client > R 1000111	| ES/ES !rst_outside",
	     "server < . 111 ack 111	| ES/ES",
	     "client > R 111		| CL/CL ended outcome=reset_client");
	play(AT_CLIENT | AT_ROUTER, OPEN,
	     "server < R 112		| ES/ES !rst_inexact",
	     "server < R 110		| ES/ES !rst_outside",
	     "server < R 111		| CL/CL ended outcome=reset_server");
}

/* 30. What old or blind resets carry, in every state: nothing comes of it. */
TEST(far_outside)
{
	static const u32 numbers[] = { 0, 1, 42, 60, 99, 1000111, 0x7fffffff, 0x80000000 };
	char rst[4][64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		static const char *const states[] = { "ES/ES", "F1/ES", "F2/CW", "F2/LA" };
		size_t j;

		for (j = 0; j < ARRAY_SIZE(rst); j++)
			scnprintf(rst[j], sizeof(rst[j]), "client > R %u | %s !rst_outside",
				  numbers[i], states[j]);
		play(AT_SERVER | AT_ROUTER, OPEN, rst[0],
		     "client > F. 111 ack 111	| F1/ES", rst[1],
		     "server < . 111 ack 112	| F2/CW", rst[2],
		     "server < F. 111 ack 112	| F2/LA", rst[3],
		     "client > . 112 ack 112	| TW/CL outcome=graceful");
	}
}

/* 31. Linux: tcp_reset_check(), and the highest SACK edge. */
TEST(one_below)
{
	/* It answers an ACK that was older than the one of its FIN. */
	play(AT_SERVER | AT_ROUTER, CLOSE_WAIT,
	     "client > R 111		| ~F1,CL/CL ended");
	play(AT_SERVER | AT_ROUTER, CLOSE_WAIT,
	     "client > R 110		| F2/CW !rst_outside");
	play(AT_SERVER | AT_ROUTER, CLOSE_WAIT,
	     "server < F. 111 ack 112	| F2/LA",
	     "client > R 111		| ~F1,CL/CL ended");
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "server < . 112 ack 112	| F1/CG",
	     "client > R 111		| CL/CL ended");
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > R 110		| ES/ES !rst_outside");
	/* Its ACK of the FIN is delayed, but the socket says that it has the FIN. */
	play(AT_CLIENT, OPEN,
	     "server < F. 111 ack 111	| ES/F1",
	     "server < R 111 rcv 112	| CL/CL? ended");
	play(AT_CLIENT, OPEN,
	     "server < P. 111:112 ack 111 | ES/ES",
	     "server < R 111 rcv 112	| ES/ES !rst_outside");
}

TEST(sack_edge)
{
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > P. 211:311 ack 111	| ES/ES",
	     "client > P. 411:511 ack 111 unseen | ES/ES",
	     "server < . 111 ack 111 <sack 411:511,sack 211:311> | ES/ES",
	     "client > R 512			| ES/ES !rst_inexact",
	     "client > R 511			| CL/CL ended outcome=reset_client");
	/* The hole is filled: the edge means nothing any more. */
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > P. 211:311 ack 111	| ES/ES",
	     "server < . 111 ack 111 <sack 211:311> | ES/ES",
	     "client > P. 111:211 ack 111	| ES/ES",
	     "client > P. 311:411 ack 111	| ES/ES",
	     "server < . 111 ack 411		| ES/ES",
	     "client > R 311			| ES/ES !rst_outside");
}

/* 32. */
TEST(straight_after_data)
{
	play(EVERYWHERE, OPEN,
	     "client > P. 111:211 ack 111 | ES/ES",
	     "client > R 211		| CL/CL ended outcome=reset_client");
	/* Where the socket can be asked there is no range. */
	play(AT_SERVER, OPEN,
	     "client > P. 111:211 ack 111 | ES/ES",
	     "client > R 111 rcv 211	| ES/ES !rst_outside",
	     "client > R 150 rcv 211	| ES/ES !rst_outside",
	     "client > R 212 rcv 211	| ES/ES !rst_inexact",
	     "client > R 211 rcv 211	| CL?/CL ended");
	/* The data are between here and the socket, on another processor. */
	play(AT_SERVER, OPEN,
	     "client > P. 111:211 ack 111 | ES/ES",
	     "client > R 110 rcv 111 lags	| ES/ES !rst_outside",
	     "client > R 212 rcv 111 lags	| ES/ES !rst_inexact",
	     "client > R 211 rcv 111 lags	| CL?/CL ended");
	/* What lies beyond the window is not taken. */
	play(AT_SERVER, OPEN,
	     "client > P. 111:90111 ack 111	| ES/ES",
	     "client > R 90111 rcv 111 lags	| ES/ES !rst_outside");
	/* It has not come in sequence: there was nothing to wait for. */
	play(AT_SERVER, OPEN,
	     "client > P. 121:211 ack 111 | ES/ES",
	     "client > R 211 rcv 111 lags	| ES/ES !rst_inexact");
}

/* Rule 3: below what its sender has sent: left over from before, if it has an ACK. */
TEST(leftover)
{
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > P. 111:211 ack 111 | ES/ES",
	     "client > R. 111 ack 111	| ES/CL",
	     "server < . 111 ack 211	| ES/~ES !rst_withdrawn outcome=open -reset_in");
}

/*
 * RFC 9293 3.5.2: who has no socket answers an ACK with its number, and no ACK.
 * An orphan in FIN_WAIT1 that gets data closes like that (tcp_reset() with
 * TCPABORTONDATA), before its FIN is acknowledged.
 */
TEST(answer_of_the_closed)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < P. 111:143 ack 111 | F1/ES",
	     "client > R 111		| CL/CL ended outcome=reset_client");
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > P. 111:211 ack 111 | ES/ES",
	     "client > R 111		| CL/CL ended",
	     "server < . 111 ack 211	| CL/~ES !rst_withdrawn revived outcome=open");
	/* Of its own host nobody else speaks. */
	play(AT_CLIENT, OPEN,
	     "client > P. 111:211 ack 111 | ES/ES",
	     "client > R 90		| CL/ES !rst_outside",
	     "client > P. 111:211 ack 111 | ~ES/ES !rst_withdrawn");
}

/* RFC 7413 4.2: the SYN-ACK may cover the SYN without its data, and the client be gone. */
TEST(gone_behind_fast_open)
{
	play(AT_CLIENT | AT_ROUTER,
	     "client > S 100:200 <tfo>	| SS*/LI*",
	     "+3s server < S. 60 ack 101 | SS*/SR*",
	     "client > R 101		| CL*/LI* ended outcome=reset_client");
	play(AT_CLIENT | AT_ROUTER,
	     "client > S 100:200 <tfo>	| SS*/LI*",
	     "+3s server < S. 60 ack 151 | SS*/SR*",
	     "client > R 151		| CL*/LI* ended outcome=reset_client");
	/* A SYN-ACK that the client could not take: it waits (RFC 9293 3.10.7.3). */
	play(AT_CLIENT | AT_ROUTER,
	     "client > S 100:200 <tfo>	| SS*/LI*",
	     "server < S. 60 ack 100	| SS*/LI* !old_synack",
	     "client > R 100		| SS*/LI*",
	     "server < S. 60 ack 202	| SS*/LI* !old_synack",
	     "client > R 202		| SS*/LI*");
	/* One that has taken it stands behind the data when it aborts. */
	play(AT_ROUTER,
	     "client > S 100:200 <tfo>	| SS*/LI*",
	     "server < S. 60 ack 101	| SS*/SR*",
	     "client > R. 201 ack 61	| ES*,CL*/LI* ended");
	play(AT_ROUTER,
	     "client > S 100:200 <tfo>	| SS*/LI*",
	     "server < S. 60 ack 101	| SS*/SR*",
	     "client > R. 101 ack 61	| SS*/LI*");
}

/* A listener is closed, and its half-open connections with it (RFC 9293 3.10.7.1). */
TEST(listener_gone)
{
	play(AT_SERVER | AT_ROUTER,
	     "client > S 100		| SS*/LI*",
	     "server < S. 60 ack 101 lost | SS*/SR*",
	     "+1s client > S 100	| SS*/SR* again",
	     "server < R. 900000000 ack 101 | CL*/CL* ended outcome=reset_server reset_in=SYN_SENT",
	     "+1s client > S 9000	| SS*/LI* new");
	play(AT_LOOPBACK,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101 lost | SS/SR",
	     "+1s client > S 100	| SS/SR again",
	     "server < R. 900000000 ack 101	| CL/CL ended outcome=reset_server");
	/* The RST was for a copy that came before it listened, and is late: it is there. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > S 100		| SS/LI again",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < R. 900000000 ack 101	| CL?/CL? ended",
	     "+1s server < S. 60 ack 101 | CL?/~SR again revived !rst_withdrawn",
	     "client > . 101 ack 61	| ~SS,ES/ES? !rst_withdrawn");
	/* A client that has taken the SYN-ACK takes no such RST. */
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < R. 900000000 ack 101	| SS/SR !rst_inexact",
	     "client > . 101 ack 61	| ES/ES?");
	/* It answers another SYN, or an ACK, which it could not take (RFC 9293 3.10.7.4). */
	play(AT_SERVER | AT_ROUTER,
	     "client > S 100		| SS*/LI*",
	     "server < S. 60 ack 101	| SS*/SR*",
	     "server < R. 900000000 ack 100	| SS*/SR* !rst_outside",
	     "server < R 900000000		| SS*/SR* !rst_outside",
	     "client > . 101 ack 61	| ES*/ES*");
}

/* The SYN-ACK has come: SYN_SENT has passed, though nothing of the client's shows it. */
TEST(behind_the_synack)
{
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < R. 62 ack 101	| SS/SR !rst_inexact",
	     "server < R 60		| SS/SR !rst_outside",
	     "client > . 101 ack 61	| ES/ES?",
	     "server < R. 61 ack 101	| CL/CL? ended");
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < R. 61 ack 101	| CL/CL? ended");
	/* Elsewhere nobody knows whether it has. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < R. 62 ack 101	| CL?/SR");
}

/* 33. */
TEST(after_the_end)
{
	play(EVERYWHERE, OPEN,
	     "client > R 111		| CL/CL ended",
	     "server < R 111		| CL/CL outcome=reset_client",
	     "client > R 111		| CL/CL outcome=reset_client",
	     "client > R. 111 ack 111	| CL/CL outcome=reset_client",
	     "+10s			| --/--",
	     "client > R 111		| --/--");
	play(EVERYWHERE, OPEN,
	     "client > F.		| F1/ES",
	     "server < F. 111 ack 112	| F2/CW,LA",
	     "client > .		| TW/CL",
	     "+60s			| CL/CL ended",
	     "server < R 112		| CL/CL outcome=graceful",
	     "client > R 112		| CL/CL outcome=graceful");
}

/* The SYN of the life that was reset is seen once more, late. */
TEST(late_copy_of_syn)
{
	play(AT_SERVER | AT_ROUTER, OPENED,
	     "client > R 111			| CL/CL ended",
	     "client > S 100			| CL/CL outcome=reset_client again",
	     "client > P. 101:106 ack 111	| CL/CL outcome=reset_client",
	     "client > P. 101:111 ack 111	| CL/CL outcome=reset_client");
	/* Something new is no copy: the reset was not its own. */
	play(EVERYWHERE, OPEN,
	     "client > R 111			| CL/CL ended",
	     "client > P. 111:121 ack 111	| ~ES/CL !rst_withdrawn revived outcome=open",
	     "server < . 111 ack 121		| ES/~ES !rst_withdrawn outcome=open -reset_in");
}

/* Rule 4 and rule 1: facts go on being recorded meanwhile. */
TEST(withdrawn)
{
	play(AT_ROUTER, OPEN,
	     "server < R 111		| CL?/CL? ended",
	     "client > F. 111 ack 111	| ~ES,F1,CL?/CL? reset_in=FIN_WAIT1",
	     "server < . 111 ack 112	| CL?/~ES,CW !rst_withdrawn revived outcome=open",
	     "server < F. 111 ack 112	| CL?/LA",
	     "client > .		| ~F2?,TW/CL? !rst_withdrawn outcome=graceful");
	/* The RST was lost: its target repeats what nobody has acknowledged. */
	play(AT_CLIENT | AT_ROUTER, OPEN,
	     "server < P. 111:121 ack 111 | ES/ES",
	     "client > R 111 lost	| CL/CL? ended",
	     "server < P. 111:121 ack 111 | CL/~ES !rst_withdrawn revived",
	     "client > R 111		| CL/CL? ended outcome=reset_client",
	     "server < . 120 ack 111	| CL/~ES !rst_withdrawn revived");
}

/* It has come, and waits in the backlog of a socket that its process keeps busy. */
TEST(in_the_backlog)
{
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S 60		| SS/SS",
	     "server < R. 61 ack 101	| CL/SR,CL? ended",
	     "client > S. 100 ack 61	| CL/CL?",
	     "client > S. 100 ack 61	| ~SR/CL? !rst_withdrawn revived again");
	play(AT_CLIENT, OPEN,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > . 111 ack 112	| CW/F2?",
	     "server < R 111		| CL/~F1,CL? ended",
	     "client > F. 111 ack 112	| ~CW,LA,CL/CL? reset_in=LAST_ACK");
}

/* The socket of who connects has taken SYN-ACK and FIN, and acknowledged neither yet. */
TEST(behind_a_fin_in_syn_sent)
{
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "server < F. 501 ack 101	| SS/ES,F1",
	     "server < R 501 rcv 502	| CL/CL? ended");
}

/*
 * A SYN that came before its target's socket was there, with a RST on its way out on another
 * processor while that socket sends its own SYN: the RST is nobody's (RFC 9293 3.10.7.1), and
 * what it acknowledges that socket has not seen.
 */
TEST(of_nobody_in_syn_sent)
{
	play(AT_SERVER,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS flags=simultaneous",
	     "server < R. 0 ack 101	| CL?/SS",
	     "client > S. 100 ack 501	| ~SS,SR/SS !rst_withdrawn",
	     "server < . 501 ack 101	| ES?/ES shook");
	/* One that has taken the SYN, and then aborts, says so with its own number. */
	play(AT_SERVER,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS flags=simultaneous",
	     "server < R. 501 ack 101	| CL?/SR,CL ended");
	/* Or with one beyond, where segments before it did not come. */
	play(AT_SERVER,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "client > R. 150 ack 501	| ES?/SR !rst_inexact");
}

/* RFC 7323: what is repeated carries a newer timestamp, a copy that the network made does not. */
TEST(late_copies)
{
	/* Of a FIN, before the client had the other's: it has closed first, and is closed. */
	play(AT_ROUTER,
	     "client > S 100 <TS 1>		| SS/LI",
	     "server < S. 500 ack 101 <TS 1 ecr 1> | SS/SR",
	     "client > . 101 ack 501 <TS 2 ecr 1> | ES/ES?",
	     "server < F. 501 ack 101 <TS 2 ecr 2> | ES/F1",
	     "client > F. 101 ack 502 <TS 20 ecr 2> | CW,LA/F2?",
	     "server < R. 502 ack 101 <TS 3 ecr 2> | CL?/CL? ended",
	     "client > F. 101 ack 501 <TS 10 ecr 1> | CL?/CL? again outcome=reset_server closer=simultaneous");
	play(AT_ROUTER | AT_CLIENT, OPEN,
	     "server < P. 111:121 ack 111 <TS 50>	| ES/ES",
	     "server < P. 121:131 ack 111 <TS 51>	| ES/ES",
	     "client > R 111				| CL/CL ended",
	     "server < P. 111:121 ack 111 <TS 50>	| CL/CL",
	     "server < P. 111:121 ack 111 <TS 51>	| CL/CL",
	     "server < P. 111:121 ack 111 <TS 90>	| CL/~ES !rst_withdrawn revived");
}

/* For an end in SYN_SENT: its first ACK is no leftover, and the way back is that of the RFC. */
TEST(forged_in_the_handshake)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "client > R 101		| CL?/LI? ended",
	     "client > . 101 ack 61	| ~SS,ES/LI? !rst_withdrawn revived",
	     "server < . 61 ack 101	| ES/~SR,ES? !rst_withdrawn");
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S 60		| SS/SS",
	     "client > S. 100 ack 61	| SR/SS",
	     "server < R 61		| CL?/CL? ended",
	     "client > S. 100 ack 61	| ~SR/CL? !rst_withdrawn revived again",
	     "server < S. 60 ack 101	| ES?/~SS,SR,ES? !rst_withdrawn");
}

/* What is new is on its way for so long only: its sender has not had the RST. */
TEST(long_after)
{
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "server < R. 111 ack 111 lost	| CL/CL ended",
	     "+150ms client > . 111 ack 111	| CL/CL",
	     "+6s client > F. 111 ack 111	| ~ES,F1/CL !rst_withdrawn revived",
	     "server < R 111			| CL/CL ended");
}

/* Only here did it overtake the data before it. */
TEST(overtaking)
{
	play(AT_ROUTER, OPEN,
	     "server < R. 143 ack 111	| ES/ES !rst_inexact",
	     "server < P. 111:143 ack 111 | CL?/CL? ended outcome=reset_server");
	play(AT_ROUTER, OPEN,
	     "server < R. 143 ack 111	| ES/ES !rst_inexact",
	     "server < P. 111:150 ack 111 | ES/ES");
	/* Another one has sent a listener back meanwhile, and was none of its peer's. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "client > R 150		| SS/SR !rst_inexact",
	     "client > R 101		| CL?/LI? ended",
	     "client > P. 101:150 ack 501 | ~SS,ES/LI? !rst_withdrawn revived");
	/* At its target's own host it is as it is. */
	play(AT_CLIENT, OPEN,
	     "server < R. 143 ack 111	| ES/ES !rst_inexact",
	     "server < P. 111:143 ack 111 | ES/ES");
}

/* A FIN where the SYN stood is nobody's. */
TEST(fin_at_the_isn)
{
	play(AT_CLIENT | AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "client > . 101 ack 501	| ES/ES*",
	     "server < F. 500 ack 100	| ES/ES* !fin_seq",
	     "client > . 101 ack 501	| ES/ES*",
	     "server < F. 500 ack 102	| ES/ES* !ack_unsent",
	     "client > P. 101:102 ack 501 | ES/ES*",
	     "client > . 102 ack 501	| ES/ES*");
	/* Also if it passes before that is known. */
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < F. 500 ack 102	| SS/LI !ack_unsent",
	     "server < S. 500 ack 101	| SS/SR",
	     "client > . 101 ack 501	| ES/ES?",
	     "client > F. 101 ack 501	| F1/ES?");
}

/* What the target of a RST had on its way when it came shows nothing. */
TEST(in_flight)
{
	play(EVERYWHERE, OPEN,
	     "client > R 111		| CL/CL ended",
	     "server < P. 111:211 ack 111 | CL/CL outcome=reset_client",
	     "client > R 111		| CL/CL",
	     "server < P. 651:751 ack 111 | CL/CL outcome=reset_client",
	     "client > R 111		| CL/CL",
	     "server < . 751 ack 111	| CL/CL",
	     "server < F. 751 ack 111	| CL/~ES,F1,CL outcome=reset_client",
	     "client > R 111		| CL/CL outcome=reset_client");
}

/*
 * A forged one, in each state of its victim. It repeats what it sent, as only a
 * live end does, and is where it was; so is the end in whose name it was sent.
 */
TEST(withdrawn_in_each_state)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S 60		| SS/SS",
	     "client > S. 100 ack 61	| SR/SS",
	     "server < R 61		| CL*/CL* ended",
	     "client > S. 100 ack 61	| ~SR/CL* again revived !rst_withdrawn");
	play(AT_ROUTER, OPEN,
	     "client > F. 111 ack 111	| F1/ES*",
	     "server < R 111		| CL*/CL* ended",
	     "client > F. 111 ack 111	| ~F1/CL* again revived !rst_withdrawn",
	     "server < . 111 ack 112	| F2*/~ES,CW !rst_withdrawn");
	play(AT_ROUTER, OPEN,
	     "client > F. 111 ack 111	| F1/ES*",
	     "server < . 111 ack 112	| F2*/CW",
	     "server < P. 111:121 ack 112 | F2*/CW",
	     "client > R 112		| CL*/CL* ended",
	     "server < P. 111:121 ack 112 | CL*/~CW revived !rst_withdrawn",
	     "client > . 112 ack 121	| ~F2*/CW !rst_withdrawn");
	play(AT_ROUTER, OPEN,
	     "client > F. 111 ack 111	| F1/ES*",
	     "server < F. 111 ack 111	| F1/F1",
	     "server < . 112 ack 112	| F1/CG",
	     "client > R 112		| CL*/CL* ended",
	     "server < F. 111 ack 112	| CL*/~CG again revived !rst_withdrawn");
	play(AT_ROUTER, OPEN,
	     "client > F. 111 ack 111	| F1/ES*",
	     "server < . 111 ack 112	| F2*/CW",
	     "server < F. 111 ack 112	| F2*/LA",
	     "client > R 112		| CL*/CL* ended",
	     "server < F. 111 ack 112	| CL*/~LA again revived !rst_withdrawn",
	     "client > . 112 ack 112	| ~F2*,TW*/CL* !rst_withdrawn");
}

/* 34. RFC 5961 4, in every synchronised state. */
TEST(syn_into_a_connection)
{
	play(BETWEEN, OPEN,
	     "client > S 9000		| ES/ES !syn_in_sync flags=half_open",
	     "server < . 111 ack 111	| ES/ES flags=half_open",
	     "client > S 111		| ES/ES !syn_in_sync",
	     "client > S 600		| ES/ES !syn_in_sync",
	     "server < S 9000		| ES/ES !syn_in_sync",
	     "client > P. 111:121 ack 111 | ES/ES",
	     "client > F. 121 ack 111	| F1/ES",
	     "client > S 9000		| F1/ES !syn_in_sync",
	     "server < S 9000		| F1/ES !syn_in_sync",
	     "server < . 111 ack 122	| F2/CW",
	     "client > S 9000		| F2/CW !syn_in_sync",
	     "server < S 9000		| F2/CW !syn_in_sync",
	     "server < F. 111 ack 122	| F2/LA",
	     "client > S 9000		| F2/LA !syn_in_sync",
	     "client > . 122 ack 112	| TW/CL outcome=graceful");
	play(BUT_AT_CLIENT, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > . 112 ack 112	| CG/F1",
	     "client > S 9000		| CG/F1 !syn_in_sync",
	     "server < . 112 ack 112	| TW/CG,TW");
}

/* 36. RFC 9293 fig. 9 */
TEST(half_open_discovery)
{
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 9000		| ES/ES !syn_in_sync flags=half_open",
	     "server < . 111 ack 111	| ES/ES",
	     "client > R 111		| CL/CL ended outcome=half_open reset_in=ESTABLISHED",
	     "+1s client > S 9000	| SS/LI new old=half_open",
	     "server < S. 260 ack 9001	| SS/SR",
	     "client > . 9001 ack 261	| ES/ES");
	/* Both had restarted: the server answers as a new one. */
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 9000		| ES/ES !syn_in_sync",
	     "server < S. 260 ack 9001	| SS/SR new old=reused",
	     "client > . 9001 ack 261	| ES/ES");
	/* What it had sent before is on its way; that it is closed may be seen, or not. */
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 9000		| ES/ES !syn_in_sync",
	     "server < P. 111:121 ack 111 | ES/ES",
	     "server < R 121		| CL/CL ended outcome=half_open",
	     "server < S. 260 ack 9001	| SS/SR new old=half_open",
	     "client > . 9001 ack 261	| ES/ES");
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 9000		| ES/ES !syn_in_sync",
	     "server < P. 111:121 ack 111 | ES/ES",
	     "server < S. 260 ack 9001	| SS/SR new old=reused",
	     "client > . 9001 ack 261	| ES/ES");
}

/*
 * A socket gives up without a word: its peer is gone, or it had waited in FIN_WAIT2 for long
 * enough. Then its own host knows what a SYN on its ports is; its peer does not.
 */
TEST(half_open_at_its_own_host)
{
	play(AT_CLIENT, OPEN,
	     "+900s client > S 9000	| SS/LI new old=reused -flags",
	     "+1s client > S 9000	| SS/LI again",
	     "server < . 111 ack 111	| SS/LI",
	     "client > R 111		| SS/LI",
	     "+1s client > S 9000	| SS/LI again",
	     "server < S. 260 ack 9001	| SS/SR",
	     "client > . 9001 ack 261	| ES/ES?");
	play(AT_CLIENT, CLOSE_WAIT,
	     "+61s client > S 9000	| SS/LI new old=reused");
	play(AT_CLIENT, OPEN,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > . 111 ack 112	| CW/F2?",
	     "client > F. 111 ack 112	| LA/F2?",
	     "+61s client > S 9000	| SS/LI new old=reused");
	/* A server calls back from the port that it was called on. */
	play(AT_SERVER, OPEN,
	     "+900s server < S 9000	| LI/SS new old=reused");
	/* A peer has told us nothing yet. */
	play(AT_CLIENT, OPEN,
	     "server < S 9000		| ES/ES !syn_in_sync flags=half_open");
	play(AT_SERVER, OPEN,
	     "client > S 9000		| ES/ES !syn_in_sync flags=half_open");
	/* Where a listener opens it may be both at once (RFC 9293 fig. 7). */
	play(AT_SERVER,
	     "client > S 100		| SS/LI",
	     "server < S 9000		| SS/SS flags=simultaneous");
}

/* Would a SYN of the client that leaves the host where this was played begin a new life? */
static bool begins_anew(const struct tcpfsm_flow *flow)
{
	const struct tcpfsm_sighting at = { .point = TCPFSM_AT_OUT, .now_ns = flow->seen_ns };
	const struct tcpfsm_segment seg = {
		.flags = TCPFSM_SYN,
		.seq = flow->end[TCPFSM_CLIENT].snd_nxt + 9000,
	};

	return tcpfsm_is_new_incarnation(flow, TCPFSM_CLIENT, &seg, &at);
}

/* A router may send one in an end's name (SYNPROXY); of two ends that live here one may, too. */
TEST(syn_of_another_on_the_host)
{
	assert_true(begins_anew(play(AT_CLIENT, OPENED)));
	assert_false(begins_anew(play(AT_SERVER, OPENED)));
	assert_false(begins_anew(play(AT_ROUTER, OPENED)));
	assert_false(begins_anew(play(AT_LOOPBACK, OPENED)));
}

/*
 * Both hosts have restarted, and nobody listens: no socket is there for the SYN, and the
 * answer has no number of the old life (RFC 9293 3.10.7.1).
 */
TEST(refused_by_a_host_that_forgot)
{
	play(BUT_AT_CLIENT, OPEN,
	     "+20s client > S 5000	| ES/ES !syn_in_sync flags=half_open",
	     "server < R. 0 ack 5001	| CL/CL ended outcome=half_open reset_in=ESTABLISHED",
	     "+1s client > S 6000	| SS/LI new old=half_open",
	     "server < R. 0 ack 6001	| CL/CL ended outcome=refused");
	play(AT_CLIENT, OPEN,
	     "client > S 5000		| SS/LI new old=reused",
	     "server < R. 0 ack 5001	| CL/CL ended outcome=refused");
	play(AT_SERVER, OPEN,
	     "client > S 5000		| ES/ES !syn_in_sync",
	     "server < R. 0 ack 5001	| CL?/CL ended outcome=half_open");
	play(AT_ROUTER, OPEN,
	     "client > S 5000		| ES/ES !syn_in_sync",
	     "server < R. 0 ack 5001	| CL?/CL? ended outcome=half_open");
	/* In a teardown that never came to its end, with what had been acknowledged of it. */
	play(BUT_AT_CLIENT, CLOSE_WAIT,
	     "+100s client > S 5000	| F2/CW !syn_in_sync flags=half_open",
	     "server < R. 0 ack 5001	| CL/CL ended outcome=half_open");
	/* One end was closed before that. */
	play(AT_ROUTER, OPEN,
	     "client > P. 111:211 ack 111 | ES/ES",
	     "client > R. 111 ack 111	| ES/CL*",
	     "client > S 5000		| ES/CL* !syn_in_sync flags=half_open",
	     "server < R. 0 ack 5001	| CL*/CL* ended outcome=half_open");
	/* It answers another SYN, or one that was not the client's. */
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 500000000	| ES/ES !syn_in_sync",
	     "client > P. 111:121 ack 111 | ES/ES -flags");
	play(AT_ROUTER, OPEN,
	     "client > S 500000000	| ES/ES !syn_in_sync",
	     "server < R. 900000000 ack 500000002 | ES/ES !rst_outside flags=half_open",
	     "server < R 900000000	| ES/ES !rst_outside",
	     "client > P. 111:121 ack 111 | ES/ES -flags",
	     "server < R. 900000000 ack 500000001 | ES/ES !rst_outside outcome=open");
}

/* The client is gone, and copies of its SYN come to a port that is closed. */
TEST(refused_after_reset)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "client > S 100		| SS/LI again",
	     "server < . 7 ack 7	| SS/LI",
	     "client > R 7		| SS/LI",
	     "client > R 101		| CL/LI ended outcome=reset_client",
	     "server < R. 0 ack 101	| CL/CL outcome=reset_client");
}

/* What the server drops, as it does not acknowledge the SYN-ACK, does not move its RCV.NXT. */
TEST(dropped_in_syn_recv)
{
	play(AT_SERVER,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "client > . 101 ack 501	| ES/ES",
	     "server < S. 500 ack 101	| ES/~SR !final_ack_lost again",
	     "client > P. 101:111 ack 400 | ES/SR",
	     "client > R 111		| ES/SR !rst_inexact",
	     "client > P. 101:111 ack 501 | ES/ES",
	     "client > R 111		| CL?/CL ended");
}

/* A SYN that its supposed sender knows nothing of: later resets have other reasons. */
TEST(forged_syn)
{
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 9000		| ES/ES !syn_in_sync flags=half_open",
	     "server < . 111 ack 111	| ES/ES flags=half_open",
	     "client > P. 111:121 ack 111 | ES/ES -flags",
	     "server < R 111		| CL/CL ended outcome=reset_server");
	/* Who is said to have sent it is not who answers it. */
	play(BUT_AT_SERVER,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "client > . 101 ack 61	| ES/ES",
	     "server < P. 61:111 ack 101 | ES/ES",
	     "server < S 9000		| ES/ES !syn_in_sync flags=half_open",
	     "server < S. 700 ack 9001	| ES/ES !synack_isn flags=half_open");
}

/* 37. RFC 9293 fig. 10 */
TEST(data_to_one_that_forgot)
{
	play(EVERYWHERE, OPEN,
	     "server < P. +10		| ES/ES",
	     "client > R 111		| CL/CL ended outcome=reset_client");
}

/* 38. */
TEST(probes)
{
	play(EVERYWHERE, OPEN,
	     "+7200s client > . 110 ack 111	| ES/ES",
	     "server < . 111 ack 111		| ES/ES",
	     "+7200s client > . 110:111 ack 111	| ES/ES hist=ShAdDa",
	     "server < . 111 ack 111		| ES/ES",
	     "server < . 111 ack 111 win 0	| ES/ES hist=ShAdDaw",
	     "+60s client > . 111:112 ack 111	| ES/ES",
	     "server < . 111 ack 111 win 0	| ES/ES outcome=open",
	     /* It counts as life. */
	     "+431999s server < . 110 ack 111	| ES/ES",
	     "+431999s				| ES/ES",
	     "+1s				| CL/CL ended outcome=vanished");
}

/* 38. The same in the states of a teardown that still send: nothing is a FIN or an ACK of one. */
TEST(probes_while_closing)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111		| F1/ES",
	     "server < . 110 ack 111		| F1/ES",
	     "server < . 110:111 ack 111	| F1/ES",
	     "client > . 111 ack 111		| F1/ES",
	     "server < . 111 ack 112 win 0	| F2/CW",
	     "client > . 111 ack 111		| F2/CW",
	     "server < . 110 ack 112		| F2/CW",
	     "client > . 112 ack 111 win 0	| F2/CW",
	     "+60s server < . 111:112 ack 112	| F2/CW",
	     "client > . 112 ack 111 win 0	| F2/CW",
	     "server < F. 112 ack 112		| F2/LA",
	     "client > . 111 ack 111		| F2/LA",
	     "client > . 112 ack 113		| TW/CL outcome=graceful");
}

/* 39. RFC 9293 3.10.7.4: "if the ACK bit is off, drop the segment". */
TEST(without_ack)
{
	play(EVERYWHERE, OPEN,
	     "client > P 111:121	| ES/ES",
	     "client > F 111		| ES/ES !fin_no_ack",
	     "server < . 111 ack 111	| ES/ES");
}

/* Rule 10 */
TEST(ack_of_an_abort)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < R. 111 ack 112	| CL/CW,CL ended outcome=reset_server reset_in=FIN_WAIT1");
	/* An ACK of nothing that was sent adds nothing. */
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < R. 111 ack 111	| CL/CL ended");
}

/* 40. 2^32 lies in the ISN of either end, in data, between data and FIN, in the FIN. */
TEST(wrap)
{
	play(EVERYWHERE, ":base",
	     "client > S 4294967295		| SS/LI",
	     "server < S. 4294967284 ack 0	| SS/SR",
	     "client > . 0 ack 4294967285	| ES/ES",
	     "server < P. 4294967285:4294967290 ack 0 | ES/ES",
	     "server < P. 4294967290:4 ack 0	| ES/ES",
	     "client > . 0 ack 4		| ES/ES",
	     "server < F. 4 ack 0		| ES/F1",
	     "client > . 0 ack 5		| CW/F2",
	     "client > F. 0 ack 5		| LA/F2",
	     "server < . 5 ack 1		| CL/TW outcome=graceful");
	play(EVERYWHERE, ":base",
	     "client > S 4294967285		| SS/LI",
	     "server < S. 4294967294 ack 4294967286 | SS/SR",
	     "client > P. 4294967286:4294967295 ack 4294967295 | ES/ES",
	     "client > F. 4294967295 ack 4294967295 | F1/ES",
	     "server < . 4294967295 ack 0	| F2/CW",
	     "server < F. 4294967295 ack 0	| F2/LA",
	     "client > . 0 ack 0		| TW/CL outcome=graceful",
	     "server < R 0			| CL/CL ended outcome=graceful");
}

/* 40. The wrap itself is in every script; here the connection is older than half of it. */
TEST(more_than_two_gigabytes)
{
	play(EVERYWHERE,
	     "client > S 100 win 65535 <wscale 14>	| SS/LI",
	     "server < S. 60 ack 101 win 65535 <wscale 14> | SS/SR",
	     "client > . win 65535			| ES/ES",
	     "server < . win 65535			| ES/ES",
	     "client > P. +1000000000 win 65535		| ES/ES",
	     "server < . win 65535			| ES/ES",
	     "client > P. +1000000000 win 65535		| ES/ES",
	     "server < . win 65535			| ES/ES",
	     "client > P. +1000000000 win 65535		| ES/ES",
	     "server < . win 65535			| ES/ES",
	     "client > P. +1000000000 win 65535		| ES/ES",
	     "server < . win 65535			| ES/ES",
	     "client > P. +1000000000 win 65535		| ES/ES",
	     "server < . win 65535			| ES/ES",
	     "client > F. win 65535			| F1/ES",
	     "server < . win 65535			| F2/CW",
	     "server < F. win 65535			| F2/LA",
	     "client > .				| TW/CL outcome=graceful");
}

/* One below RCV.NXT is exact where a FIN was received, and nowhere else (tcp_reset_check()). */
TEST(one_below_without_a_fin)
{
	/* The socket is in TIME_WAIT when it has the FIN, and not in one of the three states. */
	play(AT_CLIENT, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < . 111 ack 112	| F2/CW",
	     "server < F. 111 ack 112	| F2/LA",
	     "server < R 111 rcv 112	| F2/LA !rst_outside");
	/* A FIN that stands where data did has not been acknowledged. */
	play(AT_SERVER | AT_ROUTER, OPENED,
	     "client > F. 110 ack 111	| F1/ES*",
	     "client > R 110		| F1/ES* !rst_outside");
}

/* What its socket says is the lower bound, what came in sequence the upper one, to the edge. */
TEST(socket_that_lags)
{
	play(AT_SERVER, OPENED,
	     "client > P. 111:1111 ack 111	| ES/ES",
	     "client > R 1111 rcv 111 lags	| CL?/CL ended");
	/* Something came another way: the socket knows more than passed. */
	play(AT_SERVER, OPENED,
	     "client > P. 111:211 ack 111 unseen | ES/ES",
	     "client > R 100 rcv 211 lags	| ES/ES !rst_outside",
	     "client > R 210 rcv 211 lags	| ES/ES !rst_outside",
	     "client > R 211 rcv 211 lags	| CL?/CL ended");
	/* What was skipped may be anything: what the socket says is all there is. */
	play(AT_SERVER, ":lite", OPENED,
	     "client > P. 111:211 ack 111	| ES/ES",
	     "client > R 311 rcv 211 lags	| ES/ES !rst_inexact",
	     "client > R 211 rcv 211 lags	| CL?/CL ended");
}

/* Rule 3: only a listener that refuses a copy of the SYN it has answered is gone. */
TEST(not_the_listener)
{
	/* It opened actively, and is not one. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S 60		| SS/SS",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < R. 900000000 ack 101	| CL?/SR");
	/* Its own numbers are where its SYN stands, and as far as the window of a SYN reaches. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < R. 60 ack 101	| CL?/SR");
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < R. 65596 ack 101	| CL?/SR");
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < R. 65597 ack 101	| CL?/CL? ended");
	/* It refuses another SYN. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "client > S 9000		| SS/SR !syn_in_sync",
	     "server < R. 900000000 ack 9001	| CL?/SR");
}

/* Rule 3: without ACK it has to lie beyond the SYN, though there be nothing left to lose. */
TEST(not_beyond_the_syn)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > . 101 ack 501	| ES/LI flags=loose,oneway",
	     "client > R 42		| ES/LI",
	     "client > R 100		| ES/LI",
	     "client > R 101		| CL?/LI ended outcome=reset_client");
}

/* Rule 4: the time for what is on its way begins with the RST. */
TEST(on_its_way_after_a_pause)
{
	play(AT_SERVER | AT_ROUTER, OPENED,
	     "+1000s server < R. 111 ack 111 lost | CL/CL ended",
	     "+150ms client > . 111 ack 111	| CL/CL",
	     "+60ms client > . 111 ack 111	| ~ES/CL !rst_withdrawn revived");
	/* Repeated within a round trip it had left before the RST came. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "+10ms client > . 101 ack 61 | ES/ES?",
	     "client > P. 101:111 ack 61 | ES/ES?",
	     "server < . 61 ack 101	| ES/ES?",
	     "server < R. 61 ack 101	| CL?/CL? ended",
	     "+9ms client > P. 101:111 ack 61 | CL?/CL?",
	     "client > P. 101:111 ack 61 | ~ES/CL? !rst_withdrawn revived");
}

/*
 * Rule 4: its target had new segments on the way as long as its sender is closed, or it did
 * arrive.
 */
TEST(on_its_way_to_one_that_lives)
{
	play(EVERYWHERE, OPENED,
	     "client > R 111		| CL/CL ended",
	     "client > P. 111:121 ack 111 | ~ES/CL !rst_withdrawn revived",
	     "server < . 111 ack 111	| ES/~ES client,router@!rst_withdrawn server,loop@ES/CL");
	/* It has come: what its target had sent before is let out by a busy process when it may. */
	play(AT_SERVER | AT_LOOPBACK, OPENED,
	     "client > R 111		| CL/CL ended",
	     "+6s server < . 111 ack 111 | CL/CL");
}

/* Rule 10: in any state but SYN_SENT, whatever the number. */
TEST(ack_of_an_old_abort)
{
	play(AT_CLIENT | AT_ROUTER, OPENED,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < R. 101 ack 112	| F1/CW !rst_outside");
}

/* Rule 4: the number of a RST tells how far its sender had come, its timestamp when. */
TEST(older_than_the_reset)
{
	play(AT_ROUTER | AT_SERVER,
	     "client > P. 101:201 ack 501 | ES/ES",
	     "server < P. 501:601 ack 201 | ES/ES",
	     "client > R 260		| CL/CL ended",
	     "client > P. 201:251 ack 501 | CL/CL",
	     "client > P. 201:261 ack 501 | ~ES/CL !rst_withdrawn revived");
	play(AT_ROUTER | AT_SERVER, OPENED,
	     "client > . 111 ack 111 <TS 50>	| ES/ES",
	     "client > R. 111 ack 111 <TS 60>	| CL/CL ended",
	     "client > P. 111:121 ack 111 <TS 59> | CL/CL",
	     "client > P. 111:131 ack 111 <TS 61> | ~ES/CL !rst_withdrawn revived");
	/* Of its SYN-ACKs this may be an earlier one. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < R 61		| SS/CL? !rst_outside",
	     "server < S. 60 ack 101	| SS/CL? again");
}

/*
 * Rule 4: it may be what its target had sent already, as far as the RST's number; a SYN always
 * counts.
 */
TEST(number_of_an_overtaking_reset)
{
	play(AT_ROUTER, OPEN,
	     "server < R. 143 ack 111	| ES/ES !rst_inexact",
	     "server < P. 111:143 ack 111 | CL?/CL? ended by=rst,rst",
	     "client > . 111 ack 143	| CL?/CL?");
	/* It is not remembered for longer than it may mean something. */
	play(AT_ROUTER, OPEN,
	     "server < R. 143 ack 111	| ES/ES !rst_inexact",
	     "server < P. 111:121 ack 111 | ES/ES -quiet",
	     "server < P. 121:150 ack 111 | ES/ES",
	     "server < P. 150:160 ack 111 | ES/ES quiet");
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < R. 0 ack 101	| CL/CL ended outcome=refused",
	     "+1s client > S 100	| ~SS/~LI again revived !rst_withdrawn");
}

/* What came before the reset is put down to its own segment, and the reset to the RST. */
TEST(causes_before_the_reset)
{
	play(EVERYWHERE, OPENED,
	     "client > R 111		| CL/CL ended by=rst,rst",
	     "server < F. 111 ack 111	| CL/~ES,F1,CL by=fin,fin,rst");
	play(AT_SERVER, OPENED,
	     "client > R. 111 ack 111	| CL?/CL ended",
	     "client > F. 111 ack 111	| ~ES,F1/CL !rst_withdrawn revived",
	     "server < . 111 ack 112	| F2?/~ES,CW,CL by=ack,ack,rst,ack");
}

/* An end that was reset, of a flow that was given up: what it sends withdraws nothing. */
TEST(given_up_after_reset)
{
	play(AT_ROUTER, OPENED,
	     "server < R 111		| CL?/CL? ended",
	     "+10ms server < F. 111 ack 111 | CL?/~ES,F1 !rst_withdrawn revived",
	     "+300s			| CL?/CL? ended outcome=vanished",
	     "client > . 111 ack 112	| CL?/CL? outcome=vanished");
}

/*
 * 40. More than half of all numbers lie between its SYN and the end of a long connection: what
 * comes then is not from before the SYN.
 */
#define LONG(bytes)							\
	     "client > S 100 win 65535 <wscale 14> | SS/LI",		\
	     "server < S. 60 ack 101 win 65535 <wscale 14> | SS/SR",	\
	     "client > . win 65535		| ES*/ES*",		\
	     "server < P. 61:111 ack 101 win 65535 | ES*/ES*",		\
	     "client > . win 65535		| ES*/ES*",		\
	     "client > P. +1000000000 win 65535	| ES*/ES",		\
	     "server < . win 65535		| ES/ES",		\
	     "client > P. +1000000000 win 65535	| ES/ES",		\
	     "server < . win 65535		| ES/ES",		\
	     "client > P. +" #bytes " win 65535	| ES/ES",		\
	     "server < . win 65535		| ES/ES"

TEST(fin_of_a_long_connection)
{
	play(EVERYWHERE, LONG(1000000000),
	     "client > F. win 65535	| F1/ES",
	     "server < . win 65535	| F2/CW",
	     "server < F. win 65535	| F2/LA",
	     "client > .		| TW/CL outcome=graceful");
	play(EVERYWHERE, LONG(147483648),
	     "client > F. win 65535	| F1/ES",
	     "server < F. win 65535	| F2/CW,LA");
	/* It stands where the SYN did, and is its own all the same. */
	play(EVERYWHERE, LONG(1000000000),
	     "client > P. +1000000000 win 65535	| ES/ES",
	     "server < . win 65535	| ES/ES",
	     "client > P. +294967295 win 65535	| ES/ES",
	     "server < . win 65535	| ES/ES",
	     "client > F. win 65535	| F1/ES",
	     "server < F. win 65535	| F2/CW,LA");
}

TEST(reset_of_a_long_connection)
{
	play(AT_SERVER | AT_ROUTER, LONG(1000000000),
	     "client > P. 3000000101:3000000201 ack 111 win 65535 | ES/ES",
	     "client > R 3000000101	| CL/CL ended outcome=reset_client");
}

/* Both are back by one segment; there is no way from LISTEN to ESTABLISHED but by SYN_RECV. */
TEST(both_withdrawn_from_listen)
{
	play(AT_ROUTER,
	     "client > S 100 <TS 1>		| SS/LI",
	     "server < S. 60 ack 101 <TS 1>	| SS/SR",
	     "client > . 101 ack 61 <TS 2>	| ES/ES?",
	     "server < S. 60 ack 101 <TS 2>	| ES/~SR again !final_ack_lost",
	     "server < S 9000 <TS 3>		| ES/SR !syn_in_sync",
	     "client > R. 0 ack 9001		| CL?/LI? ended outcome=half_open",
	     /* A copy: it shows nothing of the client, and gives the server its P. */
	     "client > . 101 ack 61 <TS 2>	| CL?/LI?",
	     "client > P. 101:111 ack 61 <TS 3> | ~ES/~SR,ES? !rst_withdrawn revived");
}

/*
 * What proves nothing delivers nothing: RCV.NXT stays where it was. As long as the target has
 * acknowledged nothing a segment begins from the SYN to 64 KiB beyond what was sent.
 */
TEST(outside_delivers_nothing)
{
#define ANSWERED							\
	     "client > S 100		| SS*/LI*",			\
	     "server < S. 60 ack 101	| SS*/SR*"

	play(AT_CLIENT | AT_ROUTER, ANSWERED,
	     "server < . 59 ack 101	| SS*/SR* outside",
	     "server < . 60 ack 101	| SS*/SR* -outside",
	     "server < . 61 ack 101	| SS*/SR* -outside");
	play(AT_CLIENT | AT_ROUTER, ANSWERED,
	     "server < . 65597 ack 101	| SS*/SR* outside",
	     "server < . 65596 ack 101	| SS*/SR* -outside");
	play(AT_CLIENT, ANSWERED,
	     "server < . 50:500 ack 101	| SS/SR outside",
	     "server < R. 72 ack 101	| SS/SR !rst_inexact");
#undef ANSWERED
	play(AT_CLIENT, OPENED,
	     "server < P. 111:211 ack 500 | ES/ES !ack_unsent",
	     "server < R 211		| ES/ES !rst_inexact");
}

/* Two windows and 64 KiB below what was acknowledged begins what nobody sends any more. */
TEST(far_below)
{
	play(AT_SERVER | AT_ROUTER, OPENED,
	     "client > . 4294899871 ack 111	| ES/ES -outside",
	     "client > . 4294899870 ack 111	| ES/ES outside");
}

/* RCV.NXT is not below what an end has acknowledged, nor below what came before it did. */
TEST(received_and_acknowledged)
{
	play(AT_CLIENT, OPENED,
	     "server < P. 111:161 ack 111 unseen | ES/ES",
	     "client > . 111 ack 161	| ES/ES",
	     "server < R 100		| ES/ES !rst_outside");
	play(AT_CLIENT, OPENED,
	     "server < P. 111:161 ack 111 | ES/ES",
	     "client > . 111 ack 131	| ES/ES",
	     "server < R 161		| CL/CL? ended");
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < P. 61:71 ack 101	| SS/ES !early_data",
	     "client > . 101 ack 61	| ES/ES",
	     "server < R 71		| CL/CL? ended");
}

/* Without a timestamp, or where none was seen before, nothing is a copy. */
TEST(copies_by_timestamp)
{
	play(AT_CLIENT | AT_ROUTER, OPENED,
	     "server < P. 111:121 ack 111 <TS 50> | ES/ES",
	     "client > R 111		| CL/CL ended",
	     "server < P. 111:121 ack 111 | CL/~ES !rst_withdrawn revived");
	play(AT_CLIENT | AT_ROUTER, OPENED,
	     "server < P. 111:121 ack 111 | ES/ES",
	     "client > R 111		| CL/CL ended",
	     "server < P. 111:121 ack 111 <TS 4000000000> | CL/~ES !rst_withdrawn revived");
	/* The first one may be any, and one that is missing is not 0. */
	play(AT_CLIENT | AT_ROUTER, OPENED,
	     "server < P. 111:121 ack 111 <TS 4000000000> | ES/ES",
	     "server < P. 121:131 ack 111 | ES/ES",
	     "client > R 111		| CL/CL ended",
	     "server < P. 111:121 ack 111 <TS 4000000000> | CL/CL");
}

/* From LISTEN all the way that its end has gone since, as RFC 9293 figure 5 has it. */
TEST(the_way_back_from_listen)
{
#define LISTENS								\
	     "server < S. 60 ack 101	| SS/SR",			\
	     "client > R 101		| CL?/LI ended",		\
	     "client > F. 101 ack 61	| ~SS,ES,F1/LI !rst_withdrawn revived"

	play(AT_SERVER, LISTENS,
	     "server < F. 61 ack 102	| F2?/LI",
	     "server < F. 61 ack 102	| F2?/~SR,ES,CW,LA again !rst_withdrawn");
	/* It repeats a FIN that was acknowledged: that, too, is passed, and taken back. */
	play(AT_SERVER, LISTENS,
	     "server < F. 61 ack 102	| F2?/LI",
	     "client > . 102 ack 62	| TW/LI",
	     "server < F. 61 ack 102	| TW/~SR,ES,CW,LA,CL,~LA again !rst_withdrawn "
					 "!last_ack_lost");
	play(AT_SERVER, LISTENS,
	     "server < F. 61 ack 101	| F1/LI",
	     "server < . 62 ack 102	| F1/LI",
	     "server < F. 61 ack 102	| F1/~SR,ES,F1,CG again !rst_withdrawn");
#undef LISTENS
}

/* After a SYN into the connection one that has a socket may reset it, with its own number. */
TEST(reset_after_a_stray_syn)
{
	/* Its target had data on the way, as ever. */
	play(BUT_AT_CLIENT, OPENED,
	     "client > S 9000		| ES/ES !syn_in_sync",
	     "server < . 111 ack 111	| ES/ES",
	     "client > R 111		| CL/CL ended outcome=half_open",
	     "server < P. 111:121 ack 111 | CL/CL outcome=half_open");
	/* That this lives says nothing of the one that has sent it. */
	play(AT_ROUTER, OPENED,
	     "client > P. 111:121 ack 111 | ES/ES",
	     "server < S 9000		| ES/ES !syn_in_sync",
	     "server < R 111		| CL?/CL? ended outcome=half_open",
	     "+1s client > P. 111:121 ack 111 | ~ES/CL? !rst_withdrawn revived");
}

/* A RST that overtook its sender's data does not close who listens: that has sent no more. */
TEST(overtaking_from_listen)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "+50ms server < S. 500 ack 101 | SS/SR",
	     "client > R 101		| CL?/LI? ended",
	     "client > P. 101:111 ack 501 | ~SS,ES/LI? !rst_withdrawn revived",
	     "server < R 505		| ES/LI? !rst_inexact",
	     "server < P. 501:505 ack 101 | CL?/LI? ended",
	     "+100ms server < . 505 ack 101 | CL?/~SR,ES !rst_withdrawn revived");
}

/* Whose host had no socket is closed, whatever the RST hit. */
TEST(no_socket_behind_a_fin)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "client > S. 100 ack 501	| SR,ES?/ES? shook",
	     "server < F. 501 ack 101	| ES?/F1",
	     "+1s client > S. 100 ack 501 | ~SR/F1 again !final_ack_lost",
	     "client > S 9000		| SR/F1 !syn_in_sync",
	     "server < R. 0 ack 9001	| CL?/CL? ended outcome=half_open");
}

/* No segment is excused by the RST of its own host: that had no number of the connection. */
TEST(fin_behind_no_socket)
{
	play(AT_SERVER,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101 lost | SS/SR",
	     "+1s client > S 100	| SS/SR again",
	     "server < R. 900000000 ack 101 | CL?/CL ended",
	     "server < F. 61 ack 101	| CL?/~SR,ES,F1 !rst_withdrawn revived");
}

/* The peer is gone, and nobody would challenge it: only the number tells. */
TEST(forged_for_one_left_behind)
{
	play(AT_ROUTER, OPENED,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 112	| F2?/CW,LA",
	     "client > . 112 ack 112	| TW/CL?",
	     "+1s server < F. 111 ack 112 | TW/~LA again !last_ack_lost",
	     "+61s			| CL/LA",
	     "server < R 900000		| CL/LA",
	     "server < R 60		| CL/LA",
	     "server < R 112		| CL/CL? ended");
	/* Data before it may have been lost. */
	play(AT_SERVER, OPENED,
	     "server < R. 111 ack 111	| CL?/CL ended",
	     "+2s client > P. 101:111 ack 111 | ~ES/CL !rst_withdrawn revived",
	     "client > R. 900000 ack 111 | ES/CL",
	     "+1s client > R. 211 ack 111 | CL?/CL ended");
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "+50ms server < S. 500 ack 101 | SS/SR",
	     "client > R 101		| CL?/LI? ended",
	     "+1s client > P. 101:111 ack 501 | ~SS,ES/LI? !rst_withdrawn revived",
	     "client > R. 151 ack 501	| CL?/LI? ended");
}

/*
 * 52. What stands in for a socket in FIN_WAIT2 whose user is gone takes a RST anywhere in its
 * window. One whose user has only shut it down for writing challenges that.
 */
TEST(orphan)
{
	play(AT_SERVER, OPENED,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > . 111 ack 112	| CW/F2",
	     "client > R 60 rcv 111 orphan 100 | CW/F2 !rst_outside",
	     "client > R 110 rcv 111 orphan 100 | CW/F2 !rst_outside",
	     "client > R 212 rcv 111 orphan 100 | CW/F2 !rst_inexact",
	     "client > R 211 rcv 111 orphan 100 | CL?/CL ended outcome=reset_client");
	play(AT_SERVER, OPENED,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > . 111 ack 112	| CW/F2",
	     "client > R 150 rcv 111	| CW/F2 !rst_inexact");
	/* In lite mode nobody else knows the window. */
	play(AT_SERVER, ":lite", OPENED,
	     "client > P. 111:121 ack 111 | ES/ES",
	     "server < . 111 ack 121	| ES/ES",
	     "server < F. 111 ack 121	| ES/F1",
	     "client > . 121 ack 112	| CW/F2",
	     "client > R 900000000 rcv 121 orphan 60000 | CW/F2 !rst_inexact",
	     "client > R 60000 rcv 121 orphan 60000 | CL?/CL ended");
}

TESTS = {
	item(28a, exact), item(29, not_exact), item(30, far_outside), item(31a, one_below),
	item(31b, sack_edge), item(32a, straight_after_data), test(leftover),
	item(33, after_the_end), test(late_copy_of_syn), test(withdrawn),
	test(withdrawn_in_each_state), test(in_flight), item(34, syn_into_a_connection),
	item(36a, half_open_discovery), item(36d, half_open_at_its_own_host),
	test(syn_of_another_on_the_host),
	 test(forged_syn), item(36c, refused_by_a_host_that_forgot),
	test(refused_after_reset),
	test(dropped_in_syn_recv), item(37, data_to_one_that_forgot),
	item(38a, probes), item(38b, probes_while_closing), item(39, without_ack),
	test(ack_of_an_abort), item(40b, wrap), item(40a, more_than_two_gigabytes),
	test(answer_of_the_closed),
	test(listener_gone), test(gone_behind_fast_open), test(behind_the_synack),
	test(in_the_backlog),
	test(behind_a_fin_in_syn_sent), test(of_nobody_in_syn_sent),
	test(late_copies), test(forged_in_the_handshake),
	test(long_after), test(overtaking),
	test(fin_at_the_isn),
	test(number_of_an_overtaking_reset), test(causes_before_the_reset),
	test(given_up_after_reset), test(one_below_without_a_fin), test(socket_that_lags),
	test(not_the_listener), test(not_beyond_the_syn), test(on_its_way_after_a_pause),
	test(on_its_way_to_one_that_lives), test(ack_of_an_old_abort), test(older_than_the_reset),
	test(fin_of_a_long_connection), test(reset_of_a_long_connection),
	test(both_withdrawn_from_listen),
	test(outside_delivers_nothing), test(far_below), test(received_and_acknowledged),
	test(copies_by_timestamp), test(the_way_back_from_listen), test(overtaking_from_listen),
	test(orphan), test(no_socket_behind_a_fin), test(fin_behind_no_socket),
	test(forged_for_one_left_behind),
	test(reset_after_a_stray_syn),
};

int main(void)
{
	return RUN(tests);
}
