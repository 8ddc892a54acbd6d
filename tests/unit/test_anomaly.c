// SPDX-License-Identifier: GPL-2.0-only
/* Anomalies: each raised, and come close to without. Those of resets: test_reset.c. */
#include "script.h"

#define OPEN								\
	"client > S 100 win 65535	| SS/LI",			\
	"server < S. 500 ack 101 win 1000 | SS/SR",			\
	"client > . 101 ack 501		| ES/ES"

TEST(syn_data)
{
	play(EVERYWHERE, "client > S 100:110		| SS/LI !syn_data");
	play(EVERYWHERE, "client > S 100:110 <tfo>	| SS/LI");
	play(EVERYWHERE, "client > S 100 <tfo>		| SS/LI");
}

TEST(flag_sets)
{
	play(EVERYWHERE, OPEN,
	     "client > SF 101 ack 501	| ES/ES !syn_fin",
	     "client > SFPU 101 ack 501	| ES/ES !syn_fin",
	     "client > - 101		| ES/ES !null_flags",
	     "client > P 101		| ES/ES",
	     "client > U 101		| ES/ES",
	     "client > FPU 101		| ES/ES !xmas_flags",
	     "client > F 101		| ES/ES !fin_no_ack",
	     "client > FP 101		| ES/ES !fin_no_ack",
	     "client > FPU. 101 ack 501	| F1/ES");
	play(EVERYWHERE, OPEN,
	     "client > SR 101		| CL/CL !syn_rst ended outcome=reset_client");
	play(EVERYWHERE, OPEN,
	     "client > FR. 101 ack 501	| CL/CL ended outcome=reset_client hist=ShAIR");
}

TEST(early_data)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "server < P. 501:601 ack 101 | SS/ES !early_data");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS",
	     "client > S. 100 ack 501	| SR/SS",
	     "client > P. 101:111 ack 501 | ES/SS !early_data");
	/* A bare ACK is no data; nor is data with the handshake's own ACK. */
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "server < . 501 ack 101	| SS/SR",
	     "client > P. 101:111 ack 501 | ES/ES");
}

TEST(syn_in_sync)
{
	play(EVERYWHERE, OPEN,
	     "client > S 100		| ES/ES again",
	     "client > S 101		| ES/ES !syn_in_sync");
}

/* Rule 7. At its own host an end is believed to have received what it acknowledges. */
TEST(ack_unsent)
{
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > . 101 ack 502	| ES/ES !ack_unsent",
	     "client > F. 101 ack 502	| ES/ES !ack_unsent",
	     "client > . 101 ack 501	| ES/ES");
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "client > . 101 ack 501	| ES/ES?",
	     "client > . 101 ack 601	| ES/ES?",
	     "client > . 101 ack 601	| ES/ES?");
}

TEST(old_synack)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 100	| SS/LI !old_synack",
	     "server < S. 500 ack 102	| SS/LI !old_synack",
	     "server < S. 500 ack 101	| SS/SR");
}

TEST(synack_isn)
{
	play(EVERYWHERE, OPEN,
	     "server < S. 500 ack 101	| ES/~SR again !final_ack_lost",
	     "server < S. 499 ack 101	| ES/SR !synack_isn",
	     "server < S. 501 ack 101	| ES/SR !synack_isn");
}

/* Somebody else's bare SYN in the name of the server. */
TEST(forged_bare_syn)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 7777		| SS/SS flags=simultaneous",
	     "server < S. 500 ack 101	| SS/SR !synack_isn -flags rtt_server_us=2000 isn=100/500",
	     "client > . 101 ack 501	| ES/ES shook");
	/* The server is a passive opener again, and its window is known. */
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 7777		| SS/SS",
	     "server < S. 500 ack 101	| SS/SR !synack_isn",
	     "client > R 150		| SS/SR !rst_inexact",
	     "client > R 101		| CL/LI ended outcome=reset_client");
}

TEST(fin_seq)
{
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > F. 101 ack 501	| F1/ES",
	     "client > F. 101 ack 501	| F1/ES again",
	     "client > F. 102 ack 501	| F1/ES !fin_seq",
	     "client > FP. 101:111 ack 501 | F1/ES !fin_seq",
	     /* Some of its data with it, again: the same FIN. */
	     "server < . 501 ack 102	| F2/CW");
	play(EVERYWHERE, OPEN,
	     "client > P. 101:151 ack 501 | ES/ES",
	     "client > F. 151 ack 501	| F1/ES",
	     "client > FP. 101:151 ack 501 | F1/ES again",
	     "client > FP. 121:151 ack 501 | F1/ES again");
}

TEST(data_after_fin)
{
	play(EVERYWHERE, OPEN,
	     "client > P. 101:151 ack 501 | ES/ES",
	     "client > F. 151 ack 501	| F1/ES",
	     "client > P. 101:151 ack 501 | F1/ES",
	     "client > . 152 ack 501	| F1/ES",
	     "server < . 501 ack 152	| F2/CW",
	     "client > P. 152:162 ack 501 | F2/CW !data_after_fin",
	     "server < . 501 ack 152	| F2/CW");
}

/* RFC 7323 2.2: scaled if both offered it, in a SYN never. What lies beyond proves nothing. */
TEST(windows)
{
	play(AT_SERVER | AT_ROUTER,
	     "client > S 100 <wscale 0>		| SS/LI",
	     "server < S. 500 ack 101 win 1000 <wscale 3> | SS/SR",
	     "client > . 101 ack 501		| ES/ES",
	     "client > P. 1102:1202 ack 501	| ES/ES outside",
	     "server < . 501 ack 101 win 1000	| ES/ES",
	     "client > P. 8102:8202 ack 501	| ES/ES outside",
	     "client > F. 8102 ack 501		| ES/ES outside",
	     "client > P. 8101:8201 ack 501	| ES/ES -outside");
	play(AT_SERVER | AT_ROUTER,
	     "client > S 100			| SS/LI",
	     "server < S. 500 ack 101 win 1000 <wscale 3> | SS/SR",
	     "client > . 101 ack 501		| ES/ES",
	     "server < . 501 ack 101 win 1000	| ES/ES",
	     "client > P. 1102:1202 ack 501	| ES/ES outside",
	     "client > F. 1102 ack 501		| ES/ES outside");
}

/* Far below the window: no copy comes that late. */
TEST(ancient)
{
	play(AT_SERVER | AT_ROUTER,
	     "client > S 100			| SS/LI",
	     "server < S. 500 ack 101 win 60000	| SS/SR",
	     "client > .			| ES/ES",
	     "client > P. 101:60101 ack 501	| ES/ES",
	     "server < . ack 60101 win 60000	| ES/ES",
	     "client > P. 60101:120101 ack 501	| ES/ES",
	     "server < . ack 120101 win 60000	| ES/ES",
	     "client > P. 120101:180101 ack 501	| ES/ES",
	     "server < . ack 180101 win 60000	| ES/ES",
	     "client > P. 180101:240101 ack 501	| ES/ES",
	     "server < . ack 240101 win 60000	| ES/ES",
	     "client > P. 101:201 ack 501	| ES/ES outside",
	     "client > P. 60101:120101 ack 501	| ES/ES -outside");
}

TESTS = {
	test(syn_data), test(flag_sets), test(early_data), test(syn_in_sync),
	test(ack_unsent), test(old_synack), test(synack_isn), test(forged_bare_syn),
	test(fin_seq), test(data_after_fin), test(windows), test(ancient),
};

int main(void)
{
	return RUN(tests);
}
