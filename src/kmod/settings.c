// SPDX-License-Identifier: GPL-2.0-only
/* What a namespace begins with. */
#include "sysctl.h"

/* The kernel's TCP_TIMEWAIT_LEN. */
#define TIME_WAIT_S 60
#define LINGER_S 10

/**
 * tcpfsm_settings_default() - the documented defaults
 * @settings: filled in
 */
void tcpfsm_settings_default(struct tcpfsm_settings *settings)
{
	struct tcpfsm_limits *limits = &settings->limits;

	*settings = (struct tcpfsm_settings) {
		.enabled = 1,
		.strict = 1,
		.log_level = 1,
	};
	limits->time_wait_s = TIME_WAIT_S;
	limits->linger_s = LINGER_S;
#define X(state, word, seconds) limits->idle_s[TCPFSM_##state] = (seconds);
	TCPFSM_LIMITS(X)
#undef X
}
