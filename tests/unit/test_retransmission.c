// SPDX-License-Identifier: GPL-2.0-only
/*
 * The items of the catalogue once more, with losses, repetitions and late
 * copies in between: a segment can only repeat a fact, so no state moves but
 * where an end contradicts what was guessed of it.
 */
#include "script.h"

/* Each end has sent up to 111, and offers 1000. */
#define OPENED								\
	"client > S 100			| SS/LI",			\
	"server < S. 60 ack 101		| SS/SR",			\
	"client > . 101 ack 61		| ES*/ES*",			\
	"server < P. 61:111 ack 101	| ES*/ES*",			\
	"client > P. 101:111 ack 111	| ES*/ES*",			\
	"server < . 111 ack 111		| ES*/ES*"

#define OPEN	OPENED, ":either"

/* 1. Every segment of the handshake twice. */
TEST(every_segment_twice)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "client > S 100		| SS/LI again",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < S. 60 ack 101	| SS/SR again",
	     "client > . 101 ack 61	| ES/ES shook",
	     "client > . 101 ack 61	| ES/ES",
	     "client > P. 101:111 ack 61 | ES/ES",
	     "client > P. 101:111 ack 61 | ES/ES",
	     "server < . 61 ack 111	| ES/ES",
	     "server < . 61 ack 111	| ES/ES");
}

/* 2. A copy of the SYN that comes late, in every later state of either end. */
TEST(late_copy_of_the_syn)
{
	play(EVERYWHERE, OPENED,
	     "client > S 100		| ES/ES again",
	     "client > F. 111 ack 111	| F1/ES",
	     "client > S 100		| F1/ES again",
	     "server < . 111 ack 112	| F2/CW",
	     "client > S 100		| F2/CW again",
	     "server < F. 111 ack 112	| F2/LA",
	     "client > S 100		| F2/LA again",
	     "client > . 112 ack 112	| TW/CL",
	     "client > S 100		| TW/CL again -new");
	play(EVERYWHERE, OPENED,
	     "server < F. 111 ack 111	| ES/F1",
	     "client > S 100		| ES/F1 again",
	     "client > F. 111 ack 111	| F1/F1",
	     "server < . 112 ack 112	| F1/CG",
	     "client > S 100		| F1/CG again",
	     "client > . 112 ack 112	| CG,TW/TW",
	     "client > S 100		| TW/TW again -new");
}

/* 3. A copy of the SYN-ACK after the server itself has shown that its ACK came. */
TEST(late_copy_of_the_synack)
{
	play(EVERYWHERE, OPENED,
	     "server < S. 60 ack 101	| ES/ES again",
	     "client > . 111 ack 111	| ES/ES",
	     "server < F. 111 ack 111	| ES/F1",
	     "server < S. 60 ack 101	| ES/F1 again",
	     "client > . 111 ack 112	| CW/F2",
	     "server < S. 60 ack 101	| CW/F2 again",
	     "client > F. 111 ack 112	| LA/F2",
	     "server < . 112 ack 112	| CL/TW",
	     "server < S. 60 ack 101	| CL/TW again");
}

/* 4. The ACK is lost twice; what the router guessed is withdrawn each time. */
TEST(final_ack_lost_twice)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101		| SS/SR",
	     "client > . 101 ack 61 lost	| ES/ES server@SS/SR loop@ES/SR",
	     "+1s server < S. 60 ack 101	| ES/~SR server@SS/SR loop@ES/SR again "
						 "client,router@!final_ack_lost",
	     "client > . 101 ack 61 lost	| ES/ES server@SS/SR loop@ES/SR",
	     "+2s server < S. 60 ack 101	| ES/~SR server@SS/SR loop@ES/SR again "
						 "client,router@!final_ack_lost",
	     "client > . 101 ack 61		| ES/ES",
	     "server < P. 61:71 ack 101		| ES/ES");
	/* The SYN-ACK never reached the client: it repeats the SYN. */
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101 lost	| SS/SR client@SS/LI",
	     "+1s client > S 100		| SS/SR client@SS/LI again",
	     "server < S. 60 ack 101		| SS/SR",
	     "client > . 101 ack 61		| ES/ES");
}

/* 4. Not so where the round trip is longer than the client waits: each SYN has its answer. */
TEST(answer_to_each_syn)
{
	play(AT_CLIENT | AT_ROUTER,
	     "client > S 100 <TS 1000>		| SS*/LI*",
	     "+1s client > S 100 <TS 2000>	| SS*/LI* again",
	     "+200ms server < S. 60 ack 101 <TS 500 ecr 1000> | SS*/SR*",
	     "client > . 101 ack 61 <TS 2201 ecr 500> | ES*/ES*",
	     "+1s server < S. 60 ack 101 <TS 1500 ecr 2000> | ES*/ES* again",
	     "client > . 101 ack 61 <TS 3201 ecr 1500> | ES*/ES*",
	     "client > P. 101:111 ack 61	| ES*/ES*",
	     "server < . 61 ack 111		| ES*/ES*");
	/* The ACK was lost all the same: the next repetition tells. */
	play(AT_CLIENT | AT_ROUTER,
	     "client > S 100			| SS*/LI*",
	     "+1s client > S 100		| SS*/LI* again",
	     "+200ms server < S. 60 ack 101	| SS*/SR*",
	     "client > . 101 ack 61 lost	| ES*/ES*",
	     "+1s server < S. 60 ack 101	| ES*/ES* again",
	     "client > . 101 ack 61 lost	| ES*/ES*",
	     "+2s server < S. 60 ack 101	| ES*/~SR again !final_ack_lost",
	     "client > . 101 ack 61		| ES*/ES*");
	/* At the server's own host it has had the ACK when it sends another: it did not take it. */
	play(AT_SERVER,
	     "client > S 100			| SS/LI",
	     "+1s client > S 100		| SS/LI again",
	     "server < S. 60 ack 101		| SS/SR",
	     "client > . 101 ack 61		| ES/ES",
	     "+1s server < S. 60 ack 101	| ES/~SR again !final_ack_lost");
	/* Crossed SYNs have one SYN-ACK each. */
	play(AT_ROUTER,
	     "client > S 100			| SS*/LI*",
	     "server < S 60			| SS*/SS*",
	     "+1s client > S 100		| SS*/SS* again",
	     "client > S. 100 ack 61		| SR*/SS*",
	     "server < S. 60 ack 101		| ES*/SR*,ES*",
	     "client > . 101 ack 61		| ES*/ES*",
	     "+1s server < S. 60 ack 101	| ES*/~SR again !final_ack_lost");
}

/* 5. The segment that completes the handshake is itself a repetition. */
TEST(data_completes_handshake_late)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101		| SS/SR",
	     "client > . 101 ack 61 lost	| ES/ES server@SS/SR loop@ES/SR",
	     "client > P. 101:111 ack 61 lost	| ES/ES server@SS/SR loop@ES/SR",
	     "+1s client > P. 101:111 ack 61	| ES/ES",
	     "server < . 61 ack 111		| ES/ES");
}

/* 6. A full accept queue also drops data; the server is held in SYN_RECV all along. */
TEST(full_accept_queue)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 60 ack 101		| SS/SR",
	     "client > . 101 ack 61		| ES/ES",
	     "client > P. 101:111 ack 61	| ES/ES",
	     "+1s server < S. 60 ack 101	| ES/~SR again !final_ack_lost",
	     "client > . 111 ack 61		| ES/ES",
	     "+2s server < S. 60 ack 101	| ES/~SR again !final_ack_lost",
	     "client > P. 101:111 ack 61	| ES/ES",
	     "server < . 61 ack 111		| ES/ES",
	     "server < S. 60 ack 101		| ES/ES again");
}

/* 7. Simultaneous open, where one SYN-ACK is lost: the other end repeats its own. */
TEST(simultaneous_open_with_loss)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S 60			| SS/SS",
	     "client > S. 100 ack 61 lost	| SR/SS server@SS/SS",
	     "server < S. 60 ack 101		| ES/SR,ES loop@ES/SR server@SS/SR",
	     "+1s server < S. 60 ack 101	| ES/~SR again loop@ES/SR server@SS/SR "
						 "client,router@!final_ack_lost",
	     "client > . 101 ack 61		| ES/ES",
	     "server < P. 61:71 ack 101		| ES/ES");
	/* Either SYN is repeated before anything is answered. */
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "client > S 100			| SS/LI again",
	     "server < S 60			| SS/SS",
	     "server < S 60			| SS/SS again",
	     "client > S 100			| SS/SS again",
	     "server < S. 60 ack 101		| SS/SR",
	     "client > S. 100 ack 61		| SR,ES/ES shook");
}

/* 10, 11. Each segment of a split handshake is repeated. */
TEST(split_handshake_with_copies)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < . 60 ack 101	| SS/LI",
	     "server < S 60		| SS/SR",
	     "server < S 60		| SS/SR again",
	     "client > S. 100 ack 61	| SR/ES",
	     "server < . 61 ack 101 lost | ES/ES client@SR/ES loop@SR/ES",
	     "client > S. 100 ack 61	| ~SR/ES again client@SR/ES loop@SR/ES "
					 "router,server@!final_ack_lost",
	     "server < . 61 ack 101	| ES/ES");
}

/* 14. Refused again and again: every try begins where it did before. */
TEST(refused_twice)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < R. 0 ack 101	| CL/CL ended outcome=refused",
	     "server < R. 0 ack 101	| CL/CL outcome=refused",
	     "+1s client > S 7000	| SS/LI new old=refused",
	     "server < R. 0 ack 7001	| CL/CL ended outcome=refused");
}

/* 20. The SYN with data is repeated, with the data and without. */
TEST(fast_open_with_loss)
{
	play(EVERYWHERE,
	     "client > S 100:110 <tfo>	| SS/LI",
	     "client > S 100:110 <tfo>	| SS/LI again",
	     "client > S 100		| SS/LI again",
	     "server < S. 500 ack 111	| SS/SR",
	     "server < S. 500 ack 111	| SS/SR again",
	     "client > . 111 ack 501	| ES/ES shook");
}

/* 22. FIN as the third segment, lost and repeated. */
TEST(fin_as_third_segment_with_loss)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "client > F. 101 ack 61 lost | ES,F1/ES server@SS/SR loop@ES,F1/SR",
	     "server < S. 60 ack 101	| F1/~SR again server@SS/SR loop@F1/SR "
					 "client,router@!final_ack_lost",
	     "client > F. 101 ack 61	| F1/ES server@ES,F1/ES",
	     "server < . 61 ack 102	| F2/CW");
}

/* 34. A challenge ACK that is lost leads to the same question again. */
TEST(half_open_discovery_with_loss)
{
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 9000			| ES/ES !syn_in_sync",
	     "server < . 111 ack 111 lost	| ES/ES",
	     "+1s client > S 9000		| ES/ES !syn_in_sync",
	     "server < . 111 ack 111		| ES/ES",
	     "client > R 111			| CL/CL ended outcome=half_open",
	     "+1s client > S 9000		| SS/LI* router,server,client,loop@new");
}

/* 41, 50. Each segment of a close in four is lost once, and repeated. */
TEST(four_segments_with_loss)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111 lost	| F1/ES server@ES/ES",
	     "client > F. 111 ack 111		| F1/ES",
	     "server < . 111 ack 112 lost	| F2/CW client@F1/ES loop@F1/CW",
	     "client > F. 111 ack 111		| ~F1/CW client@F1/ES loop@F1/CW again "
						 "server,router@!last_ack_lost",
	     "server < . 111 ack 112		| F2/CW",
	     "server < F. 111 ack 112 lost	| F2/LA client@F2/CW",
	     "server < F. 111 ack 112		| F2/LA",
	     "client > . 112 ack 112 lost	| TW/CL server@F2/LA loop@TW/LA",
	     "server < F. 111 ack 112		| TW/~LA server@F2/LA loop@TW/LA again "
						 "client,router@!last_ack_lost",
	     "client > . 112 ack 112		| TW/CL outcome=graceful",
	     "+60s				| CL/CL ended outcome=graceful");
}

/* 42. Three segments, the second one lost: the first is repeated. */
TEST(three_segments_with_loss)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111		| F1/ES",
	     "server < F. 111 ack 112 lost	| F2/CW,LA client@F1/ES loop@F1/CW,LA",
	     "client > F. 111 ack 111		| ~F1/LA client@F1/ES loop@F1/LA again "
						 "server,router@!last_ack_lost",
	     "server < F. 111 ack 112		| F2/LA client@F2/CW,LA",
	     "client > . 112 ack 112		| TW/CL outcome=graceful");
}

/* 43. Crossed FINs, both repeated before either is acknowledged; then an ACK is lost. */
TEST(simultaneous_close_with_loss)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111		| F1/ES",
	     "server < F. 111 ack 111		| F1/F1",
	     "client > F. 111 ack 111		| F1/F1 again",
	     "server < F. 111 ack 111		| F1/F1 again",
	     "client > . 112 ack 112		| CG/F1",
	     "client > . 112 ack 112		| CG/F1",
	     "server < . 112 ack 112 lost	| TW/CG,TW client@CG/F1 loop@CG/CG,TW",
	     "client > F. 111 ack 112		| ~CG/TW client@CG/F1 loop@CG/TW again "
						 "server,router@!last_ack_lost",
	     "server < . 112 ack 112		| TW/TW client@TW/CG,TW outcome=graceful");
}

/* 45. Data and probes are repeated all through a half-close. */
TEST(half_close_with_copies)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111		| F1/ES",
	     "server < . 111 ack 112		| F2/CW",
	     "server < P. 111:211 ack 112	| F2/CW",
	     "server < P. 111:211 ack 112	| F2/CW",
	     "client > . 112 ack 211 win 0	| F2/CW",
	     "+60s server < . 211:212 ack 112	| F2/CW",
	     "client > . 112 ack 211 win 0	| F2/CW",
	     "+60s server < . 210 ack 112	| F2/CW",
	     "client > . 112 ack 211		| F2/CW",
	     "server < P. 211:311 ack 112	| F2/CW",
	     "server < F. 311 ack 112		| F2/LA",
	     "server < P. 211:311 ack 112	| F2/LA",
	     "client > . 112 ack 211		| F2/LA",
	     "client > . 112 ack 312		| TW/CL");
}

/* 46. A FIN with data: only the data is acknowledged, and the FIN comes again alone. */
TEST(fin_with_data_with_loss)
{
	play(EVERYWHERE, OPEN,
	     "client > FP. 111:151 ack 111 lost | F1/ES server@ES/ES",
	     "client > P. 111:151 ack 111	| F1/ES server@ES/ES",
	     "server < . 111 ack 151		| F1/ES server@ES/ES",
	     "client > F. 151 ack 111		| F1/ES",
	     "server < . 111 ack 152		| F2/CW");
	/* As large as a GSO segment can be, in a window that takes it. */
	play(EVERYWHERE,
	     "client > S 100 win 65535		| SS/LI",
	     "server < S. 500 ack 101 win 65535	| SS/SR",
	     "client > . 101 ack 501 win 65535	| ES/ES",
	     "client > FP. 101:65101 ack 501	| F1/ES",
	     "server < . 501 ack 65101		| F1/ES",
	     "server < . 501 ack 65102		| F2/CW");
}

/* 47, 48. The FIN overtakes the data before it, and carries an older ACK. */
TEST(fin_overtakes_data)
{
	play(EVERYWHERE, OPEN,
	     "server < P. 111:151 ack 111	| ES/ES",
	     "client > . 111 ack 151		| ES/ES",
	     "client > F. 161 ack 111		| F1/ES",
	     "server < . 151 ack 111 <sack 161:162> | F1/ES",
	     "client > P. 111:161 ack 151	| F1/ES",
	     "client > F. 161 ack 151		| F1/ES again",
	     "server < . 151 ack 162		| F2/CW");
}

/* 49. In every state that repeats it. */
TEST(repeated_fin_in_each_state)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111		| F1/ES",
	     "client > F. 111 ack 111		| F1/ES again",
	     "server < F. 111 ack 111		| F1/F1",
	     "client > . 112 ack 112		| CG/F1",
	     /* Rule 8: the first ACK stood past the FIN, and waits for the server's. */
	     "client > F. 111 ack 112		| CG/F1 again",
	     "client > F. 111 ack 112		| CG/F1 again",
	     "server < . 112 ack 112		| TW/CG,TW");
	play(EVERYWHERE, OPEN,
	     "client > F. 111 ack 111		| F1/ES",
	     "server < F. 111 ack 112		| F2/CW,LA",
	     "server < F. 111 ack 112		| F2/LA again",
	     "server < F. 111 ack 112		| F2/LA again",
	     "client > . 112 ack 112		| TW/CL");
}

/* 50. Lost for the third time: LAST_ACK comes back each time, 2MSL starts again. */
TEST(last_ack_lost_thrice)
{
	play(AT_CLIENT | AT_ROUTER, OPENED,
	     "client > F. 111 ack 111		| F1/ES",
	     "server < F. 111 ack 112		| F2/CW,LA",
	     "client > . 112 ack 112 lost	| TW/CL",
	     "+50s server < F. 111 ack 112	| TW/~LA again !last_ack_lost",
	     "client > . 112 ack 112 lost	| TW/CL",
	     "+50s server < F. 111 ack 112	| TW/~LA again !last_ack_lost",
	     "client > . 112 ack 112 lost	| TW/CL",
	     "+50s server < F. 111 ack 112	| TW/~LA again !last_ack_lost",
	     "client > . 112 ack 112		| TW/CL",
	     "+59.999999s			| TW/CL",
	     "+1us				| CL/CL ended outcome=graceful");
}

/* 58. What was on its way when an end aborted comes late. */
TEST(abort_with_copies)
{
	play(EVERYWHERE, OPEN,
	     "server < P. 111:211 ack 111	| ES/ES",
	     "client > R. 111 ack 111		| CL/CL ended",
	     "server < P. 211:311 ack 111	| CL/CL",
	     "client > R 111			| CL/CL",
	     "client > R. 111 ack 111		| CL/CL");
}

/* 68. Karn: a round trip after a repetition may belong to either copy. */
TEST(round_trip_after_a_repetition)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "+1s client > S 100		| SS/LI again",
	     "server < S. 500 ack 101		| SS/SR rtt_server_us=1000 flags=ambiguous_rtt",
	     "client > . 101 ack 501		| ES/ES rtt_client_us=1000");
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 500 ack 101		| SS/SR -flags",
	     "+1s server < S. 500 ack 101	| SS/SR again rtt_server_us=1000 -flags",
	     "client > . 101 ack 501		| ES/ES rtt_client_us=1000 flags=ambiguous_rtt");
}

TESTS = {
	item(1c, every_segment_twice), item(2b, late_copy_of_the_syn),
	item(3b, late_copy_of_the_synack), item(4b, final_ack_lost_twice),
	item(4c, answer_to_each_syn),
	item(5b, data_completes_handshake_late), item(6b, full_accept_queue),
	item(7b, simultaneous_open_with_loss), item(11b, split_handshake_with_copies),
	item(14b, refused_twice), item(20b, fast_open_with_loss),
	item(22b, fin_as_third_segment_with_loss), item(36b, half_open_discovery_with_loss),
	item(41c, four_segments_with_loss), item(42b, three_segments_with_loss),
	item(43c, simultaneous_close_with_loss), item(45b, half_close_with_copies),
	item(46b, fin_with_data_with_loss), item(47b, fin_overtakes_data),
	item(49c, repeated_fin_in_each_state), item(50b, last_ack_lost_thrice),
	item(58b, abort_with_copies), item(68b, round_trip_after_a_repetition),
};

int main(void)
{
	return RUN(tests);
}
