/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Segments by the dice, sensible and not, into one flow, and what must hold
 * after each of them whatever they are. The dice are a generator of numbers, or
 * bytes that somebody else chose: the same soup is cooked by the unit tests and
 * by the fuzzer. What does not hold is told, with the seed, and ends the program.
 */
#ifndef TCPFSM_SOUP_H
#define TCPFSM_SOUP_H

#include "handshakes.h"

/**
 * struct soup - one flow and its dice
 * @seed: names the run
 * @dice: their state
 * @bytes: instead of the dice, unless NULL; zeros follow them
 * @left: how many
 * @step: how many segments so far
 * @point: where the observer stands: enum tcpfsm_point; LOOP_OUT for loopback
 * @here: the end that is local, where one is
 * @self: a socket that is connected to itself
 * @now_ns: the clock
 * @flow: the flow
 * @old: what it was before this step
 * @far: the same flow where all sequence numbers are @shift larger
 * @shift: that
 * @seg: the latest segment, of @who
 * @lite: quiet segments are left out
 * @twice: it is the copy of the one before, and takes the same way
 * @waited: an end's time was up before it
 * @arrives: over loopback: it is not lost
 * @asked: the socket at hand says something between what was acknowledged and
 *	what has come: the one or the other
 * @rcv_nxt: that
 * @doubted: whose FIN was put aside when the segment came
 * @ended: how often the flow has ended
 * @revived: and how often that was taken back
 * @figures: what its handshakes, of all flows that began here, add up to
 * @stage: how far this one is in them
 */
struct soup {
	unsigned int seed;
	u32 dice;
	const u8 *bytes;
	size_t left;
	unsigned int step;
	u8 point;
	unsigned int here;
	bool self;
	u64 now_ns;
	struct tcpfsm_flow flow;
	struct tcpfsm_flow old;
	struct tcpfsm_flow far;
	u32 shift;
	struct tcpfsm_segment seg;
	unsigned int who;
	bool lite;
	bool twice;
	bool waited;
	bool arrives;
	u8 asked;
	u8 doubted;
	u32 rcv_nxt;
	unsigned int ended;
	unsigned int revived;
	struct tcpfsm_handshakes figures;
	u8 stage;
};

/* Which kinds of transition there were, in all soups. */
extern bool soup_arcs[TCPFSM_ARC_MAX];

void soup_cook(struct soup *soup, unsigned int steps);

#endif
