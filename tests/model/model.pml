/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can happen next, one option an event; the events themselves are in
 * world.c, the endpoints in tcp.c, the mirror is src/core. The checker stores
 * model_state, which holds all of it.
 */
c_decl {
\#include "world.h"
};
c_track "model_state" "sizeof(model_state)" "Matched";

#define EVENT(event, who, i)	\
	:: d_step { c_expr { model_may (event, who, i) } -> c_code { model_do(event, who, i); } }

#define ENDPOINT(who)			\
	EVENT(OPEN, who, 0)		\
	EVENT(LISTENS, who, 0)		\
	EVENT(SEND, who, 0)		\
	EVENT(CLOSE, who, 0)		\
	EVENT(CLOSE_DATA, who, 0)	\
	EVENT(ABORT, who, 0)		\
	EVENT(RETRANSMIT, who, 0)	\
	EVENT(ACK_OWED, who, 0)		\
	EVENT(PROCESS, who, 0)		\
	EVENT(PROCESS_DELAY, who, 0)	\
	EVENT(PROCESS_IGNORE, who, 0)

#define IN_FLIGHT(who, i)		\
	EVENT(DELIVER, who, i)		\
	EVENT(DELIVER_DELAY, who, i)	\
	EVENT(DELIVER_KEEP, who, i)	\
	EVENT(LOSE, who, i)

/* What an adversary sends, in whose name; world.c turns it into a segment. */
byte from, kind, seq, ack;

active proctype world_()
{
end:	do
	:: c_expr { model_broken () } -> assert(false)
	ENDPOINT(A)
	ENDPOINT(B)
	IN_FLIGHT(A, 0)
	IN_FLIGHT(A, 1)
	IN_FLIGHT(A, 2)
	IN_FLIGHT(B, 0)
	IN_FLIGHT(B, 1)
	IN_FLIGHT(B, 2)
	EVENT(EXPIRE, A, 0)
	EVENT(FORGE_PAIR, A, 0)
	EVENT(FORGE_PAIR, B, 0)
	:: atomic {
		c_expr { model_may_forge () };
		if :: from = 0 :: from = 1 fi;
		if :: kind = 0 :: kind = 1 :: kind = 2 :: kind = 3 :: kind = 4 :: kind = 5 fi;
		if :: seq = 0 :: seq = 1 :: seq = 2 :: seq = 3 :: seq = 4 fi;
		if :: ack = 0 :: ack = 1 :: ack = 2 :: ack = 3 fi;
		c_code { model_forge(now.from, now.kind, now.seq, now.ack); };
		from = 0; kind = 0; seq = 0; ack = 0
	}
	od
}
