/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a capture was taken: which ends of its flows live there. */
#ifndef TCPFSM_VIEW_H
#define TCPFSM_VIEW_H

#include "flow.h"
#include "packet.h"
#include "prefix.h"

enum view_kind {
	VIEW_ROUTER,	/* none of them */
	VIEW_CLIENT,	/* every client */
	VIEW_SERVER,	/* every server */
	VIEW_PREFIXES,	/* whoever has one of these addresses */
};

/**
 * struct view - where the capture was taken
 * @kind: enum view_kind
 * @prefixes: how many there are in @prefix
 * @prefix: addresses of the host
 */
struct view {
	enum view_kind kind;
	size_t prefixes;
	struct prefix *prefix;
};

bool view_at(struct view *view, const char *place);
bool view_add_prefix(struct view *view, const char *text);
enum tcpfsm_point view_point(const struct view *view, const struct flow_key *key,
			     unsigned int who);
void view_free(struct view *view);

#endif
