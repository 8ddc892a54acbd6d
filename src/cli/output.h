/* SPDX-License-Identifier: GPL-2.0-only */
/* A file that takes the place of standard output, and appears when it is complete. */
#ifndef TCPFSM_OUTPUT_H
#define TCPFSM_OUTPUT_H

#include "platform.h"

char *output_begin(const char *path);
int output_end(char *real, int status);

#endif
