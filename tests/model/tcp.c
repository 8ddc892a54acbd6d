// SPDX-License-Identifier: GPL-2.0-only
/*
 * The endpoint of tcp.h. Section numbers are those of RFC 9293.
 *
 * Left out, since nothing on the wire shows them: CLOSE and ABORT in SYN-SENT,
 * ABORT in CLOSING, LAST-ACK and TIME-WAIT, the user timeout. No options, no
 * urgent data, no congestion control; the user reads all data at once.
 */
#include "tcp.h"

#include <stddef.h>
#include <string.h>

/* 3.4: a < b, modulo 2^32 */
static bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static bool after(uint32_t a, uint32_t b)
{
	return before(b, a);
}

/* SEG.SEQ + SEG.LEN (3.3.1): SYN and FIN count. */
static uint32_t end_of(const struct segment *seg)
{
	return seg->seq + seg->len + !!(seg->flags & SYN) + !!(seg->flags & FIN);
}

static void enter(struct tcp *tcp, enum tcp_state state)
{
	tcp->state = state;
	tcp->passed |= 1 << state;
}

static void emit(struct tcp *tcp, uint32_t seq, uint8_t flags, uint8_t len)
{
	struct segment seg = { .seq = seq, .flags = flags, .len = len };

	if (flags & ACK) {
		seg.ack = tcp->rcv_nxt;
		tcp->rcv_wup = tcp->rcv_nxt;
		tcp->owes_ack = false;
	}
	tcp_emit(tcp, &seg);
}

static void send_ack(struct tcp *tcp)
{
	emit(tcp, tcp->snd_nxt, ACK, 0);
}

/* 3.10.7.1; 3.5.2 group 1: what nobody is there for is answered by a RST. */
static void send_reset_for(const struct tcp *tcp, const struct segment *seg)
{
	struct segment rst = { .flags = RST };

	if (seg->flags & RST)
		return;
	if (seg->flags & ACK) {
		rst.seq = seg->ack;
	} else {
		rst.flags = RST | ACK;
		rst.ack = end_of(seg);
	}
	tcp_emit(tcp, &rst);
}

/* The TCB is deleted. What is left of it says nothing. */
static void forget(struct tcp *tcp, enum tcp_state state)
{
	uint16_t passed = tcp->passed;
	uint8_t lives = tcp->lives;

	memset(tcp, 0, sizeof(*tcp));
	tcp->lives = lives;
	tcp->passed = passed;
	enter(tcp, state);
}

static void begin(struct tcp *tcp, enum tcp_state state)
{
	tcp->lives++;
	tcp->iss = tcp_choose_iss(tcp);
	tcp->snd_una = tcp->iss;
	tcp->snd_nxt = tcp->iss + 1;
	tcp->quiet = false;
	enter(tcp, state);
}

/* ---- user calls, 3.10.1 to 3.10.5 ---- */

bool tcp_may_open(const struct tcp *tcp)
{
	return tcp->state == CLOSED && tcp_has_life(tcp);
}

/* May its socket give up without a word? A user timeout (3.8.3), or FIN_WAIT2 for too long. */
bool tcp_may_vanish(const struct tcp *tcp)
{
	return tcp->state != CLOSED && tcp->state != LISTEN && !tcp->owes_ack &&
	       tcp_has_life(tcp);
}

/* 3.10.1, active; of what there was before, the socket has vanished */
void tcp_open(struct tcp *tcp)
{
	if (tcp->state != CLOSED)
		forget(tcp, CLOSED);
	begin(tcp, SYN_SENT);
	emit(tcp, tcp->iss, SYN, 0);
}

bool tcp_may_listen(const struct tcp *tcp)
{
	return tcp->state == CLOSED && tcp_has_life(tcp);
}

/* 3.10.1, passive */
void tcp_listen(struct tcp *tcp)
{
	forget(tcp, LISTEN);
	tcp->passive = true;
	tcp->quiet = true;
}

bool tcp_may_send(const struct tcp *tcp)
{
	return tcp->state == ESTABLISHED || tcp->state == CLOSE_WAIT;
}

/* 3.10.2: one octet */
void tcp_send(struct tcp *tcp)
{
	emit(tcp, tcp->snd_nxt, ACK, 1);
	tcp->snd_nxt++;
	tcp->sent++;
}

/* A passive opener in SYN-RECEIVED has no user yet (accept() comes later). */
bool tcp_may_close(const struct tcp *tcp)
{
	return tcp->state == ESTABLISHED || tcp->state == CLOSE_WAIT ||
	       (tcp->state == SYN_RECEIVED && !tcp->passive);
}

/* 3.10.4; the FIN may share a segment with the last data. */
void tcp_close(struct tcp *tcp, bool data)
{
	enter(tcp, tcp->state == CLOSE_WAIT ? LAST_ACK : FIN_WAIT_1);
	emit(tcp, tcp->snd_nxt, FIN | ACK, data);
	tcp->snd_nxt += 1 + data;
	tcp->sent += data;
}

bool tcp_may_abort(const struct tcp *tcp)
{
	switch (tcp->state) {
	case SYN_RECEIVED:
		return !tcp->passive;
	case ESTABLISHED:
	case FIN_WAIT_1:
	case FIN_WAIT_2:
	case CLOSE_WAIT:
		return true;
	}
	return false;
}

/* 3.10.5; with an ACK, as tcp_send_active_reset() sends it. */
void tcp_abort(struct tcp *tcp)
{
	emit(tcp, tcp->snd_nxt, RST | ACK, 0);
	forget(tcp, CLOSED);
}

/* ---- timeouts, 3.10.8 ---- */

bool tcp_may_retransmit(const struct tcp *tcp)
{
	return tcp->state != CLOSED && tcp->state != LISTEN && tcp->state != TIME_WAIT &&
	       tcp->snd_una != tcp->snd_nxt;
}

static bool has_sent_fin(const struct tcp *tcp)
{
	return tcp->state == FIN_WAIT_1 || tcp->state == FIN_WAIT_2 || tcp->state == CLOSING ||
	       tcp->state == LAST_ACK || tcp->state == TIME_WAIT;
}

/* The segment at the front of the retransmission queue. */
void tcp_retransmit(struct tcp *tcp)
{
	uint32_t fin = tcp->snd_nxt - has_sent_fin(tcp);

	if (tcp->snd_una == tcp->iss)
		emit(tcp, tcp->iss, tcp->state == SYN_SENT ? SYN : SYN | ACK, 0);
	else if (before(tcp->snd_una, fin))
		emit(tcp, tcp->snd_una, ACK, 1);
	else
		emit(tcp, tcp->snd_una, FIN | ACK, 0);
}

bool tcp_may_expire(const struct tcp *tcp)
{
	return tcp->state == TIME_WAIT;
}

/* 2MSL is over. */
void tcp_expire(struct tcp *tcp)
{
	forget(tcp, CLOSED);
}

/* 3.8.6.3 */
void tcp_send_owed(struct tcp *tcp)
{
	send_ack(tcp);
}

/* ---- SEGMENT ARRIVES, 3.10.7 ---- */

static void in_listen(struct tcp *tcp, const struct segment *seg)
{
	if (seg->flags & RST)
		return;
	if (seg->flags & ACK) {
		send_reset_for(tcp, seg);
		return;
	}
	/* Or its queue of connections is full. */
	if (!(seg->flags & SYN) || !tcp_has_life(tcp))
		return;
	begin(tcp, SYN_RECEIVED);
	tcp->irs = seg->seq;
	tcp->rcv_nxt = seg->seq + 1;
	emit(tcp, tcp->iss, SYN | ACK, 0);
}

/* Acknowledge what was taken: at once, or later with something else. */
static void acknowledge(struct tcp *tcp, bool delay)
{
	if (delay)
		tcp->owes_ack = true;
	else
		send_ack(tcp);
}

static void in_syn_sent(struct tcp *tcp, const struct segment *seg, bool delay)
{
	/* First, the ACK bit */
	if (seg->flags & ACK &&
	    (!after(seg->ack, tcp->iss) || after(seg->ack, tcp->snd_nxt))) {
		send_reset_for(tcp, seg);
		return;
	}
	/* Second, the RST bit */
	if (seg->flags & RST) {
		if (seg->flags & ACK)
			forget(tcp, CLOSED);
		return;
	}
	/* Fourth, the SYN bit */
	if (!(seg->flags & SYN))
		return;
	tcp->irs = seg->seq;
	tcp->rcv_nxt = seg->seq + 1;
	if (seg->flags & ACK) {
		tcp->snd_una = seg->ack;
		enter(tcp, ESTABLISHED);
		/* Until it has sent one it can only have offered this. */
		tcp->rcv_wup = tcp->rcv_nxt;
		acknowledge(tcp, delay);
	} else {
		enter(tcp, SYN_RECEIVED);
		emit(tcp, tcp->iss, SYN | ACK, 0);
	}
}

/*
 * First: check sequence number, as the kernel's tcp_sequence() does: the lower
 * bound is what was acknowledged last, the upper one what was offered then.
 */
static bool is_acceptable(const struct tcp *tcp, const struct segment *seg)
{
	return !before(end_of(seg), tcp->rcv_wup) && !after(seg->seq, tcp->rcv_wup + WINDOW);
}

/* RFC 5961 3.2, and RCV.NXT - 1 behind a FIN: tcp_reset_check(). */
static bool is_exact(const struct tcp *tcp, const struct segment *seg)
{
	if (seg->seq == tcp->rcv_nxt)
		return true;
	return seg->seq == tcp->rcv_nxt - 1 &&
	       (tcp->state == CLOSE_WAIT || tcp->state == LAST_ACK || tcp->state == CLOSING);
}

static void take_reset(struct tcp *tcp)
{
	if (tcp->state == SYN_RECEIVED && tcp->passive) {
		forget(tcp, LISTEN);
		tcp->passive = true;
	} else {
		forget(tcp, CLOSED);
	}
}

/* Second: check the RST bit. True if it is there. */
static bool check_reset(struct tcp *tcp, const struct segment *seg, bool acceptable)
{
	if (!(seg->flags & RST))
		return false;
	if (is_exact(tcp, seg))
		take_reset(tcp);
	else if (acceptable)
		send_ack(tcp);
	return true;
}

/* Fourth: check the SYN bit. True if the segment ends here. */
static bool check_syn(struct tcp *tcp, const struct segment *seg)
{
	if (!(seg->flags & SYN))
		return false;
	if (tcp->state == SYN_RECEIVED) {
		/* 3.5 fig. 7: the SYN-ACKs of a simultaneous open cross. */
		if (seg->flags & ACK && seg->seq == tcp->irs && seg->ack == tcp->snd_nxt)
			return false;
		if (tcp->passive && !(seg->flags & ACK)) {
			/* A repeated SYN: tcp_check_req() sends the SYN-ACK again. */
			if (seg->seq == tcp->irs)
				emit(tcp, tcp->iss, SYN | ACK, 0);
			else
				take_reset(tcp);
			return true;
		}
	}
	send_ack(tcp);		/* RFC 5961 4.2 */
	return true;
}

/* Fifth: check the ACK field. True if the segment ends here. */
static bool check_ack(struct tcp *tcp, const struct segment *seg)
{
	bool fin_acked;

	if (!(seg->flags & ACK))
		return true;
	if (tcp->state == SYN_RECEIVED) {
		if (!after(seg->ack, tcp->snd_una) || after(seg->ack, tcp->snd_nxt)) {
			send_reset_for(tcp, seg);
			return true;
		}
		enter(tcp, ESTABLISHED);
	}
	/* RFC 5961 5.2 */
	if (after(seg->ack, tcp->snd_nxt) || before(seg->ack, tcp->snd_una - WINDOW)) {
		send_ack(tcp);
		return true;
	}
	if (after(seg->ack, tcp->snd_una))
		tcp->snd_una = seg->ack;
	fin_acked = has_sent_fin(tcp) && tcp->snd_una == tcp->snd_nxt;
	if (!fin_acked)
		return false;
	switch (tcp->state) {
	case FIN_WAIT_1:
		enter(tcp, FIN_WAIT_2);
		break;
	case CLOSING:
		enter(tcp, TIME_WAIT);
		break;
	case LAST_ACK:
		forget(tcp, CLOSED);
		return true;
	}
	return false;
}

/* Eighth: the FIN has come into sequence. */
static void take_fin(struct tcp *tcp)
{
	tcp->rcv_nxt++;
	switch (tcp->state) {
	case ESTABLISHED:
		enter(tcp, CLOSE_WAIT);
		break;
	case FIN_WAIT_1:
		enter(tcp, CLOSING);
		break;
	case FIN_WAIT_2:
		enter(tcp, TIME_WAIT);
		break;
	}
}

/* What was held beyond the hole is in sequence now. */
static void take_held(struct tcp *tcp)
{
	while (tcp->held & 1 << 0) {
		tcp->rcv_nxt++;
		tcp->held >>= 1;
		if (tcp->held_fin)
			tcp->held_fin--;
	}
	if (tcp->held_fin == 1) {
		tcp->held_fin = 0;
		tcp->held = 0;
		take_fin(tcp);
	}
}

/* Seventh and eighth: text and FIN. */
static void check_text(struct tcp *tcp, const struct segment *seg, bool delay)
{
	uint32_t old = tcp->rcv_nxt;
	uint32_t at = seg->seq;
	uint8_t i;

	if (end_of(seg) == seg->seq)
		return;
	/* After a FIN of the peer there is no more; a copy is acknowledged again. */
	if (tcp->state != ESTABLISHED && tcp->state != FIN_WAIT_1 && tcp->state != FIN_WAIT_2) {
		send_ack(tcp);
		return;
	}
	for (i = 0; i < seg->len; i++, at++)
		if (!before(at, tcp->rcv_nxt) && before(at, tcp->rcv_nxt + 8))
			tcp->held |= 1 << (at - tcp->rcv_nxt);
	if (seg->flags & FIN && !before(at, tcp->rcv_nxt))
		tcp->held_fin = at - tcp->rcv_nxt + 1;
	take_held(tcp);
	/* RFC 5681 4.2: what is out of order, or old, is acknowledged at once. */
	acknowledge(tcp, delay && tcp->rcv_nxt == end_of(seg) && seg->seq == old);
}

/* Would a SYN find a listener, once the connection that has its port is over? */
bool tcp_is_heard(const struct tcp *tcp)
{
	return tcp->passive && tcp_has_life(tcp);
}

/* The kernel's tcp_timewait_state_process(), without timestamps. */
static void in_time_wait(struct tcp *tcp, const struct segment *seg)
{
	/* A new connection, where somebody still listens: TCP_TW_SYN. */
	if ((seg->flags & (SYN | ACK | RST)) == SYN && after(seg->seq, tcp->rcv_nxt) &&
	    tcp_is_heard(tcp)) {
		forget(tcp, LISTEN);
		tcp->passive = true;
		in_listen(tcp, seg);
		return;
	}
	if (seg->seq == tcp->rcv_nxt && (end_of(seg) == seg->seq || seg->flags & RST)) {
		if (seg->flags & RST)
			forget(tcp, CLOSED);
		return;
	}
	if (!(seg->flags & RST))
		send_ack(tcp);
}

static void in_synchronised(struct tcp *tcp, const struct segment *seg, bool delay)
{
	bool acceptable = is_acceptable(tcp, seg);

	if (check_reset(tcp, seg, acceptable))
		return;
	if (!acceptable) {
		send_ack(tcp);
		return;
	}
	if (check_syn(tcp, seg) || check_ack(tcp, seg))
		return;
	if (seg->flags & SYN) {		/* fig. 7 */
		send_ack(tcp);
		return;
	}
	check_text(tcp, seg, delay);
}

/* May its acknowledgment wait? (tcp_fin() sends one at once where it has sent its own.) */
bool tcp_may_delay(const struct tcp *tcp, const struct segment *seg)
{
	if (seg->flags & RST)
		return false;
	if (tcp->state == SYN_SENT)
		return (seg->flags & (SYN | ACK)) == (SYN | ACK);
	return tcp->state == ESTABLISHED && !(seg->flags & SYN) &&
	       (seg->len || seg->flags & FIN) && seg->seq == tcp->rcv_nxt;
}

/* Does no SYN begin or end anything there? (RFC 5961 4) */
bool tcp_refuses_syn(const struct tcp *tcp)
{
	switch (tcp->state) {
	case CLOSED:
	case LISTEN:
	case SYN_SENT:
	case SYN_RECEIVED:
	case TIME_WAIT:
		return false;
	}
	return true;
}

/* 3.10.7 */
void tcp_arrives(struct tcp *tcp, const struct segment *seg, bool delay)
{
	/* To all but a SYN both closed and listening ports answer alike. */
	if ((seg->flags & (SYN | ACK | RST)) == SYN)
		tcp->quiet = false;
	switch (tcp->state) {
	case CLOSED:
		send_reset_for(tcp, seg);
		break;
	case LISTEN:
		in_listen(tcp, seg);
		break;
	case SYN_SENT:
		in_syn_sent(tcp, seg, delay);
		break;
	case TIME_WAIT:
		in_time_wait(tcp, seg);
		break;
	default:
		in_synchronised(tcp, seg, delay);
	}
}
