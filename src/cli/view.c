// SPDX-License-Identifier: GPL-2.0-only
/*
 * A capture does not say where it was taken, and what a segment proves depends
 * on that: only at an endpoint's own host its arrival is seen.
 */
#include <stdlib.h>

#include "cli.h"
#include "view.h"

/**
 * view_at() - take the place from its word
 * @view: changed
 * @place: client, server or router
 *
 * Return: false for any other word.
 */
bool view_at(struct view *view, const char *place)
{
	if (!strcmp(place, "client"))
		view->kind = VIEW_CLIENT;
	else if (!strcmp(place, "server"))
		view->kind = VIEW_SERVER;
	else if (!strcmp(place, "router"))
		view->kind = VIEW_ROUTER;
	else
		return false;
	return true;
}

/**
 * view_add_prefix() - these addresses are of the host
 * @view: changed
 * @text: an address, or a prefix as 192.0.2.0/24
 *
 * Return: false if it is neither.
 */
bool view_add_prefix(struct view *view, const char *text)
{
	view->prefix = cli_alloc(view->prefix, (view->prefixes + 1) * sizeof(*view->prefix));
	if (!prefix_parse(&view->prefix[view->prefixes], text))
		return false;
	view->kind = VIEW_PREFIXES;
	view->prefixes++;
	return true;
}

static bool is_here(const struct view *view, const struct flow_key *key, unsigned int end)
{
	size_t i;

	for (i = 0; i < view->prefixes; i++)
		if (prefix_holds(&view->prefix[i], key, end))
			return true;
	return false;
}

/**
 * view_point() - where a segment was seen
 * @view: the place of the capture
 * @key: of the segment, its sender first
 * @who: enum tcpfsm_role of its sender
 *
 * Return: TCPFSM_AT_LOOP_OUT where both ends are here. What such a segment
 * delivers was seen too, as it comes in where it leaves.
 */
enum tcpfsm_point view_point(const struct view *view, const struct flow_key *key,
			     unsigned int who)
{
	bool from, to;

	switch (view->kind) {
	case VIEW_CLIENT:
		return who == TCPFSM_CLIENT ? TCPFSM_AT_OUT : TCPFSM_AT_IN;
	case VIEW_SERVER:
		return who == TCPFSM_SERVER ? TCPFSM_AT_OUT : TCPFSM_AT_IN;
	case VIEW_PREFIXES:
		from = is_here(view, key, 0);
		to = is_here(view, key, 1);
		if (from)
			return to ? TCPFSM_AT_LOOP_OUT : TCPFSM_AT_OUT;
		return to ? TCPFSM_AT_IN : TCPFSM_AT_FORWARD;
	default:
		return TCPFSM_AT_FORWARD;
	}
}

/**
 * view_free() - give back its memory
 * @view: the view
 */
void view_free(struct view *view)
{
	free(view->prefix);
}
