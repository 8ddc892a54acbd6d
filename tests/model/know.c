// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an observer could know. Where bounds.seen is set, the sequence of what it
 * saw is part of the state: a node of a tree, whose root has seen nothing. For
 * every node all truths are collected that go with it. Where they differ, no
 * observer there can tell them apart, whatever its rules: that is a proof. The
 * mirror depends on what was seen alone, so it has one pair of states a node.
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

/* Pairs of states of A and B, as bits. */
#define PAIRS (TCP_STATES * TCP_STATES)
#define WORDS ((PAIRS + 63) / 64)

struct node {
	uint32_t parent;
	packed seen;		/* 0 at the root */
	uint8_t from;
	uint8_t depth;
	uint8_t slack;		/* the fewest losses and repetitions that explain it */
	bool hole;		/* an end had sent more than was seen of it */
	bool reset[2];		/* it sent a RST, no refusal */
	bool excused[2];	/* it spoke after a RST, and that may have been on its way */
	uint32_t high[2];	/* how far each end was seen to have sent */
	uint8_t mirror[2];
	uint64_t truths[WORDS];
	uint64_t drained[WORDS];
	uint64_t quiet[WORDS];	/* drained, and nobody has anything to repeat */
};

static struct node *nodes;
static uint32_t count, room;
static uint32_t *slots;
static uint32_t slot_mask;

static uint32_t hash(uint32_t parent, packed seen, int from)
{
	uint64_t h = ((uint64_t)parent << 32 | seen) * 0x9e3779b97f4a7c15ULL + from;

	return (h ^ h >> 29) * 0xbf58476d1ce4e5b9ULL >> 32;
}

static void insert(uint32_t at)
{
	uint32_t slot = hash(nodes[at].parent, nodes[at].seen, nodes[at].from);

	while (slots[slot & slot_mask])
		slot++;
	slots[slot & slot_mask] = at;
}

static void grow(void)
{
	struct node *more;
	uint32_t i;

	room = room ? 2 * room : 1 << 16;
	more = realloc(nodes, room * sizeof(*nodes));
	free(slots);
	slots = calloc(2 * room, sizeof(*slots));
	slot_mask = 2 * room - 1;
	if (!more || !slots) {
		fprintf(stderr, "no memory for what was seen\n");
		exit(2);
	}
	nodes = more;
	for (i = 1; i < count; i++)
		insert(i);
}

static uint32_t child(uint32_t parent, packed seen, int from)
{
	uint32_t slot = hash(parent, seen, from), at;

	for (; (at = slots[slot & slot_mask]); slot++)
		if (nodes[at].parent == parent && nodes[at].seen == seen &&
		    nodes[at].from == from)
			return at;
	if (count == room)
		grow();
	at = count++;
	memset(&nodes[at], 0, sizeof(nodes[at]));
	nodes[at].parent = parent;
	nodes[at].seen = seen;
	nodes[at].from = from;
	nodes[at].depth = nodes[parent].depth + 1;
	nodes[at].slack = 255;
	insert(at);
	return at;
}

static void report(void);

static void begin(void)
{
	if (nodes)
		return;
	count = 1;
	grow();
	memset(&nodes[0], 0, sizeof(nodes[0]));
	atexit(report);
}

/*
 * The core takes something new of an end that is believed reset for a leftover for as
 * long as it may have been on its way. Here that time never ends, so nothing is claimed
 * of that end until it repeats something.
 */
static bool is_excused(const struct node *parent, int host, int from, const struct segment *seg)
{
	const struct tcpfsm_endpoint *end = &world.mirror.flow.end[mirror_role(host)];

	if (!world.mirror.alive || !(end->marks & TCPFSM_MARK_RESET_INFERRED) ||
	    end->marks & TCPFSM_MARK_RESET_SENT)
		return false;
	if (host != from || seg->flags & RST)
		return parent->excused[host];
	return !parent->high[from] || (int32_t)(seg->seq - parent->high[from]) >= 0;
}

/* A segment passed the observer. */
void know_see(int from, const struct segment *seg)
{
	struct node *node;
	uint32_t end;
	int host;

	if (!bounds.seen)
		return;
	begin();
	world.seen = child(world.seen, pack_segment(seg, from), from);
	node = &nodes[world.seen];
	node->hole = nodes[node->parent].hole;
	memcpy(node->high, nodes[node->parent].high, sizeof(node->high));
	for (host = A; host <= B; host++)
		node->excused[host] = is_excused(&nodes[node->parent], host, from, seg);
	end = seg->seq + seg->len + !!(seg->flags & SYN) + !!(seg->flags & FIN);
	if (seg->seq && node->high[from] && (int32_t)(seg->seq - node->high[from]) > 0)
		node->hole = true;
	memcpy(node->reset, nodes[node->parent].reset, sizeof(node->reset));
	if (seg->flags & RST) {
		node->reset[from] |= seg->seq;
		return;
	}
	/* Its SYN was not seen, or its RST overtook this. */
	if ((!node->high[from] && !(seg->flags & SYN)) || node->reset[from])
		node->hole = true;
	if (!node->high[from] || (int32_t)(end - node->high[from]) > 0)
		node->high[from] = end;
}

unsigned int know_depth(void)
{
	begin();
	return nodes[world.seen].depth;
}

static void set(uint64_t *pairs, unsigned int a, unsigned int b)
{
	unsigned int bit = a * TCP_STATES + b;

	pairs[bit / 64] |= 1ULL << (bit % 64);
}

static bool is_set(const uint64_t *pairs, unsigned int bit)
{
	return pairs[bit / 64] >> (bit % 64) & 1;
}

/*
 * Whether a port without a connection is open nobody can see: one that has not
 * answered is what the mirror says.
 */
static unsigned int truth_of(int host)
{
	const struct tcp *tcp = &world.end[host];
	unsigned int is = mirror_state(host);

	if ((tcp->state == LISTEN || tcp->state == CLOSED) &&
	    (is == TCPFSM_LISTEN || is == TCPFSM_CLOSE))
		return is;
	return tcp->state;
}

/*
 * And the states that it was in only for a moment: one segment may do two steps.
 * Of one that is busy, or has yet to acknowledge what it took, nothing is claimed.
 */
static unsigned int truths_of(int host)
{
	return world.end[host].passed | 1U << truth_of(host) |
	       (is_settled(host) ? 0 : 1U << mirror_state(host));
}

/* The truths that go with what was seen so far. */
void know_truth(bool drained)
{
	struct node *node;
	unsigned int a, b;

	if (!bounds.seen || !world.mirror.alive)
		return;
	node = &nodes[world.seen];
	if (world.slack < node->slack)
		node->slack = world.slack;
	node->mirror[A] = mirror_state(A);
	node->mirror[B] = mirror_state(B);
	for (a = 0; a < TCP_STATES; a++)
		for (b = 0; b < TCP_STATES; b++)
			if (truths_of(A) & 1U << a && truths_of(B) & 1U << b)
				set(node->truths, a, b);
	if (!drained)
		return;
	set(node->drained, truth_of(A), truth_of(B));
	if (!tcp_may_retransmit(&world.end[A]) && !tcp_may_retransmit(&world.end[B]))
		set(node->quiet, truth_of(A), truth_of(B));
}

/* ---- the table ---- */

static unsigned int size_of(const uint64_t *pairs)
{
	unsigned int i, n = 0;

	for (i = 0; i < WORDS; i++)
		n += __builtin_popcountll(pairs[i]);
	return n;
}

static bool mirror_is_in(const struct node *node, const uint64_t *pairs)
{
	return is_set(pairs, node->mirror[A] * TCP_STATES + node->mirror[B]);
}

static void print_pairs(FILE *out, const uint64_t *pairs)
{
	unsigned int i;

	for (i = 0; i < PAIRS; i++)
		if (is_set(pairs, i))
			fprintf(out, " %s/%s", state_word(i / TCP_STATES),
				state_word(i % TCP_STATES));
}

static void print_path(FILE *out, uint32_t at)
{
	const struct node *node = &nodes[at];
	struct segment seg;

	if (!at)
		return;
	print_path(out, node->parent);
	seg = unpack_segment(node->seen, node->from);
	fprintf(out, "        %-44s", segment_text(node->from, &seg));
	fprintf(out, " | %s/%s\n", state_word(node->mirror[A]), state_word(node->mirror[B]));
}

/*
 * A sequence is judged if all its explanations were explored that need up to so
 * many losses and repetitions more than the simplest one.
 */
#define SPARE 2U

/* A kind of ending: what the mirror shows, and what may be true. */
static bool same_kind(const struct node *a, const struct node *b)
{
	return !memcmp(a->mirror, b->mirror, sizeof(a->mirror)) &&
	       !memcmp(a->quiet, b->quiet, sizeof(a->quiet));
}

#define KINDS_MAX 512

static void report(void)
{
	uint32_t kinds[KINDS_MAX], times[KINDS_MAX] = { 0 }, n = 0, i, k;
	uint32_t judged = 0, wrong = 0, sure = 0, unsure = 0;
	uint32_t quiet_sure = 0, quiet_same = 0, bad = 0;
	const char *name = getenv("MODEL_TABLE");
	FILE *out = name ? fopen(name, "w") : stdout;

	if (!out)
		out = stdout;
	for (i = 1; i < count; i++) {
		const struct node *node = &nodes[i];
		unsigned int drained = size_of(node->drained);
		unsigned int quiet = size_of(node->quiet);
		const char *what = NULL;

		/*
		 * What goes with these was not explored to the end: a hole may be
		 * data, which the run left out.
		 */
		if (node->hole || node->excused[A] || node->excused[B] ||
		    node->depth == bounds.seen || node->slack + SPARE > bounds.slack)
			continue;
		judged++;
		if (!mirror_is_in(node, node->truths))
			what = "no truth with these segments is what the mirror shows";
		else if (drained == 1 && !mirror_is_in(node, node->drained))
			what = "once drained, there is one truth, and the mirror shows another";
		if (what) {
			wrong++;
			if (!bad || node->depth < nodes[bad].depth)
				bad = i;
		}
		if (quiet == 1)
			quiet_sure++;
		if (quiet == 1 && mirror_is_in(node, node->quiet))
			quiet_same++;
		if (drained == 1)
			sure++;
		if (drained > 1)
			unsure++;
		if (quiet < 2)
			continue;
		for (k = 0; k < n; k++)
			if (same_kind(&nodes[kinds[k]], node))
				break;
		if (k == KINDS_MAX)
			continue;
		if (k == n) {
			times[n] = 0;
			kinds[n++] = i;
		}
		times[k]++;
		if (node->depth < nodes[kinds[k]].depth)
			kinds[k] = i;
	}
	fprintf(out, "    what was seen: %u sequences, %u judged; drained: %u have one truth, %u several\n",
		count - 1, judged, sure, unsure);
	fprintf(out, "    with nothing to be repeated: %u have one truth, shown in %u; %u kinds have several:\n",
		quiet_sure, quiet_same, n);
	for (k = 0; k < n; k++) {
		fprintf(out, "    %u. mirror %s/%s; may be", k + 1,
			state_word(nodes[kinds[k]].mirror[A]),
			state_word(nodes[kinds[k]].mirror[B]));
		print_pairs(out, nodes[kinds[k]].quiet);
		fprintf(out, "  (%u sequences)\n", times[k]);
		print_path(out, kinds[k]);
	}
	if (out != stdout)
		fclose(out);
	if (!bad)
		return;
	fprintf(stderr, "FAILED: a wrong guess: mirror %s/%s; may be",
		state_word(nodes[bad].mirror[A]), state_word(nodes[bad].mirror[B]));
	print_pairs(stderr, mirror_is_in(&nodes[bad], nodes[bad].truths) ?
		    nodes[bad].drained : nodes[bad].truths);
	fprintf(stderr, " (%u sequences in all)\n", wrong);
	print_path(stderr, bad);
}
