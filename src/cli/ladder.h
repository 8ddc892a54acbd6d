/* SPDX-License-Identifier: GPL-2.0-only */
/* Ladder diagrams: both ends' states down the two sides, segments between. */
#ifndef TCPFSM_CLI_LADDER_H
#define TCPFSM_CLI_LADDER_H

#include "exchange.h"
#include "record.h"
#include "terminal.h"

/* A silence of this length is shown as one. */
#define LADDER_SILENCE_NS (1000 * NSEC_PER_MSEC)

void ladder_text_begin(const struct terminal *terminal, const struct exchange *exchange,
		       const struct record *record);
void ladder_text_row(const struct terminal *terminal, const struct exchange *exchange, size_t i);
void ladder_text_end(const struct exchange *exchange, const struct record *record);

void ladder_svg(const struct exchange *exchange, const struct record *record);
void ladder_html(const struct exchange *exchange, const struct record *record);

#endif
