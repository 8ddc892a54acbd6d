/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything the checker explores: two endpoints, what is in flight between
 * them, what waits at a socket, and the observer with its mirror.
 */
#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

#include "flow.h"
#include "tcp.h"

#include <stdarg.h>

/* The two hosts; whose SYN the observer sees first is the client of the flow. */
enum { A, B };

#define FLIGHT_MAX 3
#define BACKLOG_MAX 2

enum view { AT_CLIENT, AT_SERVER, AT_ROUTER, AT_LOOPBACK };

/**
 * struct bounds - what is explored; set by MODEL in the environment
 * @view: where the observer stands: at A, at B, between them, at both
 * @flight: segments in flight each way
 * @backlog: segments that wait at a socket of the observer's host
 * @data: octets each end may send
 * @lives: connections each end may begin
 * @vanish: a socket may give up without a word before the next life
 * @forged: segments that an adversary may inject
 * @kinds: of what kinds: 1 SYN, 2 SYN-ACK, 4 ACK, 8 FIN, 16 RST, 32 RST with ACK;
 *	64 alone: a SYN, and the SYN-ACK to it in the other end's name (-DRIVAL)
 * @inside: over loopback, the adversary is on the host itself
 * @delay: an endpoint may acknowledge later
 * @abort: an endpoint may abort
 * @active: both ends may open (simultaneous open)
 * @refuse: B may be closed, and listen later
 * @ask: a RST at its target's host is judged by the socket's own RCV.NXT
 * @busy: user calls while segments wait in the backlog: 0 none, 1 unless one is a RST, 2 all
 * @close: which ends may close: 1 the client, 2 the server, 3 both
 * @calm: the handshake is as it should be; what is explored begins behind it
 * @full: an end may drop the ACK of its SYN-ACK or FIN (full accept queue or backlog)
 * @seen: segments seen at most, where what was seen is kept; 0 where it is not
 * @slack: how many segments may be lost, or seen twice; where kept
 * @base: initial sequence numbers
 */
struct bounds {
	unsigned int view;
	unsigned int flight;
	unsigned int backlog;
	unsigned int data;
	unsigned int lives;
	unsigned int vanish;
	unsigned int forged;
	unsigned int kinds;
	unsigned int inside;
	unsigned int delay;
	unsigned int abort;
	unsigned int active;
	unsigned int refuse;
	unsigned int ask;
	unsigned int busy;
	unsigned int close;
	unsigned int calm;
	unsigned int full;
	unsigned int seen;
	unsigned int slack;
	uint32_t base[2];
};

extern struct bounds bounds;

/* A segment in 4 bytes, so that what is in flight can be sorted and compared. */
typedef uint32_t packed;

/**
 * struct mirror - what the observer makes of it
 * @flow: the flow, if there is one
 * @alive: there is one
 * @rival: of the same ports, a flow that was given up for this one and may come back
 * @has_rival: there is one
 * @client: which host is its client
 * @rival_client: which one is @rival's
 * @passed: states that were reported of each host since it last agreed with the truth
 * @unclear: something was withdrawn since, so the way may differ
 */
struct mirror {
	struct tcpfsm_flow flow;
	struct tcpfsm_flow rival;
	bool alive;
	bool has_rival;
	uint8_t client;
	uint8_t rival_client;
	uint16_t passed[2];
	bool unclear[2];
};

struct world {
	struct tcp end[2];
	packed flight[2][FLIGHT_MAX];	/* to that host, in descending order, 0 is none */
	packed backlog[2][BACKLOG_MAX];	/* at that host, the oldest first */
	struct mirror mirror;
	uint8_t forged;
	uint8_t ignored;		/* bit set of hosts that dropped an ACK (@full) */
	uint8_t apart;			/* bit set of hosts whose connection is not the flow's */
	uint8_t spoofed;		/* bit set of hosts that are not compared since @forged */
	uint8_t went_on;		/* bit set of hosts, see see_forwarded() */
	uint8_t slack;
	uint8_t broken;
	uint32_t seen;			/* see know.c */
};

extern struct world world;

/* state.c: what the checker stores of the world. */
#ifdef RAW
#define STATE_SIZE (144 + sizeof(struct tcpfsm_flow))
#elif defined(RIVAL)
#define STATE_SIZE 232
#else
#define STATE_SIZE 144
#endif
extern uint8_t model_state[STATE_SIZE];
packed pack_segment(const struct segment *seg, int from);
struct segment unpack_segment(packed p, int from);
void state_load(void);
void state_store(void);
void state_clean(struct tcpfsm_flow *flow);

/* mirror.c */
void mirror_see(int from, const struct segment *seg, enum tcpfsm_point point);
void mirror_expire(void);
unsigned int mirror_state(int host);
unsigned int mirror_role(int host);

/* know.c: which truths go with what the observer has seen. */
void know_see(int from, const struct segment *seg);
void know_truth(bool drained);
unsigned int know_depth(void);

/* world.c */
void model_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool is_own(int host);
bool is_settled(int host);

/* say.c: only while a trail is replayed. */
extern bool saying;
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void say_states(void);
const char *state_word(unsigned int state);
const char *segment_text(int from, const struct segment *seg);

/* For the Promela model. */
enum event {
	OPEN, LISTENS, SEND, CLOSE, CLOSE_DATA, ABORT, RETRANSMIT, ACK_OWED, PROCESS,
	PROCESS_DELAY, PROCESS_IGNORE, DELIVER, DELIVER_DELAY, DELIVER_KEEP, LOSE, EXPIRE,
	FORGE_PAIR,
};

int model_may(int event, int who, int i);
void model_do(int event, int who, int i);
int model_may_forge(void);
void model_forge(int from, int kind, int seq, int ack);
int model_broken(void);

#endif
