// SPDX-License-Identifier: GPL-2.0-only
/* What a namespace begins with. */
#include "sysctl.h"

/**
 * tcpfsm_settings_default() - the documented defaults
 * @settings: filled in
 */
void tcpfsm_settings_default(struct tcpfsm_settings *settings)
{
	*settings = (struct tcpfsm_settings) {
		.enabled = 1,
		.strict = 1,
		.log_level = 1,
	};
	tcpfsm_limits_default(&settings->limits);
}
