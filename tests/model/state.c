// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the checker stores: the world in as few bytes as hold it, and without
 * what cannot influence what follows. One walk serves both directions.
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

uint8_t model_state[STATE_SIZE];

/* The world as it was last loaded or stored. */
static uint8_t current[STATE_SIZE];

struct walk {
	uint8_t *at;
	bool store;
};

/*
 * Numbers of an end lie near its first one, or as far from there as a window may reach of
 * which the scale is not known, or nothing at all; 0 is what a RST without ACK says.
 */
#define BELOW 40
#define RANGE 85
#define ZERO 255

static const uint32_t ranges[ZERO / RANGE] = {
	-BELOW, (WINDOW << 14) - BELOW, 0x40000000 - BELOW,
};

static uint8_t short_of(uint32_t number, int whose)
{
	uint32_t distance;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		distance = number - bounds.base[whose] - ranges[i];
		if (distance < RANGE)
			return i * RANGE + distance;
	}
	if (number) {
		fprintf(stderr, "the number %u of end %d does not fit\n", number, whose);
		abort();
	}
	return ZERO;
}

static uint32_t long_of(uint8_t number, int whose)
{
	if (number == ZERO)
		return 0;
	return bounds.base[whose] + ranges[number / RANGE] + number % RANGE;
}

/* In flight: 16 bits of numbers, 4 of flags, 2 of length; the highest: there is one. */
packed pack_segment(const struct segment *seg, int from)
{
	packed flags = (seg->flags & 7) | (seg->flags & ACK ? 8 : 0);

	return 1U << 31 | flags << 18 | (packed)seg->len << 16 | short_of(seg->seq, from) << 8 |
	       (seg->flags & ACK ? short_of(seg->ack, !from) : 0);
}

struct segment unpack_segment(packed p, int from)
{
	struct segment seg = {
		.flags = (p >> 18 & 7) | (p >> 18 & 8 ? ACK : 0),
		.len = p >> 16 & 3,
		.seq = long_of(p >> 8, from),
	};

	if (seg.flags & ACK)
		seg.ack = long_of(p, !from);
	return seg;
}

static void walk_bytes(struct walk *walk, void *bytes, size_t n)
{
	if (walk->store)
		memcpy(walk->at, bytes, n);
	else
		memcpy(bytes, walk->at, n);
	walk->at += n;
}

#define walk_field(walk, field) walk_bytes(walk, &(field), sizeof(field))

static void walk_number(struct walk *walk, uint32_t *number, int whose)
{
	if (walk->store)
		*walk->at = short_of(*number, whose);
	else
		*number = long_of(*walk->at, whose);
	walk->at++;
}

static void walk_end(struct walk *walk, struct tcp *tcp, int host)
{
	uint8_t bits = tcp->passive | tcp->owes_ack << 1 | tcp->quiet << 2;

	walk_field(walk, tcp->state);
	walk_field(walk, bits);
	tcp->passive = bits & 1;
	tcp->owes_ack = bits >> 1 & 1;
	tcp->quiet = bits >> 2 & 1;
	walk_field(walk, tcp->lives);
	walk_field(walk, tcp->sent);
	walk_field(walk, tcp->held);
	walk_field(walk, tcp->held_fin);
	walk_field(walk, tcp->passed);
	walk_number(walk, &tcp->iss, host);
	walk_number(walk, &tcp->snd_una, host);
	walk_number(walk, &tcp->snd_nxt, host);
	walk_number(walk, &tcp->irs, !host);
	walk_number(walk, &tcp->rcv_nxt, !host);
	walk_number(walk, &tcp->rcv_wup, !host);
}

static void walk_mirrored(struct walk *walk, struct tcpfsm_endpoint *end, int host)
{
	walk_number(walk, &end->isn, host);
	walk_number(walk, &end->snd_nxt, host);
	walk_number(walk, &end->rcv_nxt, !host);
	walk_number(walk, &end->rcv_edge, !host);
	walk_number(walk, &end->got, !host);
	walk_number(walk, &end->fin, host);
	walk_number(walk, &end->fin_ack, !host);
	walk_number(walk, &end->sack_edge, !host);
	walk_field(walk, end->marks);
	walk_field(walk, end->facts);
	walk_field(walk, end->state);
	walk_field(walk, end->seen);
	walk_field(walk, end->rtx_syn);
}

static void walk_flow(struct walk *walk, struct tcpfsm_flow *flow, uint8_t *client)
{
	uint8_t bits = flow->ended | flow->shook << 1 | flow->reset_by << 2 |
		       flow->doubted_far << 4 | flow->gone_on << 5;
	uint8_t life = flow->reset_hit | flow->new_of << 4 | flow->first_fin << 6;
	uint8_t held = flow->doubted | flow->early_rst << 2;
	int host;

	walk_field(walk, *client);
	walk_field(walk, held);
	flow->doubted = held & 3;
	flow->early_rst = held >> 2;
	for (host = A; host <= B; host++)
		walk_mirrored(walk, &flow->end[host ^ *client], host);
	if (flow->doubted != TCPFSM_NOBODY) {
		walk_number(walk, &flow->doubt.fin, flow->doubted ^ *client);
		walk_number(walk, &flow->doubt.ack, !(flow->doubted ^ *client));
	}
	walk_field(walk, flow->new_isn);
	walk_field(walk, flow->reset_seq);
	walk_field(walk, flow->early_rst_seq);
	walk_field(walk, flow->flags);
	walk_field(walk, flow->outcome);
	walk_field(walk, life);
	walk_field(walk, bits);
	flow->reset_hit = life & 15;
	flow->new_of = life >> 4 & 3;
	flow->first_fin = life >> 6;
	flow->ended = bits & 1;
	flow->shook = bits >> 1 & 1;
	flow->reset_by = bits >> 2 & 3;
	flow->doubted_far = bits >> 4 & 1;
	flow->gone_on = bits >> 5 & 3;
}

/*
 * Which end has repeated its SYN more often, and by how much, matters while a SYN-ACK may
 * take back the server's P: see answers_a_repetition(). Runs that keep each sequence of
 * observations have no more of them than this; in the others one more or less tells enough.
 */
static void clean_repetitions(struct tcpfsm_endpoint *client, struct tcpfsm_endpoint *server)
{
	const u8 most = bounds.seen ? 9 : 1;
	u8 both = client->rtx_syn < server->rtx_syn ? client->rtx_syn : server->rtx_syn;

	if (server->marks & (TCPFSM_MARK_P_CONFIRMED | TCPFSM_MARK_BARE_SYN))
		both = 255;
	client->rtx_syn = client->rtx_syn > both ? client->rtx_syn - both : 0;
	server->rtx_syn = server->rtx_syn > both ? server->rtx_syn - both : 0;
	if (client->rtx_syn > most)
		client->rtx_syn = most;
	if (server->rtx_syn > most)
		server->rtx_syn = most;
}

/*
 * The rules must not depend on what this clears. Times: the clock stands still
 * (2MSL is an event). History, letters, measurements,
 * ICMP errors, the flag for ambiguous ones: written for the reader, read by nothing that
 * moves a fact or a mark. Numbers of a FIN that was not sent, a doubt nobody
 * has, a half-open SYN that was none: guarded by the fact, mark or flag that
 * says so. The build with -DRAW checks all of it: it carries the flow as the
 * core left it along, and demands after each step that clearing it gives the
 * same as clearing before.
 */
void state_clean(struct tcpfsm_flow *flow)
{
	int i;

	flow->born_ns = 0;
	flow->seen_ns = 0;
	flow->since_ns = 0;
	memset(flow->fin_ns, 0, sizeof(flow->fin_ns));
	memset(flow->history, 0, sizeof(flow->history));
	flow->letters = 0;
	flow->icmp_count = 0;
	flow->icmp_code = 0;
	flow->icmp_class = 0;
	flow->icmp_of = 0;
	flow->syn_us = 0;
	flow->synack_us = 0;
	flow->rtt_server_us = 0;
	flow->rtt_client_us = 0;
	memset(flow->finack_ms, 0, sizeof(flow->finack_ms));
	memset(flow->entered_ms, 0, sizeof(flow->entered_ms));
	flow->teardown_ms = 0;
	flow->has = 0;
	flow->flags &= ~TCPFSM_FLOW_AMBIGUOUS_RTT;
	flow->doubt.ms = 0;
	if (flow->doubted == TCPFSM_NOBODY) {
		memset(&flow->doubt, 0, sizeof(flow->doubt));
		flow->doubted_far = 0;
	}
	if (flow->new_of == TCPFSM_NOBODY)
		flow->new_isn = 0;
	if (flow->early_rst == TCPFSM_NOBODY)
		flow->early_rst_seq = 0;
	if (flow->reset_by == TCPFSM_NOBODY)
		flow->reset_seq = 0;
	clean_repetitions(&flow->end[TCPFSM_CLIENT], &flow->end[TCPFSM_SERVER]);
	for (i = 0; i < 2; i++) {
		struct tcpfsm_endpoint *end = &flow->end[i];

		end->af_seq = 0;	/* looked at with a round trip alone */
		end->inferred_us = 0;
		end->rtx_fin = 0;
		if (!tcpfsm_has_fact(end, TCPFSM_FACT_F)) {
			end->fin = 0;
			end->fin_ack = 0;
		}
	}
}

static void walk_world(struct walk *walk)
{
	int host;

	for (host = A; host <= B; host++)
		walk_end(walk, &world.end[host], host);
	walk_field(walk, world.flight);
	walk_field(walk, world.backlog);
	walk_field(walk, world.forged);
	walk_field(walk, world.ignored);
	walk_field(walk, world.apart);
	walk_field(walk, world.spoofed);
	walk_field(walk, world.slack);
	walk_field(walk, world.broken);
	walk_field(walk, world.seen);
	walk_field(walk, world.mirror.passed);
	walk_field(walk, world.mirror.unclear);
	walk_field(walk, world.mirror.alive);
	if (world.mirror.alive)
		walk_flow(walk, &world.mirror.flow, &world.mirror.client);
#ifdef RIVAL
	walk_field(walk, world.went_on);
	walk_field(walk, world.mirror.has_rival);
	if (world.mirror.has_rival)
		walk_flow(walk, &world.mirror.rival, &world.mirror.rival_client);
#endif
}

#ifdef RAW
#define SHORT_SIZE (STATE_SIZE - sizeof(struct tcpfsm_flow))
#else
#define SHORT_SIZE STATE_SIZE
#endif

/* The world becomes what the checker has gone back to, if that is another. */
void state_load(void)
{
	struct walk walk = { .at = model_state };
	static const uint8_t nothing[STATE_SIZE];

	if (!memcmp(current, model_state, STATE_SIZE) && memcmp(current, nothing, STATE_SIZE))
		return;
	memcpy(current, model_state, STATE_SIZE);
	memset(&world, 0, sizeof(world));
	if (!memcmp(model_state, nothing, STATE_SIZE)) {
		world.end[A].state = CLOSED;
		world.end[B].state = CLOSED;
		world.end[A].quiet = true;
		world.end[B].quiet = true;
		return;
	}
	walk_world(&walk);
#ifdef RAW
	memcpy(&world.mirror.flow, model_state + SHORT_SIZE, sizeof(world.mirror.flow));
#endif
}

/* What is loaded must be what was stored: the core may have a new field. */
static void check_walk(void)
{
	struct walk walk = { .at = current };
	struct tcpfsm_flow flow = world.mirror.flow, rival = world.mirror.rival;

	if (!world.mirror.alive)
		return;
	memset(&world.mirror.flow, 0, sizeof(flow));
	if (world.mirror.has_rival)
		memset(&world.mirror.rival, 0, sizeof(rival));
	walk_world(&walk);
	if (memcmp(&flow, &world.mirror.flow, sizeof(flow)) ||
	    memcmp(&rival, &world.mirror.rival, sizeof(rival))) {
		fprintf(stderr, "state.c does not store all of the flow\n");
		abort();
	}
}

void state_store(void)
{
	struct walk walk = { .at = current, .store = true };
#ifdef RAW
	struct tcpfsm_flow raw = world.mirror.flow;
#endif

	memset(current, 0, sizeof(current));
	if (world.mirror.alive)
		state_clean(&world.mirror.flow);
	if (world.mirror.has_rival)
		state_clean(&world.mirror.rival);
	walk_world(&walk);
	if (walk.at > current + SHORT_SIZE) {
		fprintf(stderr, "the state takes %d bytes\n", (int)(walk.at - current));
		abort();
	}
	check_walk();
#ifdef RAW
	world.mirror.flow = raw;
	memcpy(current + SHORT_SIZE, &raw, sizeof(raw));
#endif
	memcpy(model_state, current, sizeof(current));
}
