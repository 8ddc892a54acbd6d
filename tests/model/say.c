// SPDX-License-Identifier: GPL-2.0-only
/* Words for people: a trail as lines of segments and states. */
#include "world.h"

bool saying;

void say(const char *fmt, ...)
{
	va_list args;

	if (!saying)
		return;
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
}

/* The abbreviations of tests/unit/script.h. */
const char *state_word(unsigned int state)
{
	static const char *const words[] = {
		"--", "ES", "SS", "SR", "F1", "F2", "TW", "CL", "CW", "LA", "LI", "CG",
	};

	return state < ARRAY_SIZE(words) ? words[state] : "??";
}

/* A line of tests/unit/script.h, with numbers that begin at 100 and 500. */
const char *segment_text(int from, const struct segment *seg)
{
	static char text[80];
	static const uint32_t first[] = { 100, 500 };
	uint32_t seq = seg->seq - bounds.base[from] + first[from];
	int n;

	if (!seg->seq && bounds.base[from])
		seq = 0;
	n = scnprintf(text, sizeof(text), "%s %s%s%s%s%s %u",
		      from == A ? "client >" : "server <", seg->flags & SYN ? "S" : "",
		      seg->flags & FIN ? "F" : "", seg->flags & RST ? "R" : "",
		      seg->len ? "P" : "", seg->flags & ACK ? "." : "", seq);
	if (seg->len)
		n += scnprintf(text + n, sizeof(text) - n, ":%u", seq + seg->len);
	if (seg->flags & ACK)
		n += scnprintf(text + n, sizeof(text) - n, " ack %u",
			       seg->ack - bounds.base[!from] + first[!from]);
	scnprintf(text + n, sizeof(text) - n, " win %u", WINDOW);
	return text;
}

void say_states(void)
{
	say("%-72s| truth %s/%s%s%s  mirror %s/%s\n", "", state_word(world.end[A].state),
	    state_word(world.end[B].state), is_settled(A) ? "" : " A busy",
	    is_settled(B) ? "" : " B busy", state_word(mirror_state(A)),
	    state_word(mirror_state(B)));
}
