// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can happen: each end acts, segments travel, are lost, overtake each
 * other and arrive once or more; the observer sees them where it stands.
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

struct bounds bounds = {
	.flight = 2,
	.backlog = 1,
	.lives = 1,
	.delay = 1,
	.abort = 1,
	.active = 1,
	.refuse = 1,
	.ask = 1,
	.close = 3,
	.busy = 2,
	.kinds = 0x3f,
	.slack = 3,
	.base = { 100, 500 },
};

struct world world;

/* Beyond the router. */
#define BEYOND 0x40000000U
/* Forged; over loopback it comes from the network then, to both ends' host (accept_local). */
#define FOREIGN 0x20000000U

/* Of bounds.kinds. */
#define PAIR 64

static int index_of(const struct tcp *tcp)
{
	return tcp - world.end;
}

bool is_own(int host)
{
	switch (bounds.view) {
	case AT_CLIENT:
		return host == A;
	case AT_SERVER:
		return host == B;
	case AT_LOOPBACK:
		return true;
	}
	return false;
}

/* Its socket has processed all that was delivered, and said what it has to say. */
bool is_settled(int host)
{
	return !world.backlog[host][0] && !world.end[host].owes_ack &&
	       !(world.ignored & 1 << host);
}

void model_fail(const char *fmt, ...)
{
	va_list args;

	if (saying && !world.broken) {
		printf("FAILED: ");
		va_start(args, fmt);
		vprintf(fmt, args);
		va_end(args);
		printf("\n");
	}
	world.broken = 1;
}

/* ---- lives ---- */

static void set_apart(int host, bool apart)
{
	world.apart &= ~(1 << host);
	world.apart |= apart << host;
}

/* Its connection is with another SYN of the peer than this one. */
static bool is_in_another(int host, uint32_t iss)
{
	const struct tcp *tcp = &world.end[host];

	return tcp->state != CLOSED && tcp->state != LISTEN && tcp->state != SYN_SENT &&
	       tcp->irs != iss;
}

/* Has its SYN had another answer than this peer's? The peer's first life was with its only one. */
static bool had_answer(int host, const struct tcp *peer)
{
	const struct tcp *tcp = &world.end[host];

	if (tcp->state == CLOSED)
		return tcp->lives == 1 && peer->lives > 1;
	return peer->irs == tcp->iss && is_in_another(host, peer->iss);
}

/*
 * Over loopback the observer stands at both ends, and a flow is one connection. Where each end
 * is in another (RFC 9293 3.5, figures 8 to 11), that of one of them is not the flow's. Which
 * one, is decided where a SYN or SYN-ACK is sent: a SYN is apart if the peer is in another
 * connection, the flow's, unless nothing but 2MSL is left of that; a SYN-ACK if it answers
 * another SYN than the peer's, the flow's, or a copy of that one, which has had its answer.
 */
static void take_life(int from, const struct segment *seg)
{
	const struct tcp *tcp = &world.end[from], *peer = &world.end[!from];

	if (bounds.view != AT_LOOPBACK || bounds.lives == 1 || !(seg->flags & SYN))
		return;
	if (seg->flags & ACK) {
		if (had_answer(!from, tcp))
			set_apart(from, true);
		else if (tcp->irs == peer->iss)
			world.apart = 0;
		else if (peer->iss && !(world.apart & 1 << !from))
			set_apart(from, true);
		return;
	}
	if (peer->state == TIME_WAIT)
		set_apart(!from, true);
	set_apart(from, is_in_another(!from, tcp->iss) && !(world.apart & 1 << !from));
}

/* ---- the channel ---- */

/* Two copies on the same leg are one: it can be delivered as often as one likes. */
static bool put(int to, packed p)
{
	packed *flight = world.flight[to];
	unsigned int i, n;

	for (n = 0; n < bounds.flight && flight[n]; n++)
		if (flight[n] == p)
			return true;
	if (n == bounds.flight)
		return false;
	for (i = n; i > 0 && flight[i - 1] < p; i--)
		flight[i] = flight[i - 1];
	flight[i] = p;
	return true;
}

static packed take(int to, unsigned int i)
{
	packed *flight = world.flight[to];
	packed p = flight[i];

	for (; i + 1 < bounds.flight; i++)
		flight[i] = flight[i + 1];
	flight[i] = 0;
	return p;
}

static void see(int from, const struct segment *seg, enum tcpfsm_point point)
{
	mirror_see(from, seg, point);
}

/* An endpoint sends. Where the channel is full, the segment is lost. */
void tcp_emit(const struct tcp *tcp, const struct segment *seg)
{
	int from = index_of(tcp);

	say("    %s\n", segment_text(from, seg));
	take_life(from, seg);
	if (bounds.view == AT_LOOPBACK)
		see(from, seg, TCPFSM_AT_LOOP_OUT);
	else if (is_own(from))
		see(from, seg, TCPFSM_AT_OUT);
	if (!put(!from, pack_segment(seg, from)))
		say("    (lost: the channel is full)\n");
}

bool tcp_has_life(const struct tcp *tcp)
{
	return tcp->lives < bounds.lives;
}

/* A new life begins with a number past all that its last one can have used. */
uint32_t tcp_choose_iss(const struct tcp *tcp)
{
	return bounds.base[index_of(tcp)] + (tcp->lives - 1) * 2 * WINDOW;
}

/* ---- arrival ---- */

static void process(int host, const struct segment *seg, bool delay)
{
	tcp_arrives(&world.end[host], seg, delay);
}

static packed head_of(int host)
{
	return world.backlog[host][0];
}

static packed pop(int host)
{
	packed *backlog = world.backlog[host];
	packed p = backlog[0];
	unsigned int i;

	for (i = 0; i + 1 < BACKLOG_MAX; i++)
		backlog[i] = backlog[i + 1];
	backlog[i] = 0;
	return p;
}

/*
 * Nobody holds a listener's request or what is left of a socket in TIME-WAIT, nor for
 * long a socket that waits in SYN-SENT: they take a segment before the next one comes.
 */
static bool has_room(int host)
{
	const struct tcp *tcp = &world.end[host];
	bool is_held = tcp->state != SYN_SENT && tcp->state != LISTEN &&
		       tcp->state != CLOSED && tcp->state != TIME_WAIT &&
		       !(tcp->state == SYN_RECEIVED && tcp->passive);
	unsigned int room = is_held ? bounds.backlog : 1;

	return !world.backlog[host][room - 1];
}

static void push(int host, packed p)
{
	unsigned int i = 0;

	while (world.backlog[host][i])
		i++;
	world.backlog[host][i] = p;
}

/* Both are in one connection, and neither has closed. */
static bool are_established(void)
{
	const struct tcp *a = &world.end[A], *b = &world.end[B];

	return a->state == ESTABLISHED && b->state == ESTABLISHED && a->irs == b->iss &&
	       b->irs == a->iss;
}

/* The flow that has the place is of the connection that the ends are in. */
static bool is_true_flow(void)
{
	const struct mirror *mirror = &world.mirror;

	return mirror->alive && mirror->flow.end[mirror_role(A)].isn == world.end[A].iss &&
	       mirror->flow.end[mirror_role(B)].isn == world.end[B].iss;
}

/*
 * At the router, of several flows: once each end has said something in their connection since
 * another flow has its place, it has it back.
 */
static void see_forwarded(int from, const struct segment *seg, bool forged)
{
	bool counts = !forged && seg->flags == ACK && are_established();

	if (!are_established() || is_true_flow())
		world.went_on = 0;
	else if (counts)
		world.went_on |= 1 << from;
	see(from, seg, TCPFSM_AT_FORWARD);
	if (world.went_on == (1 << A | 1 << B) && !is_true_flow())
		model_fail("both ends go on, and another flow has their place");
}

/* A segment comes to the end of its leg. */
static void arrive(int to, packed p, bool delay)
{
	struct segment seg = unpack_segment(p, !to);

	if (bounds.view == AT_ROUTER && !(p & BEYOND)) {
		say("%s\n", segment_text(!to, &seg));
		if (bounds.kinds & PAIR)
			see_forwarded(!to, &seg, p & FOREIGN);
		else
			see(!to, &seg, TCPFSM_AT_FORWARD);
		if (!put(to, p | BEYOND))
			say("    (lost: the channel is full)\n");
		return;
	}
	if (!is_own(to)) {
		say("    arrives: %s\n", segment_text(!to, &seg));
		process(to, &seg, delay);
		return;
	}
	say("    arrives: %s\n", segment_text(!to, &seg));
	see(!to, &seg, bounds.view == AT_LOOPBACK && !(p & FOREIGN) ? TCPFSM_AT_LOOP_IN :
								      TCPFSM_AT_IN);
	push(to, p & ~(BEYOND | FOREIGN));
}

/* A SYN that nobody sends who has this one life, and B does not open actively. */
static bool is_forged_syn(int to, const struct segment *seg)
{
	return bounds.forged && seg->flags == SYN &&
	       (seg->seq != bounds.base[!to] || (to == A && !bounds.active));
}

/*
 * Where such a SYN would begin a connection, or be answered as a repetition, who sent it
 * makes no difference: it is for an end that refuses it, and has taken all that came before.
 */
static bool may_take(int to, const struct segment *seg)
{
	return !is_forged_syn(to, seg) ||
	       (tcp_refuses_syn(&world.end[to]) && !world.backlog[to][0]);
}

static bool may_arrive(int to, unsigned int i, bool delay)
{
	packed p = i < bounds.flight ? world.flight[to][i] : 0;
	struct segment seg;

	if (!p)
		return false;
	if (bounds.view == AT_ROUTER && !(p & BEYOND))
		return !delay;
	seg = unpack_segment(p, !to);
	if (!may_take(to, &seg))
		return false;
	if (is_own(to))
		return !delay && has_room(to);
	return !delay || (bounds.delay && tcp_may_delay(&world.end[to], &seg));
}

/* ---- the adversary ---- */

#define OUTSIDE (2 * WINDOW + 1)

static bool may_forge(void)
{
	return world.forged < bounds.forged && world.mirror.alive;
}

/*
 * Over loopback what a process on the host itself forges (@inside) passes LOCAL_OUT, where
 * it is taken for the end's own; of what comes from outside only what it does to its target
 * is compared.
 */
static void forge(int from, const struct segment *seg)
{
	bool foreign = (bounds.view == AT_LOOPBACK && !bounds.inside) || bounds.kinds & PAIR;

	world.forged++;
	if (bounds.view == AT_LOOPBACK)
		world.spoofed = bounds.inside ? 1 << A | 1 << B : 1 << from;
	say("    forged: %s\n", segment_text(from, seg));
	if (bounds.inside)
		see(from, seg, TCPFSM_AT_LOOP_OUT);
	put(!from, pack_segment(seg, from) | (foreign ? FOREIGN : 0));
}

/* In both names: a SYN, and the SYN-ACK that answers it. */
static void forge_pair(int from)
{
	struct segment syn = { .flags = SYN, .seq = bounds.base[from] + OUTSIDE };
	struct segment synack = {
		.flags = SYN | ACK,
		.seq = bounds.base[!from] + OUTSIDE,
		.ack = syn.seq + 1,
	};

	forge(from, &syn);
	forge(!from, &synack);
}

/* ---- events ---- */

/* A timer runs only when the socket is not in use: its backlog is empty. */
static bool timer_may_run(int host)
{
	return !world.backlog[host][0];
}

/* The user may be at work, and keep segments waiting in the backlog (@busy). */
static bool user_may_call(int host)
{
	unsigned int i;

	if (bounds.busy == 2)
		return true;
	if (bounds.busy == 0)
		return !world.backlog[host][0];
	for (i = 0; i < BACKLOG_MAX; i++)
		if (unpack_segment(world.backlog[host][i], !host).flags & RST)
			return false;
	return true;
}

static bool is_call(int event)
{
	return event == SEND || event == CLOSE || event == CLOSE_DATA || event == ABORT ||
	       event == ACK_OWED;
}

static bool is_drained(void)
{
	return !world.flight[A][0] && !world.flight[B][0] && !world.backlog[A][0] &&
	       !world.backlog[B][0];
}

static bool has_slack(void)
{
	return !bounds.seen || world.slack < bounds.slack;
}

/* What is left out where what was seen is kept, to keep its variety small. */
static bool is_spare(int event)
{
	return event == DELIVER_KEEP || event == LOSE || event == RETRANSMIT;
}

/*
 * A full accept queue or backlog: the ACK of a SYN-ACK or FIN reached the host and not
 * the connection. It repeats what it has sent, and until then nobody can know.
 */
static bool may_ignore(int host)
{
	struct segment seg = unpack_segment(head_of(host), !host);
	const struct tcp *tcp = &world.end[host];

	if (tcp->state == LISTEN)
		return seg.flags == SYN;
	return seg.flags == ACK && !seg.len && tcp_may_retransmit(tcp) &&
	       tcp->state != SYN_SENT && tcp->state != ESTABLISHED && tcp->state != CLOSE_WAIT;
}

/* The server has not taken the final ACK yet (@calm). */
static bool is_opening(void)
{
	enum tcp_state server = world.end[B].state;

	return server == LISTEN || server == SYN_RECEIVED ||
	       (server == CLOSED && !world.end[A].lives);
}

/* One after the other, and nothing is lost. */
static bool is_calm(int event, int who, unsigned int i)
{
	switch (event) {
	case LISTENS:
	case PROCESS:
	case FORGE_PAIR:
		return true;
	case OPEN:
		return who == A && world.end[B].state == LISTEN;
	case DELIVER:
		return i == 0;
	}
	return false;
}

static bool may_close(int who)
{
	return bounds.close & 1 << who && tcp_may_close(&world.end[who]);
}

/* What waits for a socket does not wait for the next one. */
static bool may_begin(int who)
{
	return !world.end[who].lives || !head_of(who);
}

/* Who does not refuse listens before anything comes to a closed port, as often as it may. */
static bool must_listen(int who)
{
	return !bounds.refuse && bounds.lives > 1 && who == B && tcp_may_listen(&world.end[B]);
}

static bool may(int event, int who, unsigned int i)
{
	const struct tcp *tcp = &world.end[who];
	struct segment seg;

	if (bounds.calm && is_opening() && !is_calm(event, who, i))
		return false;
	if (is_spare(event) && !has_slack())
		return false;
	if (is_call(event) && !user_may_call(who))
		return false;
	switch (event) {
	case OPEN:
		return (tcp_may_open(tcp) || (bounds.vanish && tcp_may_vanish(tcp))) &&
		       may_begin(who) && (who == A || bounds.active) &&
		       (tcp->quiet || bounds.lives > 1);
	case LISTENS:
		return who == B && tcp_may_listen(tcp) && may_begin(who) &&
		       (bounds.refuse || bounds.lives > 1 || !world.mirror.alive);
	case SEND:
		return tcp_may_send(tcp) && tcp->sent < bounds.data;
	case CLOSE:
		return may_close(who);
	case CLOSE_DATA:
		return may_close(who) && tcp_may_send(tcp) && tcp->sent < bounds.data;
	case ABORT:
		return bounds.abort && tcp_may_abort(tcp);
	case RETRANSMIT:
		return tcp_may_retransmit(tcp) && timer_may_run(who);
	case ACK_OWED:
		return tcp->owes_ack;
	case PROCESS:
		return head_of(who);
	case PROCESS_DELAY:
		if (!bounds.delay || !head_of(who))
			return false;
		seg = unpack_segment(head_of(who), !who);
		return tcp_may_delay(tcp, &seg);
	case PROCESS_IGNORE:
		return bounds.full && head_of(who) && may_ignore(who);
	case DELIVER:
	case DELIVER_KEEP:
		return !must_listen(who) && may_arrive(who, i, false);
	case DELIVER_DELAY:
		return !must_listen(who) && may_arrive(who, i, true);
	case LOSE:
		return i < bounds.flight && world.flight[who][i];
	case EXPIRE:
		return who == A && is_drained() && !bounds.seen && !world.ignored &&
		       (tcp_may_expire(&world.end[A]) || tcp_may_expire(&world.end[B]));
	case FORGE_PAIR:
		return bounds.kinds & PAIR && may_forge();
	}
	return false;
}

/*
 * Whether a port without a connection is open, only its answer shows. Until then a SYN
 * on its way makes the mirror say LISTEN, and a refusal CLOSE (rule 2).
 */
static bool is_undecided(int host)
{
	const struct tcp *tcp = &world.end[host];
	const struct tcpfsm_endpoint *end = &world.mirror.flow.end[mirror_role(host)];

	/* It listens again, perhaps after another life: nothing of the flow that is over. */
	if (tcp->state == LISTEN && end->state == TCPFSM_CLOSE &&
	    (tcp->quiet || (bounds.view == AT_LOOPBACK && bounds.lives > 1)))
		return true;
	return (tcp->state == LISTEN || tcp->state == CLOSED) &&
	       !tcpfsm_has_fact(end, TCPFSM_FACT_S) &&
	       (tcp->quiet || bounds.view == AT_LOOPBACK);
}

/* What it did so far is not, or no more, to be compared. */
static void forget_way(int host)
{
	world.end[host].passed = 0;
	world.mirror.passed[host] = 0;
	world.mirror.unclear[host] = false;
}

/*
 * Not only the state: the same ones of the teardown on the way to it. Not where something was
 * withdrawn on it, nor where a RST ended it: what the socket did meanwhile, busy or
 * with an ACK to send, no segment shows. Nor does one show whether the socket had taken
 * the ACK of its SYN when its user closed, unless it is never busy.
 */
static void check_way(int host)
{
	const struct tcpfsm_endpoint *end = &world.mirror.flow.end[mirror_role(host)];
	const unsigned int opened = bounds.busy ? 0 : 1U << ESTABLISHED;
	const unsigned int teardown = 1U << FIN_WAIT_1 | 1U << FIN_WAIT_2 | 1U << CLOSING |
				      1U << TIME_WAIT | 1U << CLOSE_WAIT | 1U << LAST_ACK;
	uint16_t truth = world.end[host].passed, is = world.mirror.passed[host];

	if (!world.mirror.unclear[host] && (truth ^ is) & (opened | teardown) &&
	    (!(end->marks & TCPFSM_MARK_RESET) || end->marks & TCPFSM_MARK_RESET_SENT))
		model_fail("own host: %s came another way to %s: %#x, mirrored %#x",
			   host == A ? "client" : "server", state_word(world.end[host].state),
			   truth, is);
	forget_way(host);
}

/* Of an end that is apart the flow says only that it is closed, or not there yet. */
static bool is_shown_apart(int host, unsigned int is)
{
	const struct tcpfsm_endpoint *end = &world.mirror.flow.end[mirror_role(host)];

	return world.apart & 1 << host &&
	       (is == TCPFSM_CLOSE ||
		(is == TCPFSM_LISTEN && !tcpfsm_has_fact(end, TCPFSM_FACT_S)));
}

static void check(void)
{
	int host;

	know_truth(is_drained() && !world.end[A].owes_ack && !world.end[B].owes_ack);
	for (host = A; host <= B; host++) {
		const struct tcp *tcp = &world.end[host];
		unsigned int is = mirror_state(host);

		if (tcp->state == CLOSED || tcp->state == LISTEN)
			set_apart(host, false);
		if (!is_own(host) || is_shown_apart(host, is) || world.spoofed & 1 << host) {
			forget_way(host);
			continue;
		}
		if (!is_settled(host) || !is)
			continue;
		if (is == tcp->state || is_undecided(host)) {
			check_way(host);
			continue;
		}
		model_fail("own host: %s is %s, mirrored %s", host == A ? "client" : "server",
			   state_word(tcp->state), state_word(is));
	}
}

static void expire(void)
{
	int host;

	say("    2MSL is over\n");
	for (host = A; host <= B; host++)
		if (tcp_may_expire(&world.end[host]))
			tcp_expire(&world.end[host]);
	mirror_expire();
}

static void process_head(int host, bool delay)
{
	struct segment seg = unpack_segment(pop(host), !host);

	say("    the socket takes: %s%s\n", segment_text(!host, &seg),
	    delay ? ", acknowledges later" : "");
	process(host, &seg, delay);
}

static void ignore_head(int host)
{
	struct segment seg = unpack_segment(pop(host), !host);

	say("    dropped: %s\n", segment_text(!host, &seg));
	/* One that listens shows it no less by dropping a SYN. */
	if (world.end[host].state == LISTEN)
		world.end[host].quiet = false;
	else
		world.ignored |= 1 << host;
}

static void act(int event, int who, int i)
{
	struct tcp *tcp = &world.end[who];
	packed p;

	switch (event) {
	case OPEN:
		tcp_open(tcp);
		break;
	case LISTENS:
		say("    server listens\n");
		tcp_listen(tcp);
		break;
	case SEND:
		tcp_send(tcp);
		break;
	case CLOSE:
		tcp_close(tcp, false);
		break;
	case CLOSE_DATA:
		tcp_close(tcp, true);
		break;
	case ABORT:
		/* What waits will find no connection. */
		if (head_of(who))
			world.mirror.unclear[who] = true;
		tcp_abort(tcp);
		break;
	case RETRANSMIT:
		world.ignored &= ~(1 << who);
		tcp_retransmit(tcp);
		break;
	case ACK_OWED:
		tcp_send_owed(tcp);
		break;
	case PROCESS:
		process_head(who, false);
		break;
	case PROCESS_DELAY:
		process_head(who, true);
		break;
	case PROCESS_IGNORE:
		ignore_head(who);
		break;
	case DELIVER:
		arrive(who, take(who, i), false);
		break;
	case DELIVER_DELAY:
		arrive(who, take(who, i), true);
		break;
	case DELIVER_KEEP:
		arrive(who, world.flight[who][i], false);
		break;
	case LOSE:
		p = take(who, i);
		if (saying) {
			struct segment seg = unpack_segment(p, !who);

			say("    lost: %s\n", segment_text(!who, &seg));
		}
		break;
	case EXPIRE:
		expire();
		break;
	case FORGE_PAIR:
		forge_pair(who);
		break;
	}
}

/* ---- for the Promela model ---- */

static void set_up(void)
{
	static bool done;
	const char *text = getenv("MODEL");
	const struct {
		const char *name;
		unsigned int *at;
	} names[] = {
		{ "view", &bounds.view }, { "flight", &bounds.flight },
		{ "backlog", &bounds.backlog }, { "data", &bounds.data },
		{ "lives", &bounds.lives }, { "vanish", &bounds.vanish },
		{ "forged", &bounds.forged }, { "delay", &bounds.delay },
		{ "abort", &bounds.abort }, { "active", &bounds.active },
		{ "refuse", &bounds.refuse }, { "ask", &bounds.ask },
		{ "busy", &bounds.busy }, { "kinds", &bounds.kinds },
		{ "inside", &bounds.inside }, { "close", &bounds.close },
		{ "calm", &bounds.calm }, { "full", &bounds.full },
		{ "seen", &bounds.seen }, { "slack", &bounds.slack },
		{ "a", &bounds.base[A] }, { "b", &bounds.base[B] },
	};
	char *copy, *word, *rest, *value;
	size_t i;

	if (done)
		return;
	done = true;
	saying = getenv("MODEL_SAY");
	copy = strdup(text ? text : "");
	rest = copy;
	while ((word = strtok_r(NULL, " ", &rest))) {
		value = strchr(word, '=');
		if (value)
			*value++ = '\0';
		for (i = 0; i < ARRAY_SIZE(names) && strcmp(word, names[i].name); i++)
			;
		if (i == ARRAY_SIZE(names) || !value) {
			fprintf(stderr, "MODEL: no such bound: %s\n", word);
			exit(2);
		}
		*names[i].at = strtoul(value, NULL, 0);
	}
	free(copy);
	if (bounds.flight > FLIGHT_MAX || bounds.backlog > BACKLOG_MAX || !bounds.backlog) {
		fprintf(stderr, "MODEL: a bound is too large\n");
		exit(2);
	}
#ifndef RIVAL
	if (bounds.kinds & PAIR) {
		fprintf(stderr, "MODEL: kinds=0x40 needs -DRIVAL\n");
		exit(2);
	}
#endif
}

int model_may(int event, int who, int i)
{
	set_up();
	state_load();
	return !world.broken && (!bounds.seen || know_depth() < bounds.seen) &&
	       may(event, who, i);
}

void model_do(int event, int who, int i)
{
	state_load();
	if (bounds.seen && is_spare(event))
		world.slack++;
	act(event, who, i);
	check();
	say_states();
	state_store();
}

int model_may_forge(void)
{
	state_load();
	return !world.broken && !(bounds.kinds & PAIR) && may_forge();
}

/*
 * Any kind of segment in the name of either end, with numbers from the beginning of
 * the connection to beyond its end, and one outside the window.
 */
void model_forge(int from, int kind, int seq, int ack)
{
	static const uint8_t kinds[] = { SYN, SYN | ACK, ACK, FIN | ACK, RST, RST | ACK };
	static const uint8_t distance[] = { 0, 1, 2, 3, OUTSIDE };
	struct segment seg = { .seq = bounds.base[from] + distance[seq] };

	state_load();
	if (!(bounds.kinds & 1 << kind))
		return;
	seg.flags = kinds[kind];
	if (seg.flags & ACK)
		seg.ack = bounds.base[!from] + distance[ack];
	else if (ack)
		return;
	forge(from, &seg);
	say_states();
	state_store();
}

int model_broken(void)
{
	set_up();
	state_load();
	return world.broken;
}
