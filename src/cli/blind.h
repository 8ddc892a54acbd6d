/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module cannot see on this host. */
#ifndef TCPFSM_CLI_BLIND_H
#define TCPFSM_CLI_BLIND_H

#include "platform.h"

#define BLIND_TEXT_MAX 256

/**
 * typedef blind_report - something that hides packets, or could not be looked for
 * @context: of the caller
 * @known: false if it could not be found out
 * @what: short word for it
 * @text: what it means
 */
typedef void (*blind_report)(void *context, bool known, const char *what, const char *text);

void blind_look(blind_report report, void *context);

#endif
