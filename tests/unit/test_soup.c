// SPDX-License-Identifier: GPL-2.0-only
/* Segments by the dice, sensible and not, into one flow: see soup.h. */
#include "script.h"
#include "soup.h"

#define SEEDS 6000
#define STEPS 60

TEST(anything_may_come)
{
	static const u8 points[] = { TCPFSM_AT_OUT, TCPFSM_AT_FORWARD, TCPFSM_AT_LOOP_OUT };
	struct soup soup;
	unsigned int seed;

	for (seed = 1; seed <= SEEDS; seed++) {
		memset(&soup, 0, sizeof(soup));
		soup.seed = seed;
		soup.dice = seed * 2654435761U;
		soup.here = seed / ARRAY_SIZE(points) % 2;
		soup.point = points[seed % ARRAY_SIZE(points)];
		soup.lite = seed % 10 == 0;
		soup.self = soup.point == TCPFSM_AT_LOOP_OUT && seed % 7 == 0;
		soup_cook(&soup, STEPS);
	}
}

/* The dice are no good if they hardly lead anywhere. */
TEST(it_leads_everywhere)
{
	unsigned int arc, missing = 0;

	for (arc = 0; arc < TCPFSM_ARC_OTHER; arc++)
		missing += !soup_arcs[arc];
	assert_int_equal(missing, 0);
}

TESTS = {
	test(anything_may_come), test(it_leads_everywhere),
};

int main(void)
{
	return RUN(tests);
}
