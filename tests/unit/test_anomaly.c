// SPDX-License-Identifier: GPL-2.0-only
/* Anomalies: each one raised, and come close to without, by either end. */
#include "script.h"

/* Each end has sent up to 101, and offers 1000. */
#define OPENED								\
	"client > S 100			| SS/LI",			\
	"server < S. 100 ack 101	| SS/SR",			\
	"client > . 101 ack 101		| ES*/ES*"

#define OPEN	OPENED, ":either"

PROVOKES(syn_data)
{
	play(EVERYWHERE, "client > S 100:110		| SS/LI !syn_data");
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S 60:70			| SS/SS !syn_data");
}

/* RFC 7413 explains it, also where it only asks for a cookie. */
SPARES(syn_data)
{
	play(EVERYWHERE, "client > S 100:110 <tfo>	| SS/LI");
	play(EVERYWHERE, "client > S 100 <tfo>		| SS/LI");
	play(EVERYWHERE,
	     "client > S 100 <tfo>		| SS/LI",
	     "server < S. 60:70 ack 101 <tfo>	| SS/SR");
}

PROVOKES(syn_fin)
{
	play(EVERYWHERE, OPEN,
	     "client > SF 101 ack 101		| ES/ES !syn_fin",
	     "client > SFPU 101 ack 101		| ES/ES !syn_fin",
	     "client > SF 101			| ES/ES !syn_fin");
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "client > SF 100			| SS/LI !syn_fin",
	     "server < SF. 60 ack 101		| SS/LI !syn_fin");
}

SPARES(syn_fin)
{
	play(EVERYWHERE, OPENED,
	     "server < S. 100 ack 101		| ES/~SR !final_ack_lost");
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101		| F1/ES");
}

PROVOKES(syn_rst)
{
	play(EVERYWHERE, OPEN,
	     "client > SR 101			| CL/CL !syn_rst ended");
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < SR. 0 ack 101		| CL/CL !syn_rst ended outcome=refused");
}

SPARES(syn_rst)
{
	play(EVERYWHERE, OPEN,
	     "client > FR. 101 ack 101		| CL/CL ended");
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < R. 0 ack 101		| CL/CL ended");
}

PROVOKES(fin_no_ack)
{
	play(EVERYWHERE, OPEN,
	     "client > F 101			| ES/ES !fin_no_ack",
	     "client > FP 101:111		| ES/ES !fin_no_ack",
	     "client > FU 101			| ES/ES !fin_no_ack");
}

SPARES(fin_no_ack)
{
	play(EVERYWHERE, OPEN,
	     "client > P 101:111		| ES/ES",
	     "client > F. 101 ack 101		| F1/ES");
	play(EVERYWHERE, OPEN,
	     "client > FR 101			| CL/CL ended");
}

PROVOKES(null_flags)
{
	play(EVERYWHERE, OPEN,
	     "client > - 101			| ES/ES !null_flags",
	     "client > - 101:111		| ES/ES !null_flags");
}

SPARES(null_flags)
{
	play(EVERYWHERE, OPEN,
	     "client > P 101			| ES/ES",
	     "client > U 101			| ES/ES",
	     "client > . 101 ack 101		| ES/ES");
}

PROVOKES(xmas_flags)
{
	play(EVERYWHERE, OPEN,
	     "client > FPU 101			| ES/ES !xmas_flags",
	     "client > FPUEW 101:111		| ES/ES !xmas_flags");
}

SPARES(xmas_flags)
{
	play(EVERYWHERE, OPEN,
	     "client > PU 101			| ES/ES",
	     "client > FP 101			| ES/ES !fin_no_ack",
	     "client > FPU. 101 ack 101		| F1/ES");
}

PROVOKES(early_data)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 500 ack 101		| SS/SR",
	     "server < P. 501:601 ack 101	| SS/ES !early_data");
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S 500			| SS/SS",
	     "client > S. 100 ack 501		| SR/SS",
	     "client > P. 101:111 ack 501	| ES/SS !early_data");
}

/* A bare ACK is no data; data may bring the handshake's own ACK; Fast Open may talk at once. */
SPARES(early_data)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 500 ack 101		| SS/SR",
	     "server < . 501 ack 101		| SS/SR",
	     "client > P. 101:111 ack 501	| ES/ES",
	     "server < P. 501:601 ack 111	| ES/ES");
	play(EVERYWHERE,
	     "client > S 100 <tfo>		| SS/LI",
	     "server < S. 500 ack 101		| SS/SR",
	     "server < P. 501:601 ack 101	| SS/SR");
}

PROVOKES(syn_in_sync)
{
	play(BUT_AT_CLIENT, OPEN,
	     "client > S 101			| ES/ES !syn_in_sync",
	     "client > S 99			| ES/ES !syn_in_sync");
}

/* The SYN on record, late; and one before anything is synchronised. */
SPARES(syn_in_sync)
{
	play(EVERYWHERE, OPENED,
	     "client > S 100			| ES/ES again");
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "client > S 300			| SS/LI client@new");
}

/* Rule 7. At its own host an end is believed to have received what it acknowledges. */
PROVOKES(ack_unsent)
{
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > . 101 ack 102		| ES/ES !ack_unsent",
	     "client > F. 101 ack 102		| ES/ES !ack_unsent",
	     "client > . 101 ack 101		| ES/ES");
}

SPARES(ack_unsent)
{
	play(EVERYWHERE, OPEN,
	     "server < P. 101:201 ack 101	| ES/ES",
	     "client > . 101 ack 101		| ES/ES",
	     "client > . 101 ack 201		| ES/ES",
	     "client > . 101 ack 150		| ES/ES",
	     "server < F. 201 ack 101		| ES/F1",
	     "client > . 101 ack 202		| CW/F2");
	play(AT_CLIENT, OPENED,
	     "client > . 101 ack 601		| ES*/ES*");
}

PROVOKES(rst_inexact)
{
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > R 102			| ES/ES !rst_inexact",
	     "client > R 1101			| ES/ES !rst_inexact");
}

SPARES(rst_inexact)
{
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > R 1102			| ES/ES !rst_outside",
	     "client > R 101			| CL/CL ended");
}

PROVOKES(rst_outside)
{
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > R 100			| ES/ES !rst_outside",
	     "client > R 1102			| ES/ES !rst_outside");
}

SPARES(rst_outside)
{
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > R 1101			| ES/ES !rst_inexact",
	     "client > R 101			| CL/CL ended");
	/* Nothing is left to reset. */
	play(EVERYWHERE, OPEN,
	     "client > R 101			| CL/CL ended",
	     "client > R 1			| CL/CL",
	     "server < R 1			| CL/CL");
}

/* A forged one: its victim and its supposed sender go on. */
PROVOKES(rst_withdrawn)
{
	play(AT_ROUTER, OPEN,
	     "client > P. 101:111 ack 101	| ES*/ES*",
	     "server < R 101			| CL*/CL* ended",
	     "client > P. 101:111 ack 101	| ~ES/CL* !rst_withdrawn revived",
	     "server < P. 101:151 ack 111	| ES*/~ES !rst_withdrawn");
}

/* What was on its way, from either end. */
SPARES(rst_withdrawn)
{
	play(EVERYWHERE, OPEN,
	     "server < P. 101:151 ack 101	| ES/ES",
	     "server < R. 151 ack 101		| CL/CL ended",
	     "client > P. 101:111 ack 151	| CL/CL outcome=reset_server");
	/* At its own host nothing comes behind what was sent later. */
	play(AT_CLIENT | AT_ROUTER, OPENED,
	     "server < P. 101:151 ack 101	| ES*/ES*",
	     "server < R. 151 ack 101		| CL/CL ended",
	     "server < P. 101:151 ack 101	| CL/CL outcome=reset_server");
}

PROVOKES(old_synack)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 500 ack 100		| SS/LI !old_synack",
	     "server < S. 500 ack 102		| SS/LI !old_synack",
	     "server < S. 500 ack 101		| SS/SR");
}

SPARES(old_synack)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 500 ack 101		| SS/SR",
	     "server < S. 500 ack 101		| SS/SR again",
	     "client > .			| ES/ES");
}

PROVOKES(synack_isn)
{
	play(EVERYWHERE, OPENED,
	     "server < S. 99 ack 101		| ES/ES !synack_isn",
	     "server < S. 101 ack 101		| ES/ES !synack_isn");
}

SPARES(synack_isn)
{
	play(EVERYWHERE, OPENED,
	     "server < S. 100 ack 101		| ES/~SR again !final_ack_lost",
	     "server < S. 100 ack 101		| ES/SR again");
}

PROVOKES(fin_seq)
{
	play(AT_ROUTER | AT_SERVER, OPEN,
	     "client > F. 101 ack 101		| F1/ES",
	     "client > F. 102 ack 101		| F1/ES !fin_seq",
	     "client > FP. 101:111 ack 101	| F1/ES !fin_seq",
	     "server < . 101 ack 102		| F2/CW");
	/* Below what it has sent. */
	play(EVERYWHERE, OPEN,
	     "client > P. 101:151 ack 101	| ES/ES",
	     "client > F. 120 ack 101		| ES/ES !fin_seq");
}

/* The same FIN, with more or less of the data before it. */
SPARES(fin_seq)
{
	play(EVERYWHERE, OPEN,
	     "client > P. 101:151 ack 101	| ES/ES",
	     "client > F. 151 ack 101		| F1/ES",
	     "client > FP. 101:151 ack 101	| F1/ES again",
	     "client > FP. 121:151 ack 101	| F1/ES again",
	     "client > F. 151 ack 101		| F1/ES again");
}

PROVOKES(data_after_fin)
{
	play(EVERYWHERE, OPEN,
	     "client > P. 101:151 ack 101	| ES/ES",
	     "client > F. 151 ack 101		| F1/ES",
	     "server < . 101 ack 152		| F2/CW",
	     "client > P. 152:162 ack 101	| F2/CW !data_after_fin",
	     "server < . 101 ack 152		| F2/CW");
}

SPARES(data_after_fin)
{
	play(EVERYWHERE, OPEN,
	     "client > P. 101:151 ack 101	| ES/ES",
	     "client > F. 151 ack 101		| F1/ES",
	     "client > P. 101:151 ack 101	| F1/ES",
	     "client > . 152 ack 101		| F1/ES",
	     "server < . 101 ack 152		| F2/CW",
	     /* A keepalive with a byte of rubbish, RFC 9293 3.8.4. */
	     "client > . 151:152 ack 101	| F2/CW",
	     "server < P. 101:111 ack 152	| F2/CW",
	     "client > . 152 ack 111		| F2/CW");
}

PROVOKES(final_ack_lost)
{
	play(EVERYWHERE, OPENED,
	     "server < S. 100 ack 101		| ES/~SR again !final_ack_lost");
	play(AT_CLIENT | AT_ROUTER,
	     "client > S 100			| SS/LI",
	     "server < S. 100 ack 101		| SS/SR",
	     "client > . lost			| ES/ES",
	     "server < S. 100 ack 101		| ES/~SR again !final_ack_lost");
}

/* Before the ACK it only repeats itself; after the server's own data it is a stray copy. */
SPARES(final_ack_lost)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S. 100 ack 101		| SS/SR",
	     "server < S. 100 ack 101		| SS/SR again",
	     "client > .			| ES/ES",
	     "server < P. 101:111 ack 101	| ES/ES",
	     "server < S. 100 ack 101		| ES/ES again");
}

PROVOKES(last_ack_lost)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101		| F1/ES",
	     "server < . 101 ack 102		| F2/CW",
	     "client > F. 101 ack 101		| ~F1/CW again !last_ack_lost");
}

SPARES(last_ack_lost)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101		| F1/ES",
	     "client > F. 101 ack 101		| F1/ES again",
	     "server < . 101 ack 102		| F2/CW",
	     "client > . 102 ack 101		| F2/CW");
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

/* Twice over loopback, and told once. */
PROVOKES(malformed)
{
	play(EVERYWHERE,
	     "client > S 100 <broken>		| SS/LI !malformed",
	     "server < S. 60 ack 101 <broken>	| SS/SR !malformed",
	     "client > R 101 <broken>		| CL*/LI* !malformed");
}

SPARES(malformed)
{
	play(EVERYWHERE,
	     "client > S 100 <nop,mss 1460>	| SS/LI",
	     "server < S. 60 ack 101 <nop,nop>	| SS/SR");
}

TESTS = {
	provokes(syn_data), spares(syn_data), provokes(syn_fin), spares(syn_fin),
	provokes(syn_rst), spares(syn_rst), provokes(fin_no_ack), spares(fin_no_ack),
	provokes(null_flags), spares(null_flags), provokes(xmas_flags), spares(xmas_flags),
	provokes(early_data), spares(early_data), provokes(syn_in_sync), spares(syn_in_sync),
	provokes(ack_unsent), spares(ack_unsent), provokes(rst_inexact), spares(rst_inexact),
	provokes(rst_outside), spares(rst_outside), provokes(rst_withdrawn),
	spares(rst_withdrawn), provokes(old_synack), spares(old_synack), provokes(synack_isn),
	spares(synack_isn), provokes(fin_seq), spares(fin_seq), provokes(data_after_fin),
	spares(data_after_fin), provokes(final_ack_lost), spares(final_ack_lost),
	provokes(last_ack_lost), spares(last_ack_lost), provokes(malformed), spares(malformed),
	test(forged_bare_syn), test(windows),
	test(ancient),
};

int main(void)
{
	return RUN(tests);
}
