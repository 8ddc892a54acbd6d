/* SPDX-License-Identifier: GPL-2.0-only */
/* How flows and their transitions are shown: as text, or as JSON. */
#ifndef TCPFSM_SHOW_H
#define TCPFSM_SHOW_H

#include "flows.h"

/* As 2026-11-20T17:43:47.475512Z; the year may have more digits. */
#define SHOW_TIME_MAX 40

/**
 * struct show_format - a way to show things, on standard output
 * @step: what one step has changed; a flows_report
 * @begin: before all flows, with their number and how many are half-open
 * @flow: a flow as it stands at @now_ns
 */
struct show_format {
	flows_report step;
	void (*begin)(u64 number, u64 half_open);
	void (*flow)(const struct flows_entry *entry, u64 now_ns);
};

extern const struct show_format show_text;
extern const struct show_format show_json;

void show_time(char *buf, u64 time_ns);
int show_line(char *buf, size_t size, const struct flows_entry *entry, u64 now_ns);

#endif
