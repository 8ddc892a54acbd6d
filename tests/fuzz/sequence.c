// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sequences of segments: the soup of tests/unit, with the fuzzer's bytes for
 * dice. What must hold after each segment stands there. The first byte says
 * where the observer stands and what kind of flow it is.
 */
#include "soup.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u8 points[] = { TCPFSM_AT_OUT, TCPFSM_AT_FORWARD, TCPFSM_AT_LOOP_OUT };
	struct soup soup = {};

	if (size < 2)
		return 0;
	soup.point = points[data[0] % ARRAY_SIZE(points)];
	soup.here = data[0] >> 2 & 1;
	soup.lite = data[0] >> 3 & 1;
	soup.self = soup.point == TCPFSM_AT_LOOP_OUT && data[0] >> 4 & 1;
	soup.bytes = data + 1;
	soup.left = size - 1;
	soup_cook(&soup, 0);
	return 0;
}
