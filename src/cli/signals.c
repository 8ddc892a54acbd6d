// SPDX-License-Identifier: GPL-2.0-only
/* Signals, taken without harm to what is being written. */
#include <signal.h>
#include <stddef.h>

#include "signals.h"

/**
 * signals_handle() - from now on, a signal calls a handler
 * @signal: which
 * @handler: it
 *
 * A write that waits for its reader is gone on with; poll() ends all the same.
 */
void signals_handle(int signal, void (*handler)(int signal))
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

	sigaction(signal, &action, NULL);
}
