// SPDX-License-Identifier: GPL-2.0-only
/* The handshake: catalogue items 1 to 27, RFC 9293 3.5. */
#include "script.h"

#define SYN	"client > S 100 win 65535 <mss 1460,sackOK,wscale 7> | SS/LI"
#define SYNACK	"server < S. 500 ack 101 win 65535 <mss 1400,sackOK,wscale 8> | SS/SR"

/* 1. RFC 9293 fig. 6 */
TEST(three_segments)
{
	play(EVERYWHERE,
	     "client > S 100 win 65535 <mss 1460,sackOK,wscale 7>	| SS/LI outcome=open hist=S",
	     "server < S. 500 ack 101 win 65535 <mss 1400,wscale 8>	| SS/SR outcome=open",
	     "client > . 101 ack 501					| ES/ES shook hist=ShA",
	     "server < P. 501:551 ack 101				| ES/ES");
}

/* What each place knows of the same three segments. */
TEST(three_segments_certainty)
{
	play(AT_CLIENT, SYN, SYNACK,
	     "client > .		| ES/ES? shook",
	     "server < .		| ES/ES?",
	     "server < P. +50		| ES/ES",
	     "client > .		| ES/ES quiet");
	play(AT_SERVER, SYN, SYNACK,
	     "client > .		| ES/ES shook");
	play(AT_ROUTER, SYN, SYNACK,
	     "client > .		| ES/ES? shook",
	     "client > P. +50		| ES/ES?",
	     "server < . ack 151	| ES/ES");
	play(AT_LOOPBACK, SYN, SYNACK,
	     "client > .		| ES/ES shook");
	/* The client's host alone knows that the SYN-ACK came; nobody asks before its ACK. */
	play(AT_ROUTER, SYN, SYNACK,
	     "server < S. 500 ack 101	| SS/SR again");
}

/* What made each transition. */
TEST(causes)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI by=syn",
	     "server < S. 500 ack 101	| SS/SR by=synack",
	     "client > .		| ES/ES by=ack,ack",
	     "server < S. 500 ack 101	| ES/~SR by=synack !final_ack_lost",
	     "client > P. +10		| ES/ES by=ack",
	     "client > F.		| F1/ES by=fin",
	     "server < F.		| F2/CW,LA by=fin,fin,fin",
	     "client > .		| TW/CL by=ack,ack",
	     "+60s			| CL/CL by=timeout");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI by=syn",
	     "server < R. 0 ack 101	| CL/CL by=rst,rst");
}

/* A withdrawn guess leaves no trace: what is observed later is certain. */
TEST(certain_after_all)
{
	play(AT_ROUTER, SYN, SYNACK,
	     "client > . lost		| ES/ES?",
	     "server < S. 500 ack 101	| ES/~SR !final_ack_lost",
	     "server < P. 501:511 ack 101 | ES/ES !early_data",
	     "server < F. 511 ack 101	| ES/F1",
	     "client > . 101 ack 512	| CW/F2?",
	     "server < F. 511 ack 101	| CW/~F1 !last_ack_lost");
}

/* 2. */
TEST(repeated_syn)
{
	play(EVERYWHERE, SYN,
	     "+1s client > S 100	| SS/LI again rtx=1/0/0/0 client@again",
	     "+2s client > S 100	| SS/LI again rtx=2/0/0/0",
	     SYNACK,
	     "client > .		| ES/ES shook");
	/* The first one was lost where only its own host saw it. */
	play(AT_CLIENT | AT_ROUTER, SYN,
	     "+1s client > S 100 lost	| SS/LI again",
	     SYNACK);
}

/* 3. */
TEST(repeated_synack)
{
	play(EVERYWHERE, SYN, SYNACK,
	     "+1s server < S. 500 ack 101	| SS/SR again rtx=0/1/0/0",
	     "client > S 100			| SS/SR again rtx=1/1/0/0",
	     "server < S. 500 ack 101		| SS/SR again rtx=1/2/0/0",
	     "client > .			| ES/ES shook");
}

/* 4. The guess that it arrived is withdrawn; at the server it was never made. */
TEST(final_ack_lost)
{
	play(EVERYWHERE, SYN, SYNACK,
	     "client > . lost			| ES/ES loop@ES/SR server@SS/SR",
	     "+1s server < S. 500 ack 101	| ES/~SR server@SS/SR loop@ES/SR again "
						 "client,router@!final_ack_lost",
	     "client > .			| ES/ES");
	play(AT_ROUTER, SYN, SYNACK,
	     "client > . lost			| ES/ES?",
	     "+1s server < S. 500 ack 101	| ES/~SR !final_ack_lost",
	     "client > .			| ES/ES?",
	     "server < P. +10			| ES/ES");
	/* It repeats it once more, though data has passed on the way. */
	play(AT_ROUTER, SYN, SYNACK,
	     "client > . lost			| ES/ES?",
	     "client > P. +10 lost		| ES/ES?",
	     "server < S. 500 ack 101		| ES/~SR !final_ack_lost",
	     "client > P. 101:111		| ES/ES?",
	     "server < . ack 111		| ES/ES");
}

/* 5. */
TEST(data_completes_handshake)
{
	play(EVERYWHERE, SYN, SYNACK,
	     "client > P. 101:201 ack 501	| ES/ES shook hist=ShD");
	/* The bare ACK was lost before the observer. */
	play(EVERYWHERE, SYN, SYNACK,
	     "client > . unseen			| SS/SR",
	     "client > P. 101:201 ack 501	| ES/ES shook");
}

/* 6. TCP_DEFER_ACCEPT and a full accept queue: the socket drops what came. */
TEST(deferred_accept)
{
	play(EVERYWHERE, SYN, SYNACK,
	     "client > .			| ES/ES shook",
	     "+1s server < S. 500 ack 101	| ES/~SR !final_ack_lost again",
	     "client > .			| ES/ES",
	     "+2s server < S. 500 ack 101	| ES/~SR !final_ack_lost again",
	     "client > P. +10			| ES/ES",
	     "server < . ack 111		| ES/ES",
	     /* A stray copy now contradicts what the server itself has shown. */
	     "server < S. 500 ack 101		| ES/ES again");
}

/* 7. RFC 9293 fig. 7 */
TEST(simultaneous_open)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS flags=simultaneous",
	     "client > S. 100 ack 501	| SR/SS",
	     "server < S. 500 ack 101	| ES/SR,ES shook",
	     "client > P. 101:111 ack 501 | ES/ES -rtt_server_us -rtt_client_us");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS",
	     "server < S. 500 ack 101	| SS/SR",
	     "client > S. 100 ack 501	| SR,ES/ES shook");
}

/* Who opened actively has a user, who may close in SYN_RECV (RFC 9293 3.10.4). */
TEST(closed_in_syn_recv)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS",
	     "client > S. 100 ack 501	| SR/SS",
	     "client > F. 101 ack 501	| F1/SS",
	     "server < R 501		| CL/CL ended outcome=reset_server reset_in=FIN_WAIT1");
}

/* 8. */
TEST(crossed_synack_must_fit)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS",
	     "client > S. 100 ack 501	| SR/SS",
	     "server < S. 7000 ack 101	| SR/SS !synack_isn",
	     "server < S. 500 ack 102	| SR/SS !old_synack",
	     "server < S. 500 ack 101	| ES/SR,ES");
}

/* 9. One socket, which takes each segment that it sends. */
TEST(self_connect)
{
	play(AT_LOOPBACK,
	     ":self",
	     "client > S 100		| SS/SS flags=self",
	     "client > S. 100 ack 101	| SR,ES/ES shook",
	     "client > P. 101:111 ack 101 | ES/ES",
	     "client > . 111 ack 111	| ES/ES",
	     "client > F. 111 ack 111	| F1/F1",
	     "client > . 112 ack 112	| CG,TW/TW outcome=graceful",
	     "+60s			| CL/CL ended outcome=graceful");
}

/* 10. */
TEST(split_in_four)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS",
	     "client > S. 100 ack 501	| SR/SS",
	     "server < . 501 ack 101	| ES/ES shook");
}

/* 11. Rule 5: the bare ACK in SYN_SENT gives the client nothing, also not later. */
TEST(split_in_five)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < . 500 ack 101	| SS/LI",
	     "server < S 500		| SS/SR",
	     "client > S. 100 ack 501	| SR/ES",
	     "server < . 501 ack 101	| ES/ES shook");
}

/* 12. RFC 9293 fig. 8, the server's view: the duplicate came first. */
TEST(old_duplicate_syn)
{
	play(AT_SERVER,
	     "client > S 90		| SS/LI",
	     "server < S. 500 ack 91	| SS/SR",
	     "client > R 91		| CL?/LI ended outcome=reset_client",
	     "client > S 100		| SS/LI new",
	     "server < S. 600 ack 101	| SS/SR",
	     "client > . 101 ack 601	| ES/ES");
	/* The client's own view: it never saw that SYN come back to life. */
	play(AT_CLIENT | AT_LOOPBACK,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 91	| SS/LI !old_synack",
	     "client > R 91		| SS/LI",
	     "server < S. 600 ack 101	| SS/SR",
	     "client > . 101 ack 601	| ES/ES");
}

/* 12, from a router: the SYN of the life before passes second, and is answered first. */
TEST(old_duplicate_syn_on_the_way)
{
	play(AT_ROUTER,
	     "client > S 100 lost	| SS/LI",
	     "client > S 90		| SS/LI",
	     "server < S. 500 ack 91	| SS/SR new old=reused",
	     "client > R 91		| CL?/LI? ended outcome=reset_client",
	     "+1s client > S 100	| SS/LI new old=reset_client",
	     "server < S. 600 ack 101	| SS/SR",
	     "client > . 101 ack 601	| ES/ES?");
}

/* 12, the same SYN: who sent it has given up, and a late copy is answered as a new one. */
TEST(old_duplicate_syn_answered_again)
{
	play(AT_SERVER | AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "client > R 101		| CL/LI ended outcome=reset_client",
	     "client > S 100		| CL/LI again",
	     "server < S. 900 ack 101	| SS/SR new old=reset_client",
	     "client > R 101		| CL/LI ended outcome=reset_client");
	/* It shows nothing of the client, which had its answer, and may be there yet. */
	play(AT_SERVER | AT_ROUTER, SYN, SYNACK,
	     "client > . 101 ack 501		| ES/ES",
	     "server < R. 501 ack 101 lost	| CL?/CL* ended",
	     "client > S 100			| CL?/CL* again",
	     "server < S. 900 ack 101		| SS/SR new old=reset_server",
	     "client > . 101 ack 501		| SS/SR",
	     "server < R 501			| SS/SR !rst_outside");
	/* Nor of one that did not close itself by the RST that its server took. */
	play(AT_SERVER, SYN, SYNACK,
	     "client > . 101 ack 501		| ES/ES",
	     "server < S. 500 ack 101		| ES/~SR !final_ack_lost again",
	     "client > P. 101:111 ack 400	| ES/SR",
	     "client > R. 101 ack 501		| ES/LI",
	     "client > S 100			| ES/LI again",
	     "server < S. 900 ack 101		| SS/SR new");
	/* What covers more than the SYN is for none. */
	play(AT_SERVER | AT_ROUTER, SYN, SYNACK,
	     "client > P. 101:301 ack 501	| ES/ES",
	     "client > R 301			| CL*/CL* ended",
	     "server < S. 900 ack 201		| CL*/CL* !synack_isn");
	/* Where it is gone for sure, nobody is in SYN_SENT. */
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "client > R 101		| CL/LI? ended outcome=reset_client",
	     "server < S. 900 ack 101	| CL/LI? !synack_isn",
	     "client > R 101		| CL/LI?");
}

/*
 * A copy of a SYN that was refused before comes to the next socket of these ports,
 * which is in SYN_SENT: it answers (RFC 9293 3.10.7.3), and what its own SYN was
 * answered with no longer fits.
 */
TEST(old_duplicate_syn_into_syn_sent)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "client > S. 100 ack 501	| SR/LI !old_synack",
	     "client > S. 100 ack 501	| SR/LI again",
	     /* One that listens answers so, too (RFC 9293 3.10.7.2). */
	     "server < R 501		| CL/LI ended outcome=reset_server");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "client > S. 100 ack 501	| SR/LI !old_synack",
	     "server < S. 9000 ack 101	| SR/SR",
	     "server < S. 9000 ack 101	| SR/SR again",
	     "client > . 101 ack 501	| SR/SR",
	     "server < R 501		| CL/SR");
	/* What it answered was the peer's SYN of this life, which had been lost on the way here. */
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "client > S. 100 ack 501	| SR/LI !old_synack",
	     "server < S. 500 ack 101	| ES/SR",
	     "client > . 101 ack 501	| ES/ES");
	/* What it answered was forged, or it has; nobody listens, which the true SYN shows. */
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "client > S. 100 ack 501	| SR/LI !old_synack",
	     "client > S 100		| SR/LI again",
	     "server < R. 0 ack 101	| SR/CL !rst_outside");
	/* And so does the SYN of its next try. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > S. 100 ack 501	| SR/LI !old_synack",
	     "client > S 300		| SR/LI",
	     "server < R. 0 ack 301	| SR/CL !rst_outside");
	/*
	 * It was the peer's SYN of this life, and had come between connect() and its SYN: the
	 * peer goes on from there.
	 */
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "client > S. 100 ack 501	| SR/LI !old_synack",
	     "server < . 501 ack 101	| ES/SS,ES shook flags=simultaneous,loose isn=100/500",
	     "client > P. 101:201 ack 501	| ES/ES",
	     "client > F. 201 ack 501	| F1/ES",
	     "server < . 501 ack 202	| F2/CW",
	     "server < F. 501 ack 202	| F2/LA",
	     "client > . 202 ack 502	| TW/CL");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "client > S. 100 ack 501	| SR/LI !old_synack",
	     "server < . 502 ack 101	| SR/LI",
	     "server < P. 501:511 ack 101	| ES/SR,ES");
	/* A listener answers the ACK, and says no more of itself by it. */
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "client > S. 100 ack 501	| SR/LI !old_synack",
	     "server < R. 0 ack 600	| SR/LI !rst_outside");
}

/* 13, while the flow can still be seen: ended, and in TIME_WAIT. */
TEST(delayed_syn_after_the_end)
{
	play(AT_CLIENT | AT_ROUTER | AT_LOOPBACK, SYN, SYNACK,
	     "client > .		| ES/ES",
	     "client > F.		| F1/ES",
	     "server < F.		| F2/CW,LA",
	     "client > .		| TW/CL",
	     /* The server has forgotten and answers; the one in TIME_WAIT acknowledges. */
	     "client > S 100		| TW/CL -new again",
	     "server < S. 7000 ack 101	| TW/CL !synack_isn",
	     "client > . 102 ack 502	| TW/CL",
	     "server < R 502		| CL/CL ended outcome=graceful");
	/* At its own host it is seen to be in another life. */
	play(AT_SERVER, SYN, SYNACK,
	     "client > .		| ES/ES",
	     "client > F.		| F1/ES",
	     "server < F.		| F2?/CW,LA",
	     "client > .		| TW/CL",
	     "client > S 100		| TW/CL -new again",
	     "server < S. 7000 ack 101	| SS/SR new old=graceful",
	     "client > . 102 ack 502	| SS/SR",
	     "server < R 502		| SS/SR !rst_outside",
	     "server < S. 7000 ack 101	| SS/SR again",
	     "client > R 101		| CL?/LI ended outcome=reset_client");
	/* And what it was in was TIME_WAIT, of which the kernel keeps a number alone. */
	play(AT_SERVER, SYN, SYNACK,
	     "client > .		| ES/ES",
	     "server < F.		| ES/F1",
	     "client > F.		| CW,LA/F2",
	     "server < .		| CL?/TW",
	     "client > S 100		| CL?/TW -new again",
	     "server < S. 7000 ack 101	| SS/SR new old=graceful");
	play(EVERYWHERE, SYN, SYNACK,
	     "client > .		| ES/ES",
	     "client > F.		| F1/ES",
	     "server < F.		| F2/CW,LA",
	     "client > .		| TW/CL",
	     "+65s			| CL/CL ended outcome=graceful",
	     "client > S 100		| SS/LI new old=graceful",
	     "server < S. 7000 ack 101	| SS/SR",
	     "client > R 101		| CL/LI ended outcome=reset_client",
	     "+10s			| --/--");
}

/* 13. The client has no such connection: its reset answers the SYN-ACK. */
TEST(delayed_syn)
{
	play(EVERYWHERE, SYN, SYNACK,
	     "client > R 101		| CL/LI ended outcome=reset_client reset_in=SYN_RECV",
	     "+10s			| --/--");
}

/* 14. */
TEST(refused)
{
	play(EVERYWHERE, SYN,
	     "server < R. 0 ack 101 win 0 | CL/CL ended outcome=refused reset_in=SYN_SENT hist=Sr");
	play(AT_CLIENT, SYN,
	     "server < R. 0 ack 101	| CL/CL ended");
	play(AT_ROUTER, SYN,
	     "server < R. 0 ack 101	| CL?/CL ended");
	/* Rule 2: the next try may find it listening. */
	play(EVERYWHERE, SYN,
	     "server < R. 0 ack 101	| CL/CL ended",
	     "client > S 5000		| SS/LI new old=refused",
	     "server < S. 500 ack 5001	| SS/SR",
	     "client > .		| ES/ES");
	/* The refusal was lost: the SYN comes again. */
	play(AT_SERVER | AT_ROUTER, SYN,
	     "server < R. 0 ack 101 lost | CL/CL ended",
	     "client > S 100		| ~SS/~LI !rst_withdrawn revived again",
	     "server < S. 500 ack 101	| SS/SR");
	play(AT_LOOPBACK, SYN,
	     "server < R. 0 ack 101 lost | SS/CL",
	     "client > S 100		| SS/~LI again",
	     "server < S. 500 ack 101	| SS/SR");
	/* The repeated SYN took another way; its answer is enough. */
	play(AT_SERVER | AT_ROUTER, SYN,
	     "server < R. 0 ack 101 lost | CL/CL ended",
	     "client > S 100 unseen	| CL/CL",
	     "server < S. 500 ack 101	| CL/SR revived",
	     "client > . 101 ack 501	| ~SS,ES/ES !rst_withdrawn");
}

/* 15. RFC 9293 3.10.7.3 */
TEST(reset_that_syn_sent_ignores)
{
	play(EVERYWHERE, SYN,
	     "server < R 0		| SS/LI !rst_outside",
	     "server < R 101		| SS/LI !rst_outside",
	     "server < R. 0 ack 100	| SS/LI !rst_outside",
	     "server < R. 0 ack 102	| SS/LI !rst_outside",
	     SYNACK,
	     "client > .		| ES/ES outcome=open");
}

/* 16. */
TEST(stale_synack)
{
	play(EVERYWHERE, SYN,
	     "server < S. 9000 ack 7777	| SS/LI !old_synack",
	     "client > R 7777		| SS/LI",
	     "+1s client > S 100	| SS/LI again",
	     SYNACK,
	     "client > . 101 ack 501	| ES/ES");
}

/* 17. RFC 5961 4: the server still holds the connection before. */
TEST(challenge_answers_syn)
{
	play(EVERYWHERE,
	     "client > S 5000		| SS/LI",
	     "server < . 900 ack 55	| SS/LI",
	     "client > R 55		| SS/LI",
	     "client > S 6000		| SS/LI client@new",
	     "server < S. 700 ack 6001	| SS/SR server,router,loopback@new",
	     "client > . 6001 ack 701	| ES/ES");
}

/* 18. Also: a repeated SYN gives no more time. */
TEST(syn_timeout)
{
	play(EVERYWHERE, SYN,
	     "+100s client > S 100	| SS/LI again",
	     "+49.999s			| SS/LI",
	     "+1ms			| CL/CL ended outcome=syn_timeout",
	     "+9.999s			| CL/CL",
	     "+1ms			| --/--");
}

/* 26, the quiet end: nothing more comes. */
TEST(synack_timeout)
{
	play(EVERYWHERE, SYN, SYNACK,
	     "+60s server < S. 500 ack 101	| SS/SR again",
	     "+29.999s				| SS/SR",
	     "+1ms				| CL/CL ended outcome=synack_timeout");
	/* The client's ACK was seen, and refused to the end. */
	play(EVERYWHERE, SYN, SYNACK,
	     "client > .			| ES/ES",
	     "+1s server < S. 500 ack 101	| ES/~SR !final_ack_lost");
}

/* 19. SYN cookies: the listener has forgotten it, and takes the ACK all the same. */
TEST(late_final_ack)
{
	play(EVERYWHERE, SYN, SYNACK,
	     "+89s client > .			| ES/ES shook outcome=open");
}

/* 23. Linux keeps what was shut down in SYN_RECV back until ESTABLISHED. */
TEST(fin_straight_after)
{
	play(EVERYWHERE, SYN, SYNACK,
	     "client > .			| ES/ES",
	     "server < F. 501 ack 101		| ES/F1",
	     "client > . 101 ack 502		| CW/F2");
}

/* 20. RFC 7413 */
TEST(data_in_syn)
{
	play(EVERYWHERE,
	     "client > S 100:110 <tfo>		| SS/LI",
	     "server < S. 500 ack 111		| SS/SR",
	     "client > . 111 ack 501		| ES/ES shook");
	play(EVERYWHERE,
	     "client > S 100:110 <tfo>		| SS/LI",
	     "server < S. 500 ack 105		| SS/SR",
	     "client > P. 105:111 ack 501	| ES/ES shook");
	play(EVERYWHERE,
	     "client > S 100:110 <tfo>		| SS/LI",
	     "server < S. 500 ack 101		| SS/SR",
	     "client > P. 101:111 ack 501	| ES/ES shook");
	/* It may answer before the handshake ends. */
	play(EVERYWHERE,
	     "client > S 100:110 <tfo>		| SS/LI",
	     "server < S. 500 ack 111		| SS/SR",
	     "server < P. 501:601 ack 111	| SS/SR",
	     "client > . 111 ack 601		| ES/ES shook");
	play(EVERYWHERE,
	     "client > S 100:110		| SS/LI !syn_data",
	     "server < S. 500 ack 101		| SS/SR",
	     "client > P. 101:111 ack 501	| ES/ES");
	/* The data never came; the SYN alone is repeated. */
	play(AT_CLIENT | AT_ROUTER,
	     "client > S 100:110 <tfo> lost	| SS/LI",
	     "+1s client > S 100		| SS/LI again",
	     "server < S. 500 ack 101		| SS/SR",
	     "client > P. 101:111 ack 501	| ES/ES");
}

/* 21. RFC 9293 3.10.4: CLOSE in SYN_RECV. */
TEST(fast_open_server_closes_first)
{
	play(EVERYWHERE,
	     "client > S 100:110 <tfo>		| SS/LI",
	     "server < S. 500 ack 111 <tfo>	| SS/SR",
	     "server < F. 501 ack 111		| SS/F1 closer=server",
	     "client > . 111 ack 502		| ES,CW/F2",
	     "client > F. 111 ack 502		| LA/F2",
	     "server < . 502 ack 112		| CL/TW outcome=graceful");
}

/*
 * The client closes before its ACK has come: the ACK of that FIN shows that
 * it came, and a Fast Open server need not have left SYN_RECV for that.
 */
TEST(fast_open_client_closes_first)
{
	play(AT_LOOPBACK,
	     "client > S 100:110 <tfo>		| SS/LI",
	     "server < S. 500 ack 111 <tfo>	| SS/SR",
	     "client > F. 111 ack 501 lost	| ES,F1/SR",
	     "server < . 501 ack 112		| F2/CW",
	     "server < F. 501 ack 112		| F2/LA",
	     "client > . 112 ack 502		| TW/CL outcome=graceful");
}

/* 22. */
TEST(fin_as_third_segment)
{
	play(EVERYWHERE, SYN, SYNACK,
	     "client > F. 101 ack 501		| ES,F1/ES shook",
	     "server < . 501 ack 102		| F2/CW",
	     "server < F. 501 ack 102		| F2/LA",
	     "client > . 102 ack 502		| TW/CL");
}

/* 24. RFC 9293 3.10.7.2: a listener drops SYN+FIN; a RST is looked at first. */
TEST(syn_with_other_flags)
{
	play(EVERYWHERE,
	     "client > SF 100			| --/--",
	     "client > SR 100			| --/--",
	     "client > F 100			| --/--",
	     "client > - 100			| --/--",
	     SYN,
	     "client > SF 100			| SS/LI !syn_fin",
	     "server < SR. 0 ack 101		| CL/CL !syn_rst ended outcome=refused");
	play(EVERYWHERE, SYN, SYNACK,
	     "client > .			| ES/ES",
	     "client > SF 101 ack 501		| ES/ES !syn_fin",
	     "client > FPU 101			| ES/ES !xmas_flags",
	     "client > - 101			| ES/ES !null_flags",
	     "client > F 101			| ES/ES !fin_no_ack",
	     "server < P. +10			| ES/ES");
}

/* 25. RFC 9293 3.10.7.4, second */
TEST(exact_reset_in_syn_recv)
{
	play(EVERYWHERE, SYN, SYNACK,
	     "client > R 101			| CL/LI ended outcome=reset_client");
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S 500			| SS/SS",
	     "client > S. 100 ack 501		| SR/SS",
	     "server < R 501			| CL/CL ended outcome=reset_server");
	/* A listener that aborts: its RST closes both. */
	play(EVERYWHERE, SYN, SYNACK,
	     "server < R. 501 ack 101		| CL/CL ended outcome=reset_server");
}

/* 26. The server's own next segment decides. */
TEST(inexact_reset_in_syn_recv)
{
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "server < S 500			| SS/SS",
	     "client > S. 100 ack 501		| SR/SS",
	     "server < R 600			| SR/SS !rst_inexact",
	     "server < R 6000			| SR/SS !rst_outside");
	play(EVERYWHERE, SYN, SYNACK,
	     "client > R 150			| SS/SR !rst_inexact",
	     "server < . 501 ack 101		| SS/SR",
	     "server < S. 500 ack 101		| SS/SR",
	     "client > .			| ES/ES");
	play(EVERYWHERE, SYN, SYNACK,
	     "client > R 99			| SS/SR !rst_outside",
	     "client > R 500000			| SS/SR !rst_outside",
	     "client > .			| ES/ES");
}

/* A SYN with another number, before anything was acknowledged: a new life. */
TEST(new_try)
{
	play(AT_CLIENT, SYN,
	     "client > S 7000			| SS/LI new old=reused",
	     "server < S. 500 ack 7001		| SS/SR",
	     "client > S 8000			| SS/LI new old=reused");
	/* Seen elsewhere it may be forged: the answer is to one of them. */
	play(AT_SERVER | AT_ROUTER, SYN,
	     "client > S 7000			| SS/LI -flags",
	     "client > S 8000			| SS/LI",
	     "server < S. 500 ack 8001		| SS/SR new old=reused flags=midstream",
	     "client > . 8001 ack 501		| ES/ES");
	play(AT_SERVER | AT_ROUTER, SYN,
	     "client > S 7000			| SS/LI",
	     "server < S. 500 ack 101		| SS/SR",
	     "client > . 101 ack 501		| ES/ES -flags");
	play(AT_SERVER | AT_ROUTER, SYN,
	     "client > S 7000			| SS/LI",
	     "server < R. 0 ack 7001		| CL/CL ended outcome=refused",
	     "client > S 9000			| SS/LI new old=refused");
	/* Once the first has an answer the client decides. */
	play(AT_SERVER | AT_ROUTER, SYN, SYNACK,
	     "client > S 8000			| SS/SR !syn_in_sync flags=half_open",
	     "server < . 501 ack 101		| SS/SR",
	     "client > R 101			| CL/LI ended outcome=half_open",
	     "client > S 8000			| SS/LI new old=half_open");
	play(AT_SERVER | AT_ROUTER, SYN, SYNACK,
	     "client > S 8000			| SS/SR !syn_in_sync flags=half_open",
	     "client > .			| ES/ES outcome=open -flags");
}

/* 61. ICMP unreachable, a user timeout, a process that dies in TCP_REPAIR: nothing is sent. */
TEST(gives_up_in_silence)
{
	play(EVERYWHERE, SYN,
	     "+150s				| CL/CL ended outcome=syn_timeout");
	play(EVERYWHERE, SYN, SYNACK,
	     "+90s				| CL/CL ended outcome=synack_timeout");
	play(EVERYWHERE, SYN, SYNACK,
	     "client > .			| ES/ES",
	     "+432000s				| CL/CL ended outcome=vanished");
	/* Keepalive exhausted, or a user timeout: the RST comes hours after the last answer. */
	play(EVERYWHERE, SYN, SYNACK,
	     "client > .			| ES/ES",
	     "+7200s client > . 100 ack 501 lost | ES/ES",
	     "+75s client > . 100 ack 501 lost	| ES/ES",
	     "+75s client > R. 101 ack 501	| CL/CL ended outcome=reset_client");
}

/* 68. Until the client has chosen, the latest SYN-ACK counts. */
TEST(synack_with_other_parameters)
{
	play(AT_SERVER | AT_ROUTER,
	     "client > S 100 <mss 1460>			| SS/LI mss=1460/-",
	     "server < S. 500 ack 101 <mss 1400>	| SS/SR mss=1460/1400",
	     "server < S. 800 ack 101 <mss 1300>	| SS/SR !synack_isn mss=1460/1300",
	     "client > . 101 ack 801			| ES/ES shook",
	     "server < S. 900 ack 101 <mss 1200>	| ES/ES !synack_isn mss=1460/1300");
}

/* 68. Who has sent data or a FIN behind its SYN-ACK sends no other one. */
TEST(synack_after_its_fin)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "server < FP. 501:511 ack 101 | SS/ES,F1 !early_data",
	     "server < S. 800 ack 101	| SS/F1 !synack_isn isn=100/500",
	     "client > . 101 ack 512	| ES,CW/F2*");
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S. 500 ack 101	| SS/SR",
	     "server < P. 501:511 ack 101 | SS/ES !early_data",
	     "server < S. 800 ack 101	| SS/ES !synack_isn isn=100/500",
	     "client > . 101 ack 511	| ES/ES");
	/* In SYN_RECV after a SYN of its own it may close, which proves no P. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "server < S 500		| SS/SS",
	     "server < S. 500 ack 101	| SS/SR",
	     "server < F. 501 ack 101	| SS/F1",
	     "server < S. 800 ack 101	| SS/F1 !synack_isn isn=100/500",
	     "client > . 101 ack 502	| ES,CW/F2*");
}

/* At its own host the client has taken the first that came, and may not have said so yet. */
TEST(synack_after_the_one_taken)
{
	play(AT_CLIENT | AT_LOOPBACK,
	     "client > S 100 <mss 1460>			| SS/LI mss=1460/-",
	     "server < S. 500 ack 101 <mss 1400>	| SS/SR mss=1460/1400",
	     "server < S. 501 ack 101 <mss 1300>	| SS/SR !synack_isn mss=1460/1400",
	     "client > . 101 ack 501			| ES/ES shook",
	     "server < S. 900 ack 101 <mss 1200>	| ES/ES !synack_isn mss=1460/1400");
}

/* Rule 5: nor does it count when the SYN is answered later. */
TEST(bare_ack_counts_for_nothing_later)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 60		| SS/SS",
	     "server < . 61 ack 101	| SS/ES",
	     "client > S. 100 ack 61	| SR/ES");
}

/* 68. What echoes no timestamp, or one that was not sent, does not tell which copy it answers. */
TEST(echo_of_nothing)
{
	play(EVERYWHERE,
	     "client > S 100 <TS 0>		| SS/LI",
	     "+1s client > S 100 <TS 0>		| SS/LI again",
	     "server < S. 60 ack 101		| SS/SR flags=ambiguous_rtt");
	play(EVERYWHERE,
	     "client > S 100			| SS/LI",
	     "+1s client > S 100		| SS/LI again",
	     "server < S. 60 ack 101 <TS 5>	| SS/SR flags=ambiguous_rtt");
}

/* 7. No round trip is measured where SYNs crossed, whatever is repeated. */
TEST(no_round_trip_of_crossed_syns)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 60		| SS/SS",
	     "server < S. 60 ack 101	| SS/SR",
	     "server < S. 60 ack 101	| SS/SR again",
	     "client > . 101 ack 61	| ES/ES* -rtt_server_us -rtt_client_us flags=simultaneous");
}

/*
 * 7. A SYN with another number that did not cross, but came before the server's own: what
 * is taken of that end is the SYN-ACK, and the handshake is one.
 */
TEST(synack_after_a_stray_syn)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 60		| SS/SS flags=simultaneous",
	     "server < S. 260 ack 101	| SS/SR !synack_isn -flags",
	     "server < S. 260 ack 101	| SS/SR again rtx=0/1/0/0",
	     "client > P. 101:111 ack 261 | ES/ES");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 60		| SS/SS",
	     "server < S. 260 ack 101	| SS/SR !synack_isn -flags",
	     "client > P. 101:111 ack 261 | ES/ES");
	/* The client's round trip ends with its own ACK. */
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S 60		| SS/SS",
	     "client > S. 300 ack 61	| SR/SS !synack_isn -flags",
	     "server < . 61 ack 301	| ES/ES -rtt_client_us");
}

/* 4. Each SYN has one answer that is no repetition; a SYN without ACK is none. */
TEST(bare_syn_is_no_answer)
{
	play(AT_CLIENT | AT_ROUTER,
	     "client > S 100		| SS*/LI*",
	     "+1s client > S 100	| SS*/LI* again",
	     "server < S. 60 ack 101	| SS*/SR*",
	     "client > . 101 ack 61	| ES*/ES*",
	     "+1s server < S 60		| ES*/~SR again !final_ack_lost");
}

/* 4. A copy of the SYN-ACK by the network, or one that crossed the ACK, takes nothing back. */
TEST(late_synack_takes_nothing_back)
{
	play(AT_CLIENT | AT_ROUTER,
	     "client > S 100 <TS 1>		| SS*/LI*",
	     "server < S. 60 ack 101 <TS 5 ecr 1> | SS*/SR*",
	     "client > . 101 ack 61 <TS 2 ecr 5> | ES*/ES?",
	     "+1s server < S. 60 ack 101 <TS 5 ecr 1> | ES*/ES? again",
	     "server < S. 60 ack 101 <TS 6 ecr 1> | ES*/~SR again !final_ack_lost");
	play(AT_CLIENT | AT_ROUTER,
	     "client > S 100		| SS*/LI*",
	     "+10ms server < S. 60 ack 101 | SS*/SR*",
	     "client > . 101 ack 61	| ES*/ES?",
	     "+9ms server < S. 60 ack 101 | ES*/ES? again",
	     "server < S. 60 ack 101	| ES*/~SR again !final_ack_lost");
}

/* Rule 2: the SYN has to be repeated; an answer to another one asks nobody to listen. */
TEST(synack_to_one_that_refused)
{
	play(AT_SERVER | AT_ROUTER,
	     "client > S 100		| SS*/LI*",
	     "server < R. 0 ack 101	| CL*/CL* ended outcome=refused",
	     "client > S. 100 ack 7	| ~SS,SR/CL* !rst_withdrawn !old_synack revived",
	     "client > S 100		| SR*/~LI again");
}

/*
 * Only an end in SYN_SENT answers a SYN from before; and what goes on with both of its numbers
 * tells.
 */
TEST(old_synack_of_one_that_goes_on)
{
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > . 101 ack 501	| ES/LI",
	     "client > S 100		| ES/LI again",
	     "client > S. 100 ack 7	| ES/LI !old_synack",
	     "client > S. 100 ack 7	| ES/LI !old_synack -again");
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > S. 100 ack 501	| SR/LI !old_synack",
	     "server < . 501 ack 100	| SR/LI",
	     "server < . 501 ack 101	| ES?/SS,ES* flags=simultaneous,loose");
	/* It may close; that shows no ACK of its SYN, nor that one direction passes elsewhere. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > S. 100 ack 501	| SR/LI !old_synack",
	     "client > F. 101 ack 501	| F1/LI -flags",
	     /* Rule 2: it takes no refusal there, and so it is none. */
	     "server < R. 60 ack 102	| F1/LI !rst_outside");
	/* Nor is one in SYN_RECV, which refuses, the RST that hit it. */
	play(AT_ROUTER,
	     "client > S 100		| SS/LI",
	     "client > S. 100 ack 501	| SR/LI !old_synack",
	     "server < R. 60 ack 101	| SR/CL !rst_outside -reset_in");
}

/* RFC 7413 4.2: the answer may carry data, and needs no option for that. */
TEST(synack_with_data)
{
	play(EVERYWHERE,
	     "client > S 100:110 <tfo>	| SS/LI",
	     "server < S. 60:70 ack 111	| SS/SR",
	     "client > . 111 ack 71	| ES/ES shook");
}

/* Its SYN-ACK was not seen: that its data come too early cannot be said. */
TEST(data_behind_an_unseen_synack)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101 unseen | SS/LI",
	     "server < P. 61:71 ack 101	| SS/LI");
}

/*
 * In SYN_RECV the kernel takes the SYN-ACK that covers all it has sent
 * (tcp_validate_incoming()).
 */
TEST(synack_of_a_part)
{
	play(EVERYWHERE,
	     "client > S 100:110 <tfo>	| SS/LI",
	     "server < S 60		| SS/SS",
	     "client > S. 100 ack 61	| SR/SS*",
	     "server < S. 60 ack 101	| SR/SR,ES*");
}

/* A SYN that comes from the network in the name of an end that is here is not its own. */
TEST(syn_from_outside)
{
	play(AT_CLIENT,
	     "client > S 100		| SS/LI",
	     "server < S. 60 ack 101	| SS/SR",
	     "client > . 101 ack 61	| ES/ES?",
	     "client > S 9000 spoofed	| ES/ES? !syn_in_sync -flags",
	     "server < . 61 ack 101	| ES/ES? -flags");
}

TESTS = {
	item(1a, three_segments), item(1b, three_segments_certainty), test(causes),
	test(certain_after_all), item(2a, repeated_syn), item(3, repeated_synack),
	item(4a, final_ack_lost), item(5, data_completes_handshake), item(6, deferred_accept),
	item(7a, simultaneous_open), item(7c, closed_in_syn_recv),
	item(8, crossed_synack_must_fit), item(9, self_connect),
	item(10, split_in_four), item(11, split_in_five), item(12a, old_duplicate_syn),
	item(12b, old_duplicate_syn_on_the_way),
	item(12c, old_duplicate_syn_into_syn_sent),
	item(12d, old_duplicate_syn_answered_again), item(13a, delayed_syn),
	item(13b, delayed_syn_after_the_end), item(14a, refused),
	item(15, reset_that_syn_sent_ignores), item(16, stale_synack),
	item(17, challenge_answers_syn), item(18a, syn_timeout), item(26b, synack_timeout),
	item(19, late_final_ack), item(23, fin_straight_after), item(20a, data_in_syn),
	item(21a, fast_open_server_closes_first), item(21b, fast_open_client_closes_first),
	item(22a, fin_as_third_segment), item(24, syn_with_other_flags),
	item(25, exact_reset_in_syn_recv), item(26a, inexact_reset_in_syn_recv), test(new_try),
	item(61a, gives_up_in_silence), item(68a, synack_with_other_parameters),
	item(68c, synack_after_the_one_taken), test(synack_after_its_fin),
	test(bare_ack_counts_for_nothing_later),
	test(echo_of_nothing), test(no_round_trip_of_crossed_syns), test(synack_after_a_stray_syn),
	test(bare_syn_is_no_answer), test(late_synack_takes_nothing_back),
	test(synack_to_one_that_refused), test(old_synack_of_one_that_goes_on),
	test(synack_with_data), test(data_behind_an_unseen_synack), test(synack_of_a_part),
	test(syn_from_outside),
};

int main(void)
{
	return RUN(tests);
}
