/* SPDX-License-Identifier: GPL-2.0-only */
/* The network namespace's settings, and what they keep from being seen. */
#ifndef TCPFSM_CLI_SETTINGS_H
#define TCPFSM_CLI_SETTINGS_H

#include "platform.h"

#define SETTINGS_DIR "/proc/sys/net/tcpfsm"
#define SETTINGS_HINT_MAX 128

char *settings_line(const char *dir, const char *name);
bool settings_hint(char *hint, const char *dir);
void settings_tell(void);

#endif
