/* SPDX-License-Identifier: GPL-2.0-only */
/* The flags of a segment, as text. */
#ifndef TCPFSM_CLI_FLAGS_H
#define TCPFSM_CLI_FLAGS_H

#include "platform.h"

#define FLAGS_MAX 48

void flags_print(char *buf, u8 flags);

#endif
