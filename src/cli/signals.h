/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals, taken without harm to what is being written. */
#ifndef TCPFSM_CLI_SIGNALS_H
#define TCPFSM_CLI_SIGNALS_H

void signals_handle(int signal, void (*handler)(int signal));

#endif
