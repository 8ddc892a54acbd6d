// SPDX-License-Identifier: GPL-2.0-only
/* The teardown: catalogue items 35 and 41 to 60, RFC 9293 3.6. */
#include "script.h"

#define OPENED								\
	"client > S 100 win 65535	| SS/LI",			\
	"server < S. 60 ack 101 win 65535 | SS/SR",			\
	"client > . 101 ack 61		| ES*/ES*",			\
	"server < P. 61:111 ack 101	| ES*/ES*",			\
	"client > P. 101:111 ack 111	| ES*/ES*",			\
	"server < . 111 ack 111		| ES*/ES*"
/* Both ends have come equally far, so either may go on. */
#define OPEN	OPENED, ":either"
/* From here each has sent up to 111. */

#define CLIENT_CLOSED							\
	OPEN,								\
	"client > F. 111 ack 111	| F1/ES",			\
	"server < . 111 ack 112		| F2/CW",			\
	"server < F. 111 ack 112	| F2/LA",			\
	"client > . 112 ack 112		| TW/CL outcome=graceful"

/* 41. RFC 9293 fig. 12 */
TEST(four_segments)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES closer=client outcome=open",
	     "server < . 111 ack 112	| F2/CW finack_ms=1/- -teardown_ms",
	     "+2s server < F. 111 ack 112 | F2/LA half_close_ms=2001",
	     "client > . 112 ack 112	| TW/CL outcome=graceful closer=client teardown_ms=2002 "
					 "finack_ms=1/1 hist=ShAdDaFf",
	     "+59.999s			| TW/CL",
	     "+1ms			| CL/CL ended outcome=graceful closer=client",
	     "+9.999s			| CL/CL outcome=graceful",
	     "+1ms			| --/--");
}

TEST(four_segments_certainty)
{
	play(AT_CLIENT, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "server < F.		| F2/LA",
	     "client > .		| TW/CL?",
	     "+60s			| CL/CL? ended");
	play(AT_SERVER, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2?/CW",
	     "server < F.		| F2?/LA",
	     "client > .		| TW/CL");
	play(AT_ROUTER, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2?/CW",
	     "server < F.		| F2?/LA",
	     "client > .		| TW/CL?");
	play(AT_LOOPBACK, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "server < F.		| F2/LA",
	     "client > .		| TW/CL");
}

/* 42. */
TEST(three_segments)
{
	play(EVERYWHERE, OPEN,
	     "client > F.		| F1/ES",
	     "server < F. 111 ack 112	| F2/CW,LA half_close_ms=1",
	     "client > .		| TW/CL outcome=graceful closer=client");
}

/* The last ACK, and a FIN that comes again: repeated, or only copied by the network. */
TEST(copied_fin)
{
	play(AT_ROUTER | AT_CLIENT, OPEN,
	     "client > F. 111 ack 111 <TS 10>	| F1/ES",
	     "server < F. 111 ack 112 <TS 50>	| F2*/CW,LA",
	     "client > . 112 ack 112 <TS 11>	| TW*/CL",
	     "server < F. 111 ack 112 <TS 50>	| TW*/CL again",
	     "server < F. 111 ack 112 <TS 250>	| TW*/~LA !last_ack_lost again");
	/* At its own host it is what was sent, in order. */
	play(AT_SERVER, OPEN,
	     "client > F. 111 ack 111 <TS 10>	| F1/ES",
	     "server < F. 111 ack 112 <TS 50>	| F2?/CW,LA",
	     "client > . 112 ack 112 <TS 11>	| TW/CL",
	     "server < F. 111 ack 112 <TS 50>	| TW/~LA !last_ack_lost again");
}

/*
 * What passes within a round trip of the ACK was sent before that came: it does
 * not show that the ACK was lost. Its next repetition does.
 */
TEST(crossing_fins)
{
	play(AT_SERVER,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101		| SS/SR",
	     "+10ms client > . 101 ack 61	| ES/ES rtt_client_us=10000",
	     "client > F. 101 ack 61		| F1/ES",
	     "server < F. 61 ack 101		| F1/F1",
	     "+200ms server < F. 61 ack 102	| F2?/CG again",
	     "+6ms client > F. 101 ack 62	| TW?/TW again outcome=graceful",
	     "+9ms client > F. 101 ack 62	| ~CG/TW !last_ack_lost again",
	     "server < . 62 ack 102		| TW?/TW outcome=graceful");
	play(AT_ROUTER | AT_SERVER,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101		| SS/SR",
	     "+10ms client > . 101 ack 61	| ES/ES*",
	     "client > F. 101 ack 61		| F1/ES*",
	     "server < . 61 ack 102		| F2?/CW",
	     "+9ms client > F. 101 ack 61	| F2?/CW again",
	     "server < F. 61 ack 102		| F2?/LA",
	     "client > . 102 ack 62		| TW?/CL*");
	/* A round trip that may be the one of an earlier copy does not count. */
	play(AT_SERVER,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101		| SS/SR",
	     "+1s server < S. 60 ack 101	| SS/SR",
	     "+10ms client > . 101 ack 61	| ES/ES flags=ambiguous_rtt",
	     "client > F. 101 ack 61		| F1/ES",
	     "server < . 61 ack 102		| F2?/CW",
	     "client > F. 101 ack 61		| ~F1/CW !last_ack_lost again");
}

/*
 * A FIN that comes after the ACK from behind it: by the round trip it was sent again,
 * and had not covered the peer's FIN the first time; if that is known.
 */
TEST(fin_after_its_ack)
{
	play(AT_ROUTER,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101		| SS/SR",
	     "+10ms client > . 101 ack 61	| ES/ES?",
	     "client > F. 101 ack 61 unseen	| ES/ES?",
	     "server < F. 61 ack 101		| ES/F1",
	     "client > . 102 ack 62		| CW/F2?",
	     "+50ms client > F. 101 ack 62	| ~CG/F2?");
	play(AT_ROUTER,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101		| SS/SR",
	     "+1s server < S. 60 ack 101	| SS/SR",
	     "+10ms client > . 101 ack 61	| ES/ES?",
	     "client > F. 101 ack 61 unseen	| ES/ES?",
	     "server < F. 61 ack 101		| ES/F1",
	     "client > . 102 ack 62		| CW/F2?",
	     "+50ms client > F. 101 ack 62	| LA/F2? flags=ambiguous_rtt");
}

/* The ACK that waited was lost, as the FIN comes again: it is not taken for a moment. */
TEST(waiting_ack_lost)
{
	play(AT_SERVER, OPEN,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > F. 111 ack 111	| F1/F1",
	     "server < . 112 ack 112	| F1/CG",
	     "client > F. 111 ack 112	| CG/TW again",
	     "server < . 112 ack 112	| TW?/TW outcome=graceful");
}

/* Who acknowledges a FIN has the ACK that it carries, whatever passes late. */
TEST(ack_within_a_fin)
{
	play(AT_ROUTER, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 112	| F2*/CW,LA",
	     "client > F. 111 ack 111 lost | ~F1/LA !last_ack_lost again",
	     "client > . 112 ack 112	| F2,TW/CL*");
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 112	| F2?/CW,LA",
	     "client > . 112 ack 112	| TW/CL*",
	     "client > F. 111 ack 111	| TW/CL* again");
}

/* Its first copy was lost, and had left before the ACK that stood behind it. */
TEST(lost_first_fin)
{
	play(AT_ROUTER, OPEN,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > . 112 ack 112	| CW/F2?",
	     "+220ms client > F. 111 ack 112 | ~CG/F2?",
	     "server < . 112 ack 112	| TW?/TW? outcome=graceful closer=simultaneous");
	/* Timestamps tell it, too, without a round trip. */
	play(AT_ROUTER,
	     "client > S 100 <TS 1>		| SS/LI",
	     "server < S 500 <TS 51>		| SS/SS",
	     "client > S. 100 ack 501 <TS 2>	| SR/SS",
	     "server < S. 500 ack 101 <TS 52>	| ES?/SR,ES?",
	     "server < F. 501 ack 101 <TS 60>	| ES?/F1",
	     "client > . 102 ack 502 <TS 20>	| CW/F2?",
	     "client > F. 101 ack 502 <TS 240>	| ~CG/F2?",
	     "server < . 502 ack 102 <TS 62>	| TW?/TW?");
	play(AT_ROUTER, OPEN,
	     "server < F. 111 ack 111 <TS 60>	| ES/F1",
	     "client > . 112 ack 112 <TS 20>	| CW/F2?",
	     "+220ms client > F. 111 ack 112 <TS 20> | LA/F2?");
	/* Within a round trip the ACK may have overtaken it. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "+10ms client > . 101 ack 501 | ES/ES?",
	     "server < F. 501 ack 101	| ES/F1",
	     "client > . 102 ack 502	| CW/F2?",
	     "+1ms client > F. 101 ack 502 | LA/F2?",
	     "server < . 502 ack 102	| CL?/TW outcome=graceful closer=server");
}

/* A FIN that was put aside is a copy of this one, or forged: its ACK does not count. */
TEST(genuine_after_doubted)
{
	play(AT_SERVER, OPEN,
	     "client > F. 111 ack 112	| ES/ES !ack_unsent",
	     "server < . 111 ack 111	| ES/ES",
	     "server < F. 111 ack 111	| ES/F1",
	     "client > F. 111 ack 111	| F1/F1",
	     "server < . 112 ack 112	| F1/CG");
}

/* Rule 8: the copy of a FIN stands before it, but comes no earlier than what came first. */
TEST(copy_of_a_crossed_fin)
{
	play(AT_CLIENT | AT_ROUTER, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > . 112 ack 112	| CG/F1",
	     "client > F. 111 ack 112	| CG/F1 again",
	     "server < . 112 ack 112	| TW*/CG,TW*");
}

/* 60. HTTP/1.0 */
TEST(server_closes_first)
{
	play(EVERYWHERE, OPEN,
	     "server < F. 111 ack 111	| ES/F1 closer=server",
	     "client > . 111 ack 112	| CW/F2",
	     "client > F. 111 ack 112	| LA/F2",
	     "server < . 112 ack 112	| CL/TW outcome=graceful closer=server",
	     "+60s			| CL/CL ended");
}

/* 43. RFC 9293 fig. 13, and rule 8: no FIN_WAIT2 on the way. */
TEST(simultaneous_close)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES closer=client",
	     "server < F. 111 ack 111	| F1/F1 closer=simultaneous",
	     "client > . 112 ack 112	| CG/F1",
	     "server < . 112 ack 112	| TW/CG,TW outcome=graceful closer=simultaneous",
	     "+60s			| CL/CL ended");
}

TEST(simultaneous_close_certainty)
{
	play(AT_CLIENT, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > . 112 ack 112	| CG/F1",
	     "server < . 112 ack 112	| TW/CG,TW?");
	play(AT_SERVER, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > . 112 ack 112	| CG/F1",
	     "server < . 112 ack 112	| TW?/CG,TW");
	play(AT_ROUTER, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > . 112 ack 112	| CG/F1",
	     "server < . 112 ack 112	| TW?/CG,TW?");
}

/* 44. */
TEST(crossed_fin_carries_ack)
{
	/* The server's host knows that the first FIN had come; others take it as lost. */
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > F. 111 ack 112	| CG/F2 server,loop@CG/F1 again",
	     "server < . 112 ack 112	| TW/TW server,loop@TW/CG,TW");
	play(AT_LOOPBACK, OPEN,
	     "client > F. 111 ack 111 lost | F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > F. 111 ack 112	| CG/F2 again",
	     "server < . 112 ack 112	| TW/TW");
}

/* 45. */
TEST(half_close)
{
	play(EVERYWHERE, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "+200s server < P. +100	| F2/CW",
	     "client > .		| F2/CW",
	     "+400s server < P. +100	| F2/CW",
	     "client > .		| F2/CW outcome=open -half_close_ms",
	     "+10s server < F.		| F2/LA half_close_ms=610003",
	     "client > .		| TW/CL");
}

/* 46. The FIN is at seq + len. */
TEST(fin_with_data)
{
	play(EVERYWHERE, OPEN,
	     "client > FP. 111:151 ack 111 | F1/ES",
	     "server < . 111 ack 151	| F1/ES",
	     "server < . 111 ack 152	| F2/CW",
	     "server < FP. 111:161 ack 152 | F2/LA",
	     "client > . 152 ack 161	| F2/LA",
	     "client > . 152 ack 162	| TW/CL");
}

/* 47. */
TEST(fin_beyond_a_hole)
{
	play(EVERYWHERE, OPEN,
	     "client > P. 111:151 ack 111 unseen | ES/ES",
	     "client > F. 151 ack 111	| F1/ES",
	     "server < . 111 ack 111 <sack 151:152> | F1/ES",
	     "client > P. 111:151 ack 111 | F1/ES",
	     "server < . 111 ack 152	| F2/CW");
	/* Nor when it closes itself meanwhile. */
	play(EVERYWHERE, OPEN,
	     "client > P. 111:151 ack 111 unseen | ES/ES",
	     "client > F. 151 ack 111	| F1/ES",
	     "server < F. 111 ack 111 <sack 151:152> | F1/F1",
	     "client > . 152 ack 112	| CG/F1 server,loop@CG/F2",
	     "client > P. 111:151 ack 112 | CG/F2 server,loop@CG/F2",
	     "server < . 112 ack 152	| TW/TW");
}

/* 48. */
TEST(fin_with_older_ack)
{
	play(EVERYWHERE, OPEN,
	     "server < P. 111:161 ack 111 | ES/ES",
	     "client > . 111 ack 161	| ES/ES",
	     "client > F. 111 ack 111	| F1/ES",
	     "server < . 161 ack 112	| F2/CW");
}

/* 49. */
TEST(repeated_fin)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "client > F. 111 ack 111	| F1/ES again rtx=0/0/1/0",
	     "server < . 111 ack 112	| F2/CW",
	     "server < F. 111 ack 112	| F2/LA",
	     "server < F. 111 ack 112	| F2/LA again rtx=0/0/1/1",
	     "client > . 112 ack 112	| TW/CL",
	     "+30s server < F. 111 ack 112 | TW/~LA again !last_ack_lost",
	     "client > . 112 ack 112	| TW/CL",
	     "+59.999s			| TW/CL",
	     "+1ms			| CL/CL ended");
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > . 112 ack 112 lost | CG/F1 server@F1/F1",
	     "server < F. 111 ack 111	| CG/F1 server@F1/F1 again",
	     "client > . 112 ack 112	| CG/F1",
	     "server < . 112 ack 112	| TW/CG,TW");
	/* The repetition is what starts 2MSL again, not the ACK alone (RFC 9293 3.10.7.4). */
	play(AT_CLIENT | AT_ROUTER | AT_LOOPBACK, CLIENT_CLOSED,
	     "+30s server < F. 111 ack 112 | TW/~LA again !last_ack_lost",
	     "+59.999s			| TW/LA",
	     "+1ms			| CL/LA");
}

/* Its ACK shows that a FIN came again, be that seen or not. */
TEST(repeated_ack)
{
	play(AT_CLIENT | AT_ROUTER | AT_LOOPBACK, CLIENT_CLOSED,
	     "+30s server < F. 111 ack 112 unseen | TW/CL",
	     "client > . 112 ack 112	| TW/CL",
	     "+59.999s			| TW/CL",
	     "+1ms			| CL/CL ended");
}

/* 50. */
TEST(last_ack_lost)
{
	play(EVERYWHERE, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "server < F.		| F2/LA",
	     "client > . lost		| TW/CL loop@TW/LA server@F2/LA",
	     "+1s server < F. 111 ack 112 | TW/~LA loop@TW/LA server@F2/LA again "
					 "client,router@!last_ack_lost rtx=0/0/0/1",
	     "client > .		| TW/CL outcome=graceful",
	     "+60s			| CL/CL ended");
	/* The FIN of the one that closed first is withdrawn alike. */
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > F.		| F1/ES",
	     "server < . lost		| F2/CW",
	     "client > F. 111 ack 111	| ~F1/CW again !last_ack_lost",
	     "server < .		| F2/CW");
}

/* 50. What was measured up to an ACK that is withdrawn is withdrawn with it. */
TEST(last_ack_lost_measured)
{
	play(AT_ROUTER, OPEN,
	     "client > F.		| F1/ES",
	     "+10ms server < F. 111 ack 112 | F2*/CW*,LA* finack_ms=10/-",
	     "+20ms client > . lost	| TW*/CL* finack_ms=10/20 teardown_ms=30",
	     "+1s server < F. 111 ack 112 | TW*/~LA* again !last_ack_lost finack_ms=10/- -teardown_ms",
	     "client > . 112 ack 112	| TW*/CL* finack_ms=10/1021 teardown_ms=1031",
	     "+60s			| CL*/CL* ended outcome=graceful");
	/* It is never acknowledged: the client had no socket by then. */
	play(AT_ROUTER, OPEN,
	     "client > F.		| F1/ES",
	     "+10ms server < F. 111 ack 112 | F2*/CW*,LA*",
	     "+20ms client > . lost	| TW*/CL* teardown_ms=30",
	     "+60s			| CL*/CL* ended",
	     "server < F. 111 ack 112	| CL*/~LA* again revived !last_ack_lost -teardown_ms",
	     "client > R 112		| CL*/CL* ended outcome=reset_client finack_ms=10/- -teardown_ms");
	/* Of the end that closed first; and a copy of its FIN takes nothing back. */
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > F.		| F1/ES",
	     "+10ms server < . lost	| F2*/CW* finack_ms=10/-",
	     "+1s client > F. 111 ack 111 | ~F1*/CW* again !last_ack_lost -finack_ms",
	     "server < .		| F2*/CW* finack_ms=1011/-",
	     "server < F.		| F2*/LA*",
	     "client > . 112 ack 112	| TW*/CL* teardown_ms=1013",
	     "client > F. 111 ack 111	| TW*/CL* again finack_ms=1011/1 teardown_ms=1013");
}

/* 51. TIME_WAIT is over: nobody is left who could acknowledge. */
TEST(last_ack_lost_for_good)
{
	play(AT_LOOPBACK, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "server < F.		| F2/LA",
	     "client > . lost		| TW/LA",
	     "+60s			| CL/LA",
	     "server < F. 111 ack 112	| CL/LA again",
	     "client > R 112		| CL/CL ended outcome=reset_client reset_in=LAST_ACK");
	play(AT_CLIENT | AT_ROUTER, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "server < F.		| F2/LA",
	     "client > . lost		| TW/CL",
	     "+60s			| CL/CL ended",
	     "server < F. 111 ack 112	| CL/~LA again revived !last_ack_lost outcome=open",
	     "client > R 112		| CL/CL ended outcome=reset_client reset_in=LAST_ACK");
	/* Or silence. */
	play(AT_LOOPBACK, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "server < F.		| F2/LA",
	     "client > . lost		| TW/LA",
	     "+60s			| CL/LA",
	     "+119.999s			| CL/LA",
	     "+1ms			| CL/CL? ended outcome=vanished");
}

/* 35. RFC 5961 5: the challenge ACK must cover the FIN to be the last ACK. */
TEST(challenge_in_last_ack)
{
	play(BUT_AT_SERVER, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "server < F.		| F2/LA",
	     "client > . 112 ack 111	| F2/LA",
	     "server < S 9000		| F2/LA !syn_in_sync",
	     "client > . 112 ack 111	| F2/LA",
	     "client > . 112 ack 112	| TW/CL");
}

/* 52. */
TEST(orphan)
{
	play(EVERYWHERE, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "+70s server < P. +100	| F2/CW",
	     "client > R 112		| CL/CL ended outcome=reset_client reset_in=CLOSE_WAIT "
					 "closer=client");
	play(EVERYWHERE, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "+432000s			| CL/CL ended outcome=vanished");
}

/* 54. What the kernel lets a SYN do to TIME_WAIT. */
TEST(syn_in_time_wait)
{
	/* From the end that waits: it may know better (55, tcp_tw_reuse). */
	play(EVERYWHERE, CLIENT_CLOSED,
	     "client > S 9000		| SS/LI new old=graceful",
	     "server < S. 7000 ack 9001	| SS/SR");
	play(EVERYWHERE, CLIENT_CLOSED,
	     "client > S 50		| SS/LI new old=graceful");
	/* From the other end: 56, the roles swap. */
	play(EVERYWHERE, CLIENT_CLOSED,
	     "server < S 113		| LI/SS new old=graceful",
	     "client > S. 7000 ack 114	| SR/SS",
	     "server < . 114 ack 7001	| ES/ES shook");
	play(AT_CLIENT | AT_ROUTER | AT_LOOPBACK, CLIENT_CLOSED,
	     "server < S 112		| TW/CL !syn_in_sync",
	     "server < S 112 <TS 7>	| TW/CL !syn_in_sync",
	     "server < S 111		| TW/CL !syn_in_sync",
	     "client > . 112 ack 112	| TW/CL",
	     "+60s			| CL/CL ended outcome=graceful");
}

/* Nobody listens at the end that waits, which acknowledges it (tcp_v4_rcv()). */
TEST(unheard_syn_in_time_wait)
{
	play(AT_CLIENT, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 112	| F2/CW,LA",
	     "client > . 112 ack 112	| TW/CL?",
	     "server < S 9000 unheard	| TW/CL? !syn_in_sync",
	     "client > . 112 ack 112	| TW/CL?",
	     "server < R 112		| CL/CL? ended outcome=graceful");
	/* It is not asked where it does not matter. */
	play(AT_CLIENT, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 112	| F2/CW,LA",
	     "client > . 112 ack 112	| TW/CL?",
	     "+60s			| CL/CL? ended",
	     "server < S 9000 unheard	| LI/SS new");
	play(AT_CLIENT,
	     "server < S 9000 unheard	| LI/SS",
	     "client > R. 0 ack 9001	| CL/CL? ended");
}

/* The socket of the other end is in SYN_SENT, whatever comes of it. */
TEST(syn_into_time_wait_from_its_own_host)
{
	/* Also if both wait. */
	play(AT_CLIENT, OPENED,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > . 112 ack 112	| CG/F1",
	     "server < . 112 ack 112	| TW/CG,TW?",
	     "client > S 50		| SS/LI new old=graceful");
	play(AT_SERVER,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "client > .		| ES/ES",
	     "client > F. 101 ack 61	| F1/ES",
	     "server < F. 61 ack 102	| F2?/CW,LA",
	     "client > .		| TW/CL",
	     "server < S 62		| LI/SS new old=graceful");
	/* Also if the other end was thought to live on. */
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "client > .		| ES/ES?",
	     "client > R 101		| CL/CL? ended",
	     "server < P. 50:61 ack 101 | CL/~ES? !rst_withdrawn revived",
	     "client > S 9000		| SS/LI new");
}

TEST(syn_in_time_wait_with_timestamp)
{
	static const char *const after_ts[] = {
		"server < S 30 <TS 1000>	| TW/CL !syn_in_sync",
		"server < S 30 <TS 1001>	| LI/SS new old=graceful",
		/* The same one tells nothing, nor does none: the number decides. */
		"server < S 63 <TS 1000>	| LI/SS new old=graceful",
		"server < S 63			| LI/SS new old=graceful",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(after_ts); i++)
		play(AT_CLIENT | AT_ROUTER | AT_LOOPBACK,
		     "client > S 100 <TS 10>		| SS/LI",
		     "server < S. 60 ack 101 <TS 990>	| SS/SR",
		     "client > .			| ES/ES",
		     "client > F. 101 ack 61 <TS 20>	| F1/ES",
		     "server < F. 61 ack 102 <TS 1000>	| F2/CW,LA",
		     "client > .			| TW/CL",
		     after_ts[i]);
}

/* 53. Either end can be the one that waits; all that time nothing that it ignores ends it. */
TEST(time_wait)
{
	play(EVERYWHERE, CLIENT_CLOSED,
	     "+20s server < P. 61:111 ack 112	| TW/CL",
	     "+20s client > . 112 ack 112	| TW/CL outcome=graceful",
	     "+59.999999s			| TW/CL outcome=graceful",
	     "+1us				| CL/CL by=timeout ended outcome=graceful",
	     "+9.999999s			| CL/CL outcome=graceful",
	     "+1us				| --/--");
}

/* 55. tcp_tw_reuse: the end that waits opens again, by its own clock, with any number. */
TEST(outbound_reuse)
{
	static const u32 numbers[] = { 0, 50, 99, 111, 113, 50000, 0x80000000 };
	char syn[64], synack[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		scnprintf(syn, sizeof(syn), "+2s client > S %u | SS/LI new old=graceful",
			  numbers[i]);
		scnprintf(synack, sizeof(synack), "server < S. 7000 ack %u | SS/SR",
			  numbers[i] + 1);
		play(EVERYWHERE, OPENED,
		     "client > F. 111 ack 111	| F1/ES",
		     "server < F. 111 ack 112	| F2/CW,LA",
		     "client > . 112 ack 112	| TW/CL",
		     syn, synack,
		     "client > .		| ES/ES shook");
	}
	/* The former server waits, and opens: the roles change. */
	play(EVERYWHERE, OPENED,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > F. 111 ack 112	| CW,LA/F2",
	     "server < . 112 ack 112	| CL/TW",
	     "+2s server < S 50		| LI/SS new old=graceful",
	     "client > S. 7000 ack 51	| SR/SS",
	     "server < .		| ES/ES shook");
}

/* 58. In every state; the state that was hit is kept. */
TEST(aborted_in_each_state)
{
	play(EVERYWHERE, OPENED,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > R. 111 ack 111	| CL/CL ended outcome=reset_client reset_in=FIN_WAIT1");
	play(EVERYWHERE, OPENED,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > . 111 ack 112	| CW/F2",
	     "client > R. 111 ack 112	| CL/CL ended outcome=reset_client reset_in=FIN_WAIT2");
	play(EVERYWHERE, OPENED,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > . 111 ack 112	| CW/F2",
	     "server < R. 112 ack 111	| CL/CL ended outcome=reset_server reset_in=CLOSE_WAIT");
	play(EVERYWHERE, OPENED,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > F. 111 ack 111	| F1/F1",
	     "server < . 112 ack 112	| F1/CG",
	     "client > R. 112 ack 111	| CL/CL ended outcome=reset_client reset_in=CLOSING");
	play(EVERYWHERE, OPENED,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > F. 111 ack 112	| CW,LA/F2",
	     "server < R. 112 ack 111	| CL/CL ended outcome=reset_server reset_in=LAST_ACK");
	/* close() with unread data: the RST stands at what was sent, data of the peer comes on. */
	play(EVERYWHERE, OPENED,
	     "client > P. 111:211 ack 111 | ES/ES",
	     "server < R. 111 ack 111	| CL/CL ended outcome=reset_server reset_in=ESTABLISHED");
}

/* 56. The closed flow is over for either. */
TEST(reuse_after_the_end)
{
	play(EVERYWHERE, CLIENT_CLOSED,
	     "+61s			| CL/CL outcome=graceful",
	     "server < S 300		| LI/SS new old=graceful",
	     "client > S. 7000 ack 301	| SR/SS",
	     "server < . 301 ack 7001	| ES/ES");
	/* Even with the number of the life before. */
	play(EVERYWHERE, CLIENT_CLOSED,
	     "+61s			| CL/CL outcome=graceful",
	     "client > S 100		| SS/LI new old=graceful");
}

/* 57. tcp_rfc1337 keeps it; a reset ends it else. Either way nothing went wrong. */
TEST(reset_in_time_wait)
{
	play(EVERYWHERE, CLIENT_CLOSED,
	     "server < R 112		| CL/CL ended outcome=graceful");
	play(EVERYWHERE, CLIENT_CLOSED,
	     "server < R 5000000	| TW/CL !rst_outside");
}

/* 58. */
TEST(aborted)
{
	play(EVERYWHERE, OPEN,
	     "client > R. 111 ack 111	| CL/CL ended outcome=reset_client reset_in=ESTABLISHED");
	play(EVERYWHERE, OPEN,
	     "server < R. 111 ack 111	| CL/CL ended outcome=reset_server reset_in=ESTABLISHED");
	play(EVERYWHERE, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "server < R. 111 ack 112	| CL/CL ended outcome=reset_server reset_in=FIN_WAIT2 "
					 "closer=client");
}

/* 59. The socket has closed, the wire has not: the mirror moves when the FIN does. */
TEST(fin_behind_data)
{
	play(EVERYWHERE, OPEN,
	     "client > P. +1000		| ES/ES",
	     "client > P. +1000		| ES/ES",
	     "server < .		| ES/ES",
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW");
}

/* Rule 9: a lower ACK in a copy of the FIN shows that the FINs had crossed. */
TEST(older_copy_of_fin)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 112	| F2/CW,LA",
	     "server < F. 111 ack 111	| F2/~CG again",
	     "client > . 112 ack 112	| TW/TW outcome=graceful closer=simultaneous");
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 112	| F2/CW,LA",
	     "client > . 112 ack 112	| TW/CL",
	     "server < F. 111 ack 111	| TW/~TW,~CG again !last_ack_lost",
	     "client > . 112 ack 112	| TW/TW",
	     "+60s			| CL/CL ended");
	/* The ACK alone had come first. */
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < . 112 ack 112	| F2/CW",
	     "server < F. 111 ack 111	| F2/~CG closer=simultaneous",
	     "client > . 112 ack 112	| TW/TW");
}

/* Rule 8, one end alone is busy. */
TEST(deliveries_in_order)
{
	play(EVERYWHERE, OPEN,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > F. 111 ack 111	| F1/F1",
	     "server < . 112 ack 112	| F1/CG",
	     "client > . 112 ack 112	| CG,TW/TW closer=simultaneous");
	/* A FIN that covers the other's, and no ACK for it yet. */
	play(EVERYWHERE, OPEN,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > F. 111 ack 112	| CW,LA/F2",
	     "server < . 112 ack 112	| CL/TW outcome=graceful");
	/* It repeats the FIN: what waited was dropped, or never came. */
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > . 112 ack 112	| CG/F1",
	     "server < F. 111 ack 111	| CG/F1 again",
	     "server < . 112 ack 112	| TW/CG",
	     "client > . 112 ack 112	| TW/TW outcome=graceful");
}

/* Rule 6: what its target does not take delivers nothing. */
TEST(old_segment_delivers_nothing)
{
	play(EVERYWHERE, OPEN,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > P. 101:106 ack 112 | CW/F1",
	     "client > . 111 ack 112	| CW/F2");
}

/* Rule 6: the right edge of the window is in it (RFC 9293 3.10.7.4, a window of 0). */
TEST(ack_at_the_edge)
{
	play(EVERYWHERE, OPENED,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < P. 111:1111 ack 111 | F1/ES",
	     "server < . 1111 ack 112	| F2/CW");
	/* What lies beyond it is not taken; if the server's own host shows it, it has said so. */
	play(EVERYWHERE, OPENED,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < P. 111:1111 ack 111 | F1/ES",
	     "server < . 1112 ack 112	| F1/ES server,loop@F1/CW");
}

/*
 * What an end sends again may have left before the latest ACK of its FIN came, as of all
 * that is inferred of it.
 */
TEST(fin_crosses_a_later_ack)
{
	play(AT_SERVER | AT_ROUTER,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101		| SS/SR",
	     "+10ms client > . 101 ack 61	| ES/ES*",
	     "client > F. 101 ack 61		| F1/ES*",
	     "server < . 61 ack 102		| F2?/CW",
	     "+300ms server < P. 61:71 ack 102	| F2?/CW",
	     "+5ms client > F. 101 ack 61	| F2?/CW again",
	     "+10ms client > F. 101 ack 61	| ~F1/CW again !last_ack_lost");
}

/* Rule 8: so it may have left before the ACK that waits. */
TEST(fin_crosses_the_ack_that_waits)
{
	play(AT_SERVER | AT_ROUTER,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101		| SS/SR",
	     "+10ms client > . 101 ack 61	| ES/ES*",
	     "+1s client > F. 101 ack 61	| F1/ES*",
	     "server < F. 61 ack 101		| F1/F1",
	     "server < . 62 ack 102		| F1/CG",
	     "+5ms client > F. 101 ack 62	| CG,TW?/TW* again");
	play(AT_SERVER | AT_ROUTER,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101		| SS/SR",
	     "+10ms client > . 101 ack 61	| ES/ES*",
	     "+1s client > F. 101 ack 61	| F1/ES*",
	     "server < F. 61 ack 101		| F1/F1",
	     "server < . 62 ack 102		| F1/CG",
	     "+50ms client > F. 101 ack 62	| CG/TW* again");
}

/*
 * Rules 1 and 8: an ACK that waited counts once. When it is taken back, the next one does
 * not wait, even if a RST has closed its end meanwhile.
 */
TEST(waiting_ack_counts_once)
{
	play(AT_ROUTER, OPEN,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "server < . 112 ack 112	| F1/CG",
	     "client > P. 101:106 ack 112 | CG,TW?/CG finack_ms=3/-",
	     "client > R 111		| ~CG,CL?/CL? ended -finack_ms",
	     "server < F. 111 ack 112	| CL?/~CG !rst_withdrawn again revived finack_ms=5/-");
}

/* Rule 9, the FIN where the numbers wrap. */
TEST(covering_fin_at_the_wrap)
{
	play(EVERYWHERE, ":base",
	     "client > S 100		| SS/LI",
	     "server < S. 4294967285 ack 101 | SS/SR",
	     "client > . 101 ack 4294967286 | ES/ES*",
	     "server < P. 4294967286:4294967295 ack 101 | ES/ES",
	     "client > F. 101 ack 4294967295 | F1/ES",
	     "+10ms server < F. 4294967295 ack 102 | F2*/CW,LA");
}

/* Rule 9: what tells that its first copy was lost are both timestamps, or a round trip. */
TEST(fin_after_its_ack_untold)
{
#define SHOOK								\
	     "client > S 100		| SS/LI",			\
	     "server < S. 500 ack 101	| SS/SR",			\
	     "+10ms client > . 101 ack 501 | ES/ES?",			\
	     "server < F. 501 ack 101	| ES/F1"

	play(AT_ROUTER, SHOOK,
	     "client > . 102 ack 502 <TS 4294967290> | CW/F2?",
	     "client > F. 101 ack 502	| LA/F2?");
	play(AT_ROUTER, SHOOK,
	     "client > . 102 ack 502	| CW/F2?",
	     "client > F. 101 ack 502 <TS 5> | LA/F2?");
#undef SHOOK
	/* Where SYNs crossed none was measured. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS",
	     "client > S. 100 ack 501	| SR/SS",
	     "server < S. 500 ack 101	| ES?/SR,ES?",
	     "server < F. 501 ack 101	| ES?/F1",
	     "client > . 102 ack 502	| CW/F2?",
	     "+50ms client > F. 101 ack 502 | LA/F2?");
}

/* A FIN that has been acknowledged is genuine, whatever is acknowledged behind it. */
TEST(acknowledged_and_waiting)
{
	play(AT_CLIENT, OPENED,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > . 112 ack 112	| CG/F1",
	     "client > . 112 ack 200	| CG/F1");
}

/* One that was not its own takes what was measured with it. */
TEST(forged_second_fin)
{
	play(AT_SERVER | AT_ROUTER, OPENED,
	     "server < F. 111 ack 111	| ES/F1 closer=server",
	     "client > F. 111 ack 111	| F1/F1 half_close_ms=1 closer=simultaneous",
	     "client > P. 111:121 ack 111 | F1/F1 !data_after_fin",
	     "server < . 112 ack 121	| ~ES/F1 -half_close_ms closer=server");
}

/* A FIN where the SYN stood is nobody's, and nobody waits for its ACK. */
TEST(fin_at_the_syn)
{
	play(AT_CLIENT | AT_ROUTER, OPENED,
	     "server < F. 60 ack 111	| ES/ES !fin_seq",
	     "client > . 111 ack 61	| ES/ES quiet");
}

/* Of an end that was picked up later nobody knows where its SYN stood. */
TEST(fin_below_midstream)
{
	play(AT_ROUTER,
	     "client > . 150 ack 501	| ES?/ES?",
	     "client > F. 120 ack 501	| ES/ES? !fin_seq",
	     "server < . 501 ack 121	| F1,F2?/CW");
	/* What its ACK says does not lower what is known. */
	play(AT_ROUTER,
	     "client > . 150 ack 501	| ES?/ES?",
	     "client > F. 120 ack 490	| ES/ES? !fin_seq",
	     "server < F. 501 ack 121	| F1,F2?/CW,LA");
	/* Rule 6: so this stands below what the client has acknowledged. */
	play(AT_ROUTER,
	     "client > . 150 ack 501	| ES?/ES?",
	     "client > F. 120 ack 400	| ES/ES? !fin_seq",
	     "server < . 450 ack 121	| F1/CW");
}

/* Rule 8: nothing but the same FIN shows that the ACK which waits was lost. */
TEST(no_repetition)
{
#define CROSSED								\
	     OPENED,							\
	     "client > F. 111 ack 111	| F1/ES",			\
	     "server < F. 111 ack 111	| F1/F1",			\
	     "server < . 112 ack 112	| F1/CG"

	play(AT_SERVER | AT_ROUTER, CROSSED,
	     "client > . 111 ack 111	| F1/CG",
	     "client > . 112 ack 112	| CG,TW?/TW*");
	play(AT_SERVER | AT_ROUTER, CROSSED,
	     "client > F. 113 ack 112	| CG,TW?/TW* !fin_seq");
#undef CROSSED
}

/*
 * A FIN that was put aside is so until it comes again, and then it is that one's ACK that
 * counts.
 */
TEST(put_aside_until_it_comes_again)
{
	play(AT_SERVER | AT_ROUTER, OPENED,
	     "client > F. 111 ack 121	| ES/ES !ack_unsent",
	     "client > F. 111 ack 111	| F1/ES",
	     "server < P. 111:121 ack 111 | F1/ES",
	     "server < . 121 ack 112	| F2*/CW");
	/* Another FIN is another matter: its target decides between the two. */
	play(AT_ROUTER, OPENED,
	     "client > F. 121 ack 115	| ES/ES !ack_unsent",
	     "client > F. 111 ack 111	| F1/ES",
	     "server < P. 111:121 ack 122 | ~ES,F1,F2?/CW");
	/* What the other end sends with the same number is none of its copies. */
	play(AT_ROUTER, OPENED,
	     "server < F. 111 ack 112	| ES/ES !ack_unsent",
	     "client > F. 111 ack 111	| F1/ES",
	     "client > . 112 ack 112	| F2,TW/CW,LA,CL?");
	/* Nor does it matter that its sender goes on, if it lay in the window. */
	play(AT_SERVER | AT_ROUTER, OPENED,
	     "client > F. 111 ack 121	| ES/ES !ack_unsent",
	     "client > . 111 ack 111	| ES/ES",
	     "server < P. 111:121 ack 112 | F1,F2*/CW");
	/* Its ACK says how far its sender has received. */
	play(AT_ROUTER, OPENED,
	     "client > F. 111 ack 121	| ES/ES !ack_unsent",
	     "server < . 121 ack 112	| F1,F2?/CW",
	     "server < R 115		| F2?/CW !rst_outside");
}

/* At a router one from outside the window; its own sender alone can make it forgotten. */
TEST(put_aside_far_away)
{
	play(AT_ROUTER, OPENED,
	     "client > F. 90000 ack 111	| ES/ES outside",
	     "server < P. 111:121 ack 111 | ES/ES",
	     "server < . 121 ack 90001	| F1,F2?/CW flags=loose");
	/* From there on the numbers of both ends are those of these two segments. */
	play(AT_ROUTER, OPENED,
	     "client > F. 90000 ack 80000 | ES/ES outside",
	     "server < . 80000 ack 90001	| F1,F2?/CW flags=loose",
	     "server < R 2000080000	| F2?/CW !rst_outside",
	     "server < F. 80000 ack 90001 | F2?/LA");
	play(AT_ROUTER, OPENED,
	     "client > F. 90000 ack 80000 | ES/ES outside",
	     "server < . 80000 ack 90001	| F1,F2?/CW flags=loose",
	     "server < R 80500		| CL?/CL? ended");
	/* Or the segment that bears it out lies far away. */
	play(AT_ROUTER, OPENED,
	     "client > F. 111 ack 90000	| ES/ES !ack_unsent",
	     "server < . 90000 ack 112	| F1,F2?/CW flags=loose");
	/* What is no FIN is none, however far away. */
	play(AT_ROUTER, OPENED,
	     "client > P. 90000:90010 ack 111 | ES/ES outside",
	     "server < . 111 ack 90011	| ES/ES !ack_unsent");
	/* At its target's own host nothing goes around the hooks. */
	play(AT_SERVER, OPENED,
	     "client > F. 90000 ack 111	| ES/ES outside",
	     "server < . 111 ack 90001	| ES/ES");
}

/* Rule 8: a FIN that had come past a hole has come in sequence when that is filled. */
TEST(behind_a_fin_past_a_hole)
{
	play(AT_SERVER | AT_LOOPBACK, OPENED,
	     "client > P. 111:151 ack 111 unseen | ES/ES",
	     "client > F. 151 ack 111	| F1/ES",
	     "server < F. 111 ack 111 <sack 151:152> | F1/F1",
	     "client > P. 111:151 ack 111 | F1/F1",
	     "client > . 152 ack 112	| CG/F1",
	     "server < . 112 ack 152	| TW*/CG,TW");
	/* Over loopback it may be lost yet, and what stands before it comes. */
	play(AT_LOOPBACK, OPENED,
	     "client > P. 111:121 ack 111 lost | ES/ES",
	     "client > F. 121 ack 111 lost | F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > P. 111:121 ack 111 | F1/F1",
	     "client > P. 111:121 ack 112 | CG/F2");
	/* Or another, which is not that one. */
	play(AT_LOOPBACK, OPENED,
	     "client > P. 111:121 ack 111 lost | ES/ES",
	     "client > F. 121 ack 111 lost | F1/ES",
	     "server < F. 111 ack 111	| F1/F1",
	     "client > F. 115 ack 111	| F1/F1 !fin_seq",
	     "client > P. 111:121 ack 111 | F1/F1",
	     "client > P. 111:121 ack 112 | CG/F2");
}

/* Rule 9: of one direction no ACK will tell, so its FIN is believed, though data are missing. */
TEST(fin_of_one_direction)
{
	play(AT_ROUTER,
	     "client > P. 101:201 ack 501	| ES?/ES?",
	     "client > F. 301 ack 501		| F1/ES?");
}

/* 53. What starts 2MSL again: at its own host what has an ACK, elsewhere a repeated FIN. */
TEST(time_wait_goes_on)
{
	play(AT_CLIENT | AT_LOOPBACK, CLIENT_CLOSED,
	     "+20s server < R 5000000	| TW/CL !rst_outside",
	     "+20s server < P 112	| TW/CL",
	     "+10s server < - 112	| TW/CL !null_flags",
	     "+9.999s			| TW/CL",
	     "+1ms			| CL/CL ended");
	play(AT_ROUTER, OPENED,
	     "client > F. 111 ack 111	| F1/ES",
	     "server < F. 111 ack 112	| F2?/CW,LA",
	     "client > . 112 ack 112	| TW/CL?",
	     "+20s server < . 111 ack 112	| TW/CL?",
	     "+39.999s			| TW/CL?",
	     "+1ms			| CL/CL? ended");
}

/* At its own host what is repeated is repeated, however soon. */
TEST(repeated_at_once_at_home)
{
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "+11ms client > . 101 ack 61 | ES/ES?",
	     "server < F. 61 ack 101	| ES/F1",
	     "client > F. 101 ack 62	| CW,LA/F2?",
	     "server < . 62 ack 102	| CL/TW",
	     "client > F. 101 ack 62	| ~LA/TW !last_ack_lost again");
}

/* A first fragment: where its FIN would stand is not known, nor how much was sent. */
TEST(fin_in_fragments)
{
	play(EVERYWHERE, OPENED,
	     "client > FP. 111:121 ack 111 partial | ES/ES flags=loose",
	     "client > P. 121:181 ack 111	| ES/ES",
	     "client > F. 181 ack 111		| F1/ES",
	     "server < . 111 ack 182		| F2/CW");
}

TESTS = {
	test(fin_after_its_ack),
	item(41a, four_segments), item(41b, four_segments_certainty), item(42a, three_segments),
	item(60, server_closes_first), item(43a, simultaneous_close),
	item(43b, simultaneous_close_certainty), item(44, crossed_fin_carries_ack),
	item(45a, half_close), item(46, fin_with_data), item(47, fin_beyond_a_hole),
	item(48, fin_with_older_ack), item(49a, repeated_fin), item(49b, repeated_ack),
	item(50a, last_ack_lost), item(50c, last_ack_lost_measured),
	item(51, last_ack_lost_for_good),
	item(35, challenge_in_last_ack), item(52, orphan), item(53b, time_wait),
	item(55, outbound_reuse), item(58c, aborted_in_each_state), item(54a, syn_in_time_wait),
	item(54b, syn_in_time_wait_with_timestamp),
	item(54c, syn_into_time_wait_from_its_own_host), item(54d, unheard_syn_in_time_wait),
	 item(56, reuse_after_the_end),
	item(57, reset_in_time_wait), item(58a, aborted), item(59, fin_behind_data),
	test(older_copy_of_fin), test(deliveries_in_order), test(old_segment_delivers_nothing),
	test(copied_fin), test(genuine_after_doubted), test(waiting_ack_lost), test(crossing_fins),
	test(lost_first_fin), test(ack_within_a_fin),
	test(copy_of_a_crossed_fin),
	test(ack_at_the_edge), test(fin_crosses_a_later_ack),
	test(fin_crosses_the_ack_that_waits), test(waiting_ack_counts_once),
	test(covering_fin_at_the_wrap), test(fin_after_its_ack_untold),
	test(acknowledged_and_waiting), test(forged_second_fin), test(fin_at_the_syn),
	test(fin_below_midstream), test(no_repetition),
	test(put_aside_until_it_comes_again), test(put_aside_far_away),
	test(behind_a_fin_past_a_hole), test(fin_of_one_direction), test(time_wait_goes_on),
	test(repeated_at_once_at_home), test(fin_in_fragments),
};

int main(void)
{
	return RUN(tests);
}
