// SPDX-License-Identifier: GPL-2.0-only
/* Flows whose beginning, or one of whose directions, was not seen: items 62, 63, 67, 69. */
#include "script.h"

/* 62. Nothing is invented; the roles are a guess. */
TEST(at_data)
{
	play(AT_CLIENT,
	     "client > P. 101:201 ack 501 | ES?/ES? -shook flags=midstream,loose outcome=open "
					   "-isn -rtt_server_us -mss -wscale -opts hist=D",
	     "server < . 501 ack 201	| ES/ES",
	     "client > F.		| F1/ES",
	     "server < F. 501 ack 202	| F2/CW,LA",
	     "client > .		| TW/CL? outcome=graceful closer=client");
	play(AT_ROUTER,
	     "client > . 101 ack 501	| ES?/ES?",
	     "client > . 101 ack 501	| ES/ES?");
}

TEST(at_synack)
{
	play(EVERYWHERE,
	     "server < S. 500 ack 101 <mss 1400> | SS/SR flags=midstream isn=100/500 mss=-/1400 "
						 "-rtt_server_us",
	     "client > . 101 ack 501	| ES/ES shook -rtt_server_us",
	     "client > F.		| F1/ES",
	     "server < F.		| F2/CW,LA",
	     "client > .		| TW/CL outcome=graceful");
	/* What the client said of its scale is not known: any will do. */
	play(AT_ROUTER | AT_CLIENT,
	     "server < S. 500 ack 101 <wscale 7> | SS/SR",
	     "client > . 101 ack 501 win 10	| ES/ES shook",
	     "server < P. 501:1501 ack 101	| ES/ES",
	     "server < P. 1501:2501 ack 101	| ES/ES",
	     "client > F. 101 ack 501 win 10	| F1/ES",
	     "server < F. 2501 ack 102		| F2/CW,LA");
	/* The largest window there is must not be taken for a wrap. */
	play(AT_ROUTER | AT_SERVER,
	     "server < S. 500 ack 101 win 65535 <wscale 14> | SS/SR",
	     "client > . 101 ack 501 win 65535	| ES/ES shook",
	     "server < P. +100 win 65535	| ES/ES",
	     "client > P. +100 win 65535	| ES/ES",
	     "server < . win 65535		| ES/ES",
	     "client > F. win 65535		| F1/ES",
	     "server < F. win 65535		| F2/CW,LA");
	/* Nor its far end for a number below it. */
	play(AT_ROUTER | AT_SERVER,
	     "server < S. 500 ack 101 win 65535 <wscale 14> | SS/SR",
	     "client > . 101 ack 501 win 65535	| ES/ES shook",
	     "server < P. +100 win 65535	| ES/ES",
	     "client > P. 1073725500:1073725541 ack 601 win 65535 | ES/ES",
	     "server < . 601 ack 1073725541	| ES/ES",
	     "client > F. 1073725541 ack 601	| F1/ES");
}

/* In each state of a teardown. */
TEST(at_fin)
{
	play(EVERYWHERE,
	     "client > F. 101 ack 501	| ES,F1/ES flags=midstream,loose",
	     "server < . 501 ack 102	| F2/CW",
	     "server < F. 501 ack 102	| F2/LA",
	     "client > . 102 ack 502	| TW/CL outcome=graceful");
	/* The second FIN: of the first nothing is known, and nothing is guessed. */
	play(AT_ROUTER,
	     "server < F. 501 ack 102	| ES?/ES?,F1 by=ack,ack,fin",
	     "client > . 102 ack 502	| CW/F2?");
	/* The last ACK, or a late copy of anything: a guess, and a short one. */
	play(EVERYWHERE,
	     "client > . 102 ack 502	| ES/ES flags=midstream,loose",
	     "+299.999s			| ES/ES",
	     "+1ms			| CL/CL ended outcome=vanished");
	play(EVERYWHERE,
	     "client > . 102 ack 502	| ES/ES",
	     "server < . 502 ack 102	| ES/ES",
	     "+4000s			| ES/ES outcome=open");
}

/* What windows are like is not known either. */
TEST(far_ahead)
{
	play(AT_ROUTER | AT_SERVER,
	     "client > P. 101:201 ack 501 | ES/ES",
	     "server < P. 501:601 ack 201 | ES/ES",
	     "client > P. 5000000:5000100 ack 601 | ES/ES",
	     "client > F. 5000100 ack 601 | F1/ES",
	     "server < F. 601 ack 5000101 | F2/CW,LA");
}

/* A lone RST is nobody's. */
TEST(lone_reset)
{
	play(EVERYWHERE,
	     "client > R 101		| --/--",
	     "server < R. 0 ack 101	| --/--",
	     "client > R. 101 ack 501	| --/--");
	/* Nor is what a stack drops. */
	play(EVERYWHERE,
	     "client > SF 101		| --/--",
	     "client > SF. 101 ack 501	| --/--",
	     "client > F 101		| --/--");
}

/* Whoever uses a system port serves; else who spoke first is the client. */
TEST(roles)
{
	play(EVERYWHERE,
	     ":ports 40000 80",
	     "server < P. 501:601 ack 101 | ES/ES hist=d",
	     "client > P. 101:111 ack 601 | ES/ES hist=dD");
	play(EVERYWHERE,
	     ":ports 40000 80",
	     "client > P. 101:111 ack 501 | ES/ES hist=D");
	play(EVERYWHERE,
	     ":ports 40000 8080",
	     "server < P. 501:601 ack 101 | ES/ES hist=D",
	     "client > P. 101:111 ack 601 | ES/ES hist=Dd");
	/* System ports end at 1023, and of two of them the lower one serves, if one is. */
	play(EVERYWHERE,
	     ":ports 40000 1023",
	     "server < P. 501:601 ack 101 | ES/ES hist=d");
	play(EVERYWHERE,
	     ":ports 40000 1024",
	     "server < P. 501:601 ack 101 | ES/ES hist=D");
	play(EVERYWHERE,
	     ":ports 1000 80",
	     "client > P. 101:111 ack 501 | ES/ES hist=D");
	play(EVERYWHERE,
	     ":ports 123 123",
	     "client > P. 101:111 ack 501 | ES/ES hist=D");
}

TEST(reset_in_midstream)
{
	play(EVERYWHERE,
	     "client > P. 101:201 ack 501 | ES/ES",
	     "server < P. 501:601 ack 201 | ES/ES",
	     "client > R. 201 ack 601	| CL/CL ended outcome=reset_client");
	/* How far it had come is not known: believed, and withdrawn if that was wrong. */
	play(AT_ROUTER | AT_SERVER,
	     "client > P. 101:201 ack 501 | ES/ES",
	     "server < P. 501:601 ack 201 | ES/ES",
	     "client > R 260		| CL/CL ended",
	     "server < P. 601:701 ack 201 | CL/~ES !rst_withdrawn revived",
	     "client > P. 201:261 ack 701 | ~ES/ES !rst_withdrawn");
}

/* Its ACK of the FIN has overtaken its SYN-ACK. */
TEST(synack_after_its_ack)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > . 101 ack 501	| ES/LI flags=loose,oneway",
	     "client > F. 101 ack 501	| F1/LI",
	     "server < . 501 ack 102	| F2?/SR,ES,CW",
	     "server < S. 500 ack 101	| F2?/CW",
	     "server < F. 501 ack 102	| F2?/LA",
	     "client > . 102 ack 502	| TW/CL?");
}

/* Nothing is known yet of the end it hits: the next segment decides. */
TEST(reset_of_one_unseen)
{
	play(AT_ROUTER | AT_SERVER,
	     "client > P. 101:201 ack 501 | ES/ES",
	     "client > R 201		| CL/CL ended outcome=reset_client",
	     "server < P. 501:601 ack 201 | CL/~ES !rst_withdrawn revived");
}

/* SYN of a flow that is known by its middle: it may have restarted, or not. */
TEST(syn_in_midstream)
{
	play(BUT_AT_CLIENT,
	     "client > P. 101:201 ack 501 | ES/ES",
	     "server < P. 501:601 ack 201 | ES/ES",
	     "client > S 9000		| ES/ES !syn_in_sync",
	     "server < S. 700 ack 9001	| SS/SR new old=reused flags=midstream",
	     "client > . 9001 ack 701	| ES/ES");
}

/* 69. Asymmetric routes, from a router. */
TEST(client_only)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > . 101 ack 501	| ES/LI flags=loose,oneway",
	     "client > P. 101:201 ack 501 | ES/LI",
	     "client > . 201 ack 601	| ES/LI",
	     "+500s client > P. 201:301 ack 601 | ES/LI outcome=open",
	     "client > F. 301 ack 700	| F1/LI closer=client",
	     "+299.999s			| F1/LI",
	     "+1ms			| CL?/CL? ended outcome=vanished");
	/* A segment that does not follow its SYN is no such evidence. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > . 5000 ack 501	| SS/LI");
}

TEST(server_only)
{
	play(AT_ROUTER,
	     "server < S. 500 ack 101	| SS/SR flags=midstream",
	     "server < P. 501:601 ack 151 | SS/ES",
	     "server < P. 601:701 ack 251 | SS/ES",
	     "server < F. 701 ack 251	| SS/F1 closer=server");
	/* It has had the ACK of its SYN-ACK, as it talks. */
	play(AT_ROUTER,
	     "server < S. 500 ack 101	| SS/SR",
	     "server < P. 501:601 ack 201 | SS/ES",
	     "+299.999s			| SS/ES",
	     "+1ms			| CL?/CL? ended outcome=vanished");
}

/* 69. A RST ends it as well: no window is known, and what is lost before it does not show. */
TEST(one_way_reset)
{
	play(AT_ROUTER | AT_SERVER,
	     "client > S 100		| SS/LI*",
	     "client > . 101 ack 501	| ES/LI* flags=loose,oneway",
	     "client > P. 101:201 ack 501 | ES/LI*",
	     "client > R. 301 ack 501	| CL?/LI* ended outcome=reset_client");
	play(AT_ROUTER,
	     "server < S. 500 ack 101	| SS/SR",
	     "server < P. 501:601 ack 201 | SS/ES",
	     "server < R 601		| CL?/CL? ended outcome=reset_server");
	/* Before it has talked its client may be in SYN_SENT, and so it may where that was seen. */
	play(AT_ROUTER,
	     "server < S. 500 ack 101	| SS/SR",
	     "server < R 501		| SS/CL? !rst_outside");
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "server < P. 501:511 ack 101 | SS/ES !early_data",
	     "server < R 511		| SS/ES !rst_outside");
}

/* 69. No answer will tell which SYN lives: the next life of the ports begins with it. */
TEST(one_way_reuse)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > . 101 ack 501	| ES/LI",
	     "client > F. 101 ack 501	| F1/LI",
	     "client > . 102 ack 502	| F1/LI",
	     "client > S 100		| F1/LI again",
	     "+70s client > S 7000	| SS/LI new old=reused",
	     "client > . 7001 ack 9001	| ES/LI flags=loose,oneway",
	     "client > F. 7001 ack 9101	| F1/LI");
	play(AT_ROUTER,
	     "server < S. 500 ack 101	| SS/SR flags=midstream",
	     "server < P. 501:601 ack 201 | SS/ES",
	     "server < F. 601 ack 202	| SS/F1",
	     "server < S. 500 ack 101	| SS/F1 again",
	     "+70s server < S. 90500 ack 70101 | SS/SR new old=reused flags=midstream",
	     "server < P. 90501:90601 ack 70201 | SS/ES");
	/* A cookie for the SYN that has its answer. */
	play(AT_ROUTER,
	     "server < S. 500 ack 101	| SS/SR",
	     "server < P. 501:601 ack 201 | SS/ES",
	     "server < S. 700 ack 101	| SS/ES !synack_isn");
	/* The other direction has passed: it answers. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > . 101 ack 501	| ES/LI flags=loose,oneway",
	     "server < . 501 ack 101	| ES/SR",
	     "client > S 7000		| ES/SR !syn_in_sync");
	/* So it does where nothing shows yet that it passes elsewhere. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > S 7000		| SS/LI",
	     "client > . 101 ack 501	| ES/LI flags=loose,oneway");
}

/* 63. Where the ends are. */
TEST(view)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI client@view=local:remote server@view=remote:local "
					 "router@view=forward loop@view=local:local",
	     "server < S. 500 ack 101	| SS/SR client@view=local:remote server@view=remote:local "
					 "router@view=forward loop@view=local:local");
}

/* 67. A subflow is a flow. */
TEST(multipath)
{
	play(EVERYWHERE,
	     "client > S 100 <mptcp>	| SS/LI opts=mptcp",
	     "server < S. 500 ack 101 <mptcp> | SS/SR opts=mptcp",
	     "client > . 101 ack 501 <mptcp> | ES/ES opts=mptcp");
}

/* Rule 7: in a loose flow more may have been sent than passed, but nothing behind a FIN. */
TEST(ack_of_more_than_passed)
{
	play(AT_CLIENT | AT_ROUTER,
	     "client > P. 101:201 ack 501	| ES/ES",
	     "server < . 501 ack 301		| ES/ES",
	     "client > F. 301 ack 501		| F1/ES",
	     "server < . 501 ack 400		| F1/ES !ack_unsent",
	     "server < . 501 ack 302		| F2/CW");
}

/* What is offered is not known there: an ACK counts wherever its segment begins. */
TEST(ack_from_beyond_the_window)
{
	play(EVERYWHERE,
	     "server < F. 501 ack 101		| ES/ES,F1",
	     "client > . 900000000 ack 502	| CW/F2");
}

/* That an end is there only its own segments show, whatever comes for it. */
TEST(guess_without_a_word)
{
	play(AT_CLIENT,
	     "server < P. 501:601 ack 101	| ES?/ES?",
	     "server < P. 601:701 ack 101	| ES?/ES",
	     "client > . 101 ack 701		| ES/ES");
	play(AT_LOOPBACK,
	     "server < P. 501:601 ack 101	| ES?/ES?",
	     "server < P. 601:701 ack 101	| ES?/ES",
	     "client > . 101 ack 701		| ES/ES");
}

/* Of an end whose SYN was not seen no number is on record that another could contradict. */
TEST(synack_in_midstream)
{
	play(AT_CLIENT,
	     "server < P. 501:601 ack 101	| ES?/ES?",
	     "server < S. 500 ack 101		| ES?/ES",
	     "client > . 101 ack 601		| ES/ES");
}

/* Its SYN stood one below what came first, perhaps: that is not known, and it is no repetition. */
TEST(syn_one_below_midstream)
{
	play(BUT_AT_CLIENT,
	     "client > P. 101:201 ack 501	| ES/ES",
	     "server < P. 501:601 ack 201	| ES/ES",
	     "client > S 100			| ES/ES !syn_in_sync -again");
}

/* What its own segment has proved a late copy of its SYN does not take back. */
TEST(late_syn_of_one_direction)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > . 101 ack 501	| ES/LI",
	     "client > S 100		| ES/LI again");
}

/* 69. One direction alone is no handshake under way, also when the other has begun to pass. */
TEST(idle_with_a_late_answer)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > . 101 ack 501	| ES/LI flags=loose,oneway",
	     "server < S 500		| ES/SS",
	     "+500s client > P. 101:201 ack 501 | ES/SS outcome=open");
}

/* 69. One direction passed first, and then both do. */
TEST(both_ways_later)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > . 101 ack 501	| ES/LI flags=loose,oneway",
	     "client > P. 101:201 ack 9501 | ES/LI",
	     "server < P. 9501:9601 ack 201 | ES/SR,ES shook",
	     "client > . 201 ack 9601	| ES/ES",
	     "server < F. 9601 ack 201	| ES/F1",
	     "client > . 201 ack 9602	| CW/F2?",
	     "client > F. 201 ack 9602	| LA/F2?",
	     "server < . 9602 ack 202	| CL?/TW outcome=graceful closer=server");
	/* A bare ACK of the SYN may be repeated in SYN_RECV. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > . 101 ack 501	| ES/LI flags=loose,oneway",
	     "server < . 501 ack 101	| ES/SR",
	     "client > P. 101:201 ack 501 | ES/ES? shook",
	     "server < . 501 ack 201	| ES/ES");
}

/*
 * One direction passed first, and then the other: the FIN of it is known, and the client's ACK of
 * that, but from an abort.
 */
TEST(time_wait_of_one_way)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > F. 101 ack 501	| ES,F1/LI flags=loose,oneway",
	     "server < S. 500 ack 101	| F1/SR",
	     "server < F. 501 ack 102	| F2?/ES,CW,LA",
	     "client > R. 900000000 ack 502 | TW/LA !rst_outside",
	     "server < S 400		| TW/LA !syn_in_sync",
	     "server < S 600		| LI/SS new old=reused");
}

TESTS = {
	test(one_way_reset), test(both_ways_later), test(time_wait_of_one_way),
	item(62a, at_data), item(62b, at_synack), item(62c, at_fin), item(62d, far_ahead),
	item(62e, lone_reset), item(62f, roles), item(62g, reset_in_midstream),
	item(62h, reset_of_one_unseen), item(62i, syn_in_midstream), item(69a, client_only),
	item(69b, server_only), item(69c, one_way_reuse), item(63, view), item(67, multipath),
	test(synack_after_its_ack),
	test(ack_of_more_than_passed), test(ack_from_beyond_the_window), test(guess_without_a_word),
	test(synack_in_midstream), test(syn_one_below_midstream), test(late_syn_of_one_direction),
	test(idle_with_a_late_answer),
};

int main(void)
{
	return RUN(tests);
}
