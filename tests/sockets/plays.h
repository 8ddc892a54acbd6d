/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two ends of a connection do, a letter a step; many.c performs it.
 */
#ifndef PLAYS_H
#define PLAYS_H

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/*
 * c	wait until connected		w	send a message
 * r	read a message			E	read to the end
 * W	send much, without waiting	s	shutdown(SHUT_WR)
 * x	close				R	close with SO_LINGER 0
 * b	wait for the other end to come to its b
 * p	pause 20 ms			P	pause 1.5 s
 * k	hand over to a process, which is killed
 * T	connect by sending a message (Fast Open)
 * S	the server connects too (simultaneous open)
 */
struct play {
	const char *name;
	const char *client;
	const char *server;
	int backlog;		/* 0: large; else few are accepted at a time */
	int defer;		/* TCP_DEFER_ACCEPT, seconds */
	int fastopen;
	int closed;		/* nobody listens */
};

static const struct play plays[] = {
	{ .name = "client_closes", .client = "cwrx", .server = "rwEx" },
	{ .name = "server_closes", .client = "cwEx", .server = "rwx" },
	{ .name = "half_client", .client = "cwsEx", .server = "rEwpwx" },
	{ .name = "half_server", .client = "cwEwpwx", .server = "rwsEx" },
	{ .name = "both_close", .client = "cwrbx", .server = "rwbx" },
	{ .name = "both_shut", .client = "cwrbsEx", .server = "rwbsEx" },
	{ .name = "abort_client", .client = "cwrR", .server = "rwEx" },
	{ .name = "abort_server", .client = "cwEx", .server = "rwR" },
	{ .name = "unread_client", .client = "cwpx", .server = "rwwEx" },
	{ .name = "unread_server", .client = "cwwEx", .server = "px" },
	{ .name = "late_client", .client = "cwx", .server = "rpwpwEx" },
	{ .name = "syn_sent", .client = "x", .server = "Ex" },
	{ .name = "killed_client", .client = "cwrk", .server = "rwEx" },
	{ .name = "killed_server", .client = "cwEx", .server = "rwk" },
	{ .name = "refused", .client = "cx", .server = "", .closed = 1 },
	{ .name = "bulk_client", .client = "cWx", .server = "Ex" },
	{ .name = "bulk_both", .client = "cwbWsEx", .server = "rbWsEx" },
	{ .name = "defer_late", .client = "cPwrx", .server = "rwEx", .defer = 3 },
	{ .name = "defer", .client = "cwrx", .server = "rwEx", .defer = 3 },
	{ .name = "overflow", .client = "cwrx", .server = "rwEx", .backlog = 4 },
	{ .name = "overflow_abort", .client = "cwR", .server = "Ex", .backlog = 4 },
	{ .name = "fastopen", .client = "Trx", .server = "rwEx", .fastopen = 1 },
	{ .name = "fastopen_server", .client = "TEx", .server = "rwx", .fastopen = 1 },
	{ .name = "both_open", .client = "cwrx", .server = "ScwrEx" },
	{ .name = "both_open_close", .client = "cwrbx", .server = "Scwrbx" },
};

#endif
