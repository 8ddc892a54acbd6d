/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A TCP endpoint as RFC 9293 describes it: the truth that the mirror is held
 * against. Shares nothing with src/core. One function an event of 3.10; where
 * Linux does otherwise, and docs/fsm.md follows it, the kernel function is named.
 */
#ifndef MODEL_TCP_H
#define MODEL_TCP_H

#include <stdbool.h>
#include <stdint.h>

/* RFC 9293 3.3.2, with the numbers of include/net/tcp_states.h. */
enum tcp_state {
	ESTABLISHED = 1, SYN_SENT, SYN_RECEIVED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT, CLOSED,
	CLOSE_WAIT, LAST_ACK, LISTEN, CLOSING, TCP_STATES,
};

/* RFC 9293 3.1 */
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

struct segment {
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	uint8_t len;
};

/* What every segment offers: all data and the FIN fit in. */
#define WINDOW 4

/**
 * struct tcp - a transmission control block (RFC 9293 3.3.1)
 * @state: enum tcp_state
 * @passive: opened by LISTEN
 * @lives: how many connections it has begun
 * @sent: bytes of data sent in this one
 * @held: bit i: the octet RCV.NXT + i is here, beyond a hole
 * @held_fin: and the FIN, at RCV.NXT + this - 1; 0 if it is not
 * @owes_ack: what it took is not acknowledged yet (3.8.6.3)
 * @quiet: whether it listens, no segment has shown yet
 * @passed: bit set of the states it has been in; the world clears it
 * @rcv_wup: RCV.NXT when it last sent an ACK (the kernel's name)
 */
struct tcp {
	uint8_t state;
	bool passive;
	uint8_t lives;
	uint8_t sent;
	uint8_t held;
	uint8_t held_fin;
	bool owes_ack;
	bool quiet;
	uint16_t passed;
	uint32_t iss;
	uint32_t snd_una;
	uint32_t snd_nxt;
	uint32_t irs;
	uint32_t rcv_nxt;
	uint32_t rcv_wup;
};

/* The world takes what an endpoint sends, and says how many connections it may begin. */
bool tcp_has_life(const struct tcp *tcp);
void tcp_emit(const struct tcp *tcp, const struct segment *seg);
uint32_t tcp_choose_iss(const struct tcp *tcp);

/* May the event happen now, and the event. */
bool tcp_is_heard(const struct tcp *tcp);
bool tcp_may_open(const struct tcp *tcp);
bool tcp_may_vanish(const struct tcp *tcp);
void tcp_open(struct tcp *tcp);
bool tcp_may_listen(const struct tcp *tcp);
void tcp_listen(struct tcp *tcp);
bool tcp_may_send(const struct tcp *tcp);
void tcp_send(struct tcp *tcp);
bool tcp_may_close(const struct tcp *tcp);
void tcp_close(struct tcp *tcp, bool data);
bool tcp_may_abort(const struct tcp *tcp);
void tcp_abort(struct tcp *tcp);
bool tcp_may_retransmit(const struct tcp *tcp);
void tcp_retransmit(struct tcp *tcp);
bool tcp_may_expire(const struct tcp *tcp);
void tcp_expire(struct tcp *tcp);
void tcp_send_owed(struct tcp *tcp);
bool tcp_may_delay(const struct tcp *tcp, const struct segment *seg);
bool tcp_refuses_syn(const struct tcp *tcp);
void tcp_arrives(struct tcp *tcp, const struct segment *seg, bool delay);

#endif
