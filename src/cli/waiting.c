// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which end a flow waits for, what that usually means, and where to look. The
 * causes are what Linux does; where both ends' states leave several, the
 * host on which the flow was seen tells them apart.
 */
#include <netinet/in.h>
#include <stdarg.h>

#include "duration.h"
#include "explanation.h"

static unsigned int state(const struct explanation *explanation, unsigned int who)
{
	return explanation->record->state[who];
}

static unsigned int server_port(const struct explanation *explanation)
{
	return explanation->record->key.port[TCPFSM_SERVER];
}

static u64 repeated(const struct explanation *explanation, unsigned int which)
{
	u64 n = 0;

	record_pair(explanation->record, "rtx", which, &n);
	return n;
}

__attribute__((format(printf, 2, 3)))
static void means(struct explanation *explanation, const char *fmt, ...)
{
	char text[STATEMENT_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	explanation_say(explanation, STATEMENT_MEANS, true, "%s", text);
	explanation_because(explanation, "client is %s, server is %s, view=%s",
			    tcpfsm_state_name(state(explanation, TCPFSM_CLIENT)),
			    tcpfsm_state_name(state(explanation, TCPFSM_SERVER)),
			    record_value(explanation->record, "view") ?: "-");
}

__attribute__((format(printf, 2, 3)))
static void next(struct explanation *explanation, const char *fmt, ...)
{
	char text[STATEMENT_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	explanation_say(explanation, STATEMENT_NEXT, false, "%s", text);
}

/* How long neither end has moved. Returns false where that is not known of both. */
static bool stands_since(const struct record *record, u64 *since_ms)
{
	u64 client, server;

	if (!record_pair(record, "since_ms", TCPFSM_CLIENT, &client) ||
	    !record_pair(record, "since_ms", TCPFSM_SERVER, &server))
		return false;
	*since_ms = client < server ? client : server;
	return true;
}

/* "It waits for WHAT, for so long." */
static void waits(struct explanation *explanation, const char *what)
{
	const struct record *record = explanation->record;
	char text[DURATION_MAX], fact[64];
	bool unsure = record->unsure[0] || record->unsure[1];
	u64 since_ms;
	bool exact = stands_since(record, &since_ms);

	duration_print(text, exact ? since_ms : record->age_ms);
	explanation_say(explanation, STATEMENT_WAITS, unsure, "%s, %s %s.", what,
			exact ? "for" : "for at most", text);
	if (exact)
		scnprintf(fact, sizeof(fact), "since_ms=%s", record_value(record, "since_ms"));
	else
		scnprintf(fact, sizeof(fact), "age_ms=%llu", (unsigned long long)record->age_ms);
	explanation_because(explanation, "client is %s%s, server is %s%s, %s",
			    tcpfsm_state_name(record->state[0]), record->unsure[0] ? "?" : "",
			    tcpfsm_state_name(record->state[1]), record->unsure[1] ? "?" : "",
			    fact);
}

static void look_at_queues(struct explanation *explanation)
{
	next(explanation, "On the server: ss -ltn 'sport = :%u' (Recv-Q at or above Send-Q: the accept queue is full), and nstat -az TcpExtListenOverflows TcpExtListenDrops",
	     server_port(explanation));
}

/* What is asked of the routes when the server answers. */
static void look_at_route(struct explanation *explanation)
{
	const struct flow_key *key = &explanation->record->key;
	char client[INET6_ADDRSTRLEN], server[INET6_ADDRSTRLEN];
	bool is_ipv4 = key->family == AF_INET;

	key_print_address(client, key, key->addr[TCPFSM_CLIENT]);
	key_print_address(server, key, key->addr[TCPFSM_SERVER]);
	next(explanation, "Here: ip route get %s from %s (is there a route back?), and nstat -az %s",
	     client, server, is_ipv4 ? "IpOutNoRoutes" : "TcpExtListenDrops");
}

static void look_at_firewall(struct explanation *explanation, const char *where)
{
	next(explanation, "%s: nft list ruleset, or iptables-save -c (a drop rule whose counter grows)",
	     where);
}

/* RFC 6298 2.1, and the longest wait between two copies that Linux knows. */
#define RTO_FIRST_MS 1000
#define RTO_MAX_MS 120000

enum silence { SILENCE_FRESH, SILENCE_DUE, SILENCE_OVERDUE };

/*
 * What it means that nothing has passed since the last copy. Whether a stack doubles its
 * timeout each time, or keeps it at first (tcp_syn_linear_timeouts): no wait is longer than
 * all those before it and the first one. Twice that is long overdue; the second more is
 * for stacks that begin with 3 (RFC 1122).
 */
static enum silence silence(const struct explanation *explanation, bool again)
{
	const struct record *record = explanation->record;
	u64 idle_ms, due_ms;

	if (!record_number(record, "idle_ms", &idle_ms)) {
		if (again)
			return SILENCE_FRESH;
		idle_ms = record->age_ms;
	}
	due_ms = RTO_FIRST_MS;
	if (record->age_ms > idle_ms)
		due_ms += record->age_ms - idle_ms;
	if (due_ms > RTO_MAX_MS)
		due_ms = RTO_MAX_MS;
	if (idle_ms <= due_ms)
		return SILENCE_FRESH;
	return idle_ms <= 2 * due_ms + RTO_FIRST_MS ? SILENCE_DUE : SILENCE_OVERDUE;
}

/* What is to be said as long as nothing has been repeated, nor should have been. */
static const char *early(const struct explanation *explanation, bool again)
{
	if (again)
		return NULL;
	switch (silence(explanation, again)) {
	case SILENCE_FRESH:
		return "within the first second nothing is wrong";
	case SILENCE_DUE:
		return "that is due about now";
	default:
		return NULL;
	}
}

/* A conclusion from how long nothing has passed. */
static void because_of_silence(struct explanation *explanation)
{
	const struct record *record = explanation->record;

	explanation_because(explanation, "age_ms=%llu idle_ms=%s rtx=%s",
			    (unsigned long long)record->age_ms,
			    record_value(record, "idle_ms") ?: "-",
			    record_value(record, "rtx") ?: "-");
}

static const char *place_of(const struct explanation *explanation, unsigned int who)
{
	if (explanation_is_local(explanation, who))
		return "Here";
	return who == TCPFSM_CLIENT ? "At the client" : "At the server";
}

/* An error to an end on this host would have been seen: one to another may go another way. */
static void look_for_icmp(struct explanation *explanation, unsigned int who)
{
	if (!explanation_is_local(explanation, who))
		next(explanation, "%s: tcpdump -ni any icmp or icmp6, while it is tried again (who refuses it, and why?)",
		     place_of(explanation, who));
}

static const char *unseen_icmp(const struct explanation *explanation, unsigned int who)
{
	return explanation_is_local(explanation, who) ? "" :
	       ", or an ICMP error that does not pass here refused it";
}

static void means_client_stopped(struct explanation *explanation)
{
	means(explanation, "The client has stopped repeating its SYN: its application or its kernel (net.ipv4.tcp_syn_retries) gave up%s. tcpfsm sees none of that, and shows SYN_SENT until net.tcpfsm.timeout_syn_sent is over.",
	      unseen_icmp(explanation, TCPFSM_CLIENT));
	because_of_silence(explanation);
}

static void look_at_stopped_client(struct explanation *explanation)
{
	const char *where = place_of(explanation, TCPFSM_CLIENT);

	next(explanation, "%s: ss -tan 'dport = :%u' (is the socket still there?)", where,
	     server_port(explanation));
	look_for_icmp(explanation, TCPFSM_CLIENT);
}

static void means_server_stopped(struct explanation *explanation, bool again)
{
	means(explanation, "%s, or its listener was closed%s. tcpfsm sees none of that, and shows SYN_RECV until net.tcpfsm.timeout_syn_recv is over.",
	      again ? "The server has stopped repeating its SYN-ACK: it gave up (net.ipv4.tcp_synack_retries)" :
		      "The server does not repeat its SYN-ACK: it was a SYN cookie, for which the server keeps nothing",
	      unseen_icmp(explanation, TCPFSM_SERVER));
	because_of_silence(explanation);
}

static void look_at_stopped_server(struct explanation *explanation)
{
	const char *where = place_of(explanation, TCPFSM_SERVER);

	next(explanation, "%s: ss -tan state syn-recv 'sport = :%u' (does it still wait?), and nstat -az TcpExtSyncookiesSent",
	     where, server_port(explanation));
	look_for_icmp(explanation, TCPFSM_SERVER);
}

static void explain_syn(struct explanation *explanation)
{
	bool again = repeated(explanation, 0);
	bool stopped = silence(explanation, again) == SILENCE_OVERDUE;

	waits(explanation, "The server is to answer the SYN");
	if (explanation_icmp(explanation, TCPFSM_CLIENT))
		return;
	if (explanation_is_local(explanation, TCPFSM_SERVER)) {
		means(explanation, "The SYN reached this host and nothing went back: the accept queue of the listener is full (Linux then drops SYNs), there is no route back to the client, or a rule in output dropped the answer.");
		if (stopped)
			means_client_stopped(explanation);
		look_at_queues(explanation);
		look_at_firewall(explanation, "Here");
		look_at_route(explanation);
		if (stopped)
			look_at_stopped_client(explanation);
		return;
	}
	if (early(explanation, again)) {
		means(explanation, "It has not been repeated yet: %s.", early(explanation, again));
		return;
	}
	if (stopped)
		means_client_stopped(explanation);
	if (stopped && !again) {
		look_at_stopped_client(explanation);
		return;
	}
	means(explanation, "The SYN, or the answer to it, is dropped without a word: a firewall, an address where no host is, or a full accept queue. A port without a listener would have answered with a RST.");
	if (stopped)
		look_at_stopped_client(explanation);
	look_at_firewall(explanation, "On the way, and at the server");
	next(explanation, "At the server: tcpfsm list 'dport = :%u' (does the SYN arrive, does a SYN-ACK leave?)",
	     server_port(explanation));
	next(explanation, "If it shows no flow: lost on the way, or that silent host itself drops it before tcpfsm's hook: its own firewall (XDP, prerouting, input), or rp_filter (nstat -az TcpExtIPReversePathFilter)");
	look_at_queues(explanation);
}

/* The server's SYN-ACK is not acknowledged. */
static void explain_synack(struct explanation *explanation)
{
	bool again = repeated(explanation, 1);
	bool stopped = silence(explanation, again) == SILENCE_OVERDUE;

	waits(explanation, "The client is to acknowledge the SYN-ACK");
	if (explanation_icmp(explanation, TCPFSM_SERVER))
		return;
	if (early(explanation, again)) {
		means(explanation, "It has not been repeated yet: %s.", early(explanation, again));
		return;
	}
	means(explanation, "The SYN-ACK is lost on its way back, or the client's address is forged (a SYN flood: many flows like this one, from many addresses).");
	if (stopped)
		means_server_stopped(explanation, again);
	look_at_firewall(explanation, "On the way back, and at the client");
	next(explanation, "tcpfsm list --state SYN_RECV 'dport = :%u' (how many, from how many addresses?)",
	     server_port(explanation));
	if (stopped)
		look_at_stopped_server(explanation);
}

/* The client is done, the server is not. */
static void explain_final_ack(struct explanation *explanation)
{
	bool here = explanation_is_local(explanation, TCPFSM_SERVER);
	bool again = repeated(explanation, 1);
	bool stopped = silence(explanation, again) == SILENCE_OVERDUE;

	waits(explanation, "The server is to take the handshake's last ACK");
	if (explanation_icmp(explanation, TCPFSM_CLIENT) ||
	    explanation_icmp(explanation, TCPFSM_SERVER))
		return;
	if (early(explanation, again)) {
		means(explanation, "The ACK is on its way, and the SYN-ACK has not been repeated yet: %s.",
		      early(explanation, again));
		return;
	}
	if (here)
		means(explanation, "The ACK reached this host and was not taken: the accept queue is full (the application does not call accept() fast enough), or the listener has TCP_DEFER_ACCEPT and waits for data.");
	else
		means(explanation, "The ACK was lost on its way, or reached the server and was not taken there: a full accept queue, or TCP_DEFER_ACCEPT.");
	if (stopped)
		means_server_stopped(explanation, again);
	look_at_queues(explanation);
	if (!here)
		look_at_firewall(explanation, "On the way");
	if (stopped)
		look_at_stopped_server(explanation);
}

static bool is_done(unsigned int state)
{
	return state == TCPFSM_CLOSE || state == TCPFSM_LISTEN;
}

static bool is_opening(unsigned int state)
{
	return state == TCPFSM_SYN_SENT || state == TCPFSM_SYN_RECV;
}

/* What an end that is in this state has to get, in a simultaneous open. */
static const char *wanted_in(unsigned int state)
{
	return state == TCPFSM_SYN_SENT ? "peer's SYN" : "ACK of its SYN";
}

/* Both ends sent a SYN, or more was missed than seen. */
static void explain_both_syn(struct explanation *explanation)
{
	unsigned int client = state(explanation, TCPFSM_CLIENT);
	unsigned int server = state(explanation, TCPFSM_SERVER);
	/* Who has no SYN yet is further behind than who has no ACK. */
	bool is_client = client == TCPFSM_SYN_SENT || !is_opening(server);
	bool again = repeated(explanation, 0) || repeated(explanation, 1);
	char what[80];

	scnprintf(what, sizeof(what), "%s is to get the %s", client == server ? "Each end" :
		  is_client ? "The client" : "The server", wanted_in(is_client ? client : server));
	waits(explanation, what);
	if (is_done(client) || is_done(server) || explanation_icmp(explanation, TCPFSM_CLIENT) ||
	    explanation_icmp(explanation, TCPFSM_SERVER))
		return;
	if (early(explanation, again)) {
		means(explanation, "Both ends opened it at once, each from the port that the other one called. Nothing has been repeated yet: %s.",
		      early(explanation, again));
		return;
	}
	if (silence(explanation, again) == SILENCE_OVERDUE) {
		means(explanation, "Both ends opened it at once, each from the port that the other one called, and nothing is repeated any more: they gave up, or an ICMP error that does not pass here refused it.");
		because_of_silence(explanation);
		look_for_icmp(explanation, TCPFSM_CLIENT);
		look_for_icmp(explanation, TCPFSM_SERVER);
		return;
	}
	means(explanation, "Both ends opened it at once, each from the port that the other one called, and what one of them sent is lost again and again: a firewall may take it for a connection that it has not seen begin.");
	look_at_firewall(explanation, "On the way, in both directions");
}

static void explain_close_wait(struct explanation *explanation, unsigned int who)
{
	char what[80];

	scnprintf(what, sizeof(what), "The %s's application is to close", tcpfsm_role_name(who));
	waits(explanation, what);
	means(explanation, "The %s got the peer's FIN and acknowledged it; its kernel waits for close() or shutdown(). For seconds this is a half-close at work. For minutes the application has forgotten the socket: a leak of descriptors.",
	      tcpfsm_role_name(who));
	next(explanation, explanation_is_local(explanation, who) ?
	     "Here: ss -tnp state close-wait (which process, and how many); then lsof -p PID" :
	     "At the %s: ss -tnp state close-wait (which process, and how many)",
	     tcpfsm_role_name(who));
	if (state(explanation, !who) == TCPFSM_FIN_WAIT2)
		next(explanation, "At the %s: sysctl net.ipv4.tcp_fin_timeout (after that time its kernel forgets a closed socket in FIN_WAIT2, and answers data with RST)",
		     tcpfsm_role_name(!who));
}

/* Its FIN has no ACK. */
static void explain_fin(struct explanation *explanation, unsigned int who)
{
	bool again = repeated(explanation, 2 + who);
	char what[80];

	scnprintf(what, sizeof(what), "The %s is to acknowledge the %s's FIN", tcpfsm_role_name(!who),
		  tcpfsm_role_name(who));
	waits(explanation, what);
	if (explanation_icmp(explanation, who))
		return;
	if (!again) {
		means(explanation, "The ACK is on its way, or the FIN waits behind data that have no room in the %s's window.",
		      tcpfsm_role_name(!who));
		next(explanation, "At the %s: ss -tno (a timer \"on\" and a Send-Q that stays: repeated; \"persist\": the window is 0)",
		     tcpfsm_role_name(who));
		return;
	}
	means(explanation, "The FIN or the ACK of it is lost again and again: the %s's host is gone, or a firewall has forgotten the connection and drops what belongs to it.",
	      tcpfsm_role_name(!who));
	look_at_firewall(explanation, "On the way");
}

static void explain_open(struct explanation *explanation)
{
	bool is_open = state(explanation, TCPFSM_CLIENT) == TCPFSM_ESTABLISHED &&
		       state(explanation, TCPFSM_SERVER) == TCPFSM_ESTABLISHED;
	u64 idle_ms;

	waits(explanation, is_open ? "For nothing: it is open at both ends" :
				     "For nothing that is known");
	if (record_number(explanation->record, "idle_ms", &idle_ms) && idle_ms > 60000) {
		means(explanation, "Nothing has passed for a minute or more. An idle connection looks like this, and so does one whose other host is gone.");
		next(explanation, "ss -tno dst ADDRESS (is there a keepalive timer?)");
	}
}

static void explain_time_wait(struct explanation *explanation)
{
	waits(explanation, "Only for time: TIME_WAIT keeps the ports from a new connection that old segments could disturb");
	means(explanation, "This is how a connection ends. It stands at the end that closed first; many of them there are no leak, and cost little.");
	next(explanation, "If ports run out: let the client close last or keep connections open; sysctl net.ipv4.tcp_tw_reuse");
}

static void explain_half_reset(struct explanation *explanation, unsigned int who)
{
	char what[96];

	scnprintf(what, sizeof(what), "The %s has closed; the %s is not known to have heard of it",
		  tcpfsm_role_name(!who), tcpfsm_role_name(who));
	waits(explanation, what);
	means(explanation, "The RST may have been lost, or was not acceptable there. The %s finds out when it sends something, or by its keepalive.",
	      tcpfsm_role_name(who));
	next(explanation, "At the %s: ss -tno (is the socket still there?)", tcpfsm_role_name(who));
}

static void explain_refused(struct explanation *explanation)
{
	means(explanation, "Nothing listens on port %u there, or a firewall rejects with a RST.",
	      server_port(explanation));
	next(explanation, "On the server: ss -ltn 'sport = :%u' (nothing: start it, or look at the address it binds to)",
	     server_port(explanation));
	look_at_firewall(explanation, "On the way (reject with tcp reset)");
}

/* By the server, when the handshake was done and nobody had sent anything. */
static bool is_reset_at_once(const struct explanation *explanation)
{
	return explanation->record->outcome == TCPFSM_VERDICT_RESET_SERVER &&
	       explanation_sent(explanation, TCPFSM_SERVER, 'H') &&
	       explanation_sent(explanation, TCPFSM_CLIENT, 'A') &&
	       !explanation_sent(explanation, TCPFSM_CLIENT, 'D') &&
	       !explanation_sent(explanation, TCPFSM_SERVER, 'D') &&
	       !explanation_sent(explanation, TCPFSM_CLIENT, 'F') &&
	       !explanation_sent(explanation, TCPFSM_SERVER, 'F');
}

/* By the client, that did not want the SYN-ACK. */
static bool is_unwanted(const struct explanation *explanation)
{
	const char *reset_in = record_value(explanation->record, "reset_in");

	return explanation->record->outcome == TCPFSM_VERDICT_RESET_CLIENT && reset_in &&
	       !strcmp(reset_in, tcpfsm_state_name(TCPFSM_SYN_RECV)) &&
	       explanation_sent(explanation, TCPFSM_SERVER, 'H');
}

static void because_of_reset(struct explanation *explanation)
{
	const struct record *record = explanation->record;

	explanation_because(explanation, "outcome=%s reset_in=%s hist=%s",
			    record_value(record, "outcome") ?: "-",
			    record_value(record, "reset_in") ?: "-",
			    record_value(record, "hist") ?: "-");
}

static void explain_reset(struct explanation *explanation)
{
	const struct flow_key *key = &explanation->record->key;
	char client[INET6_ADDRSTRLEN];

	if (is_reset_at_once(explanation)) {
		means(explanation, "The server took the handshake and nothing more: its accept queue is full and net.ipv4.tcp_abort_on_overflow is set, a load balancer has no backend for it, or the application closed it at once with SO_LINGER 0, or ended.");
		because_of_reset(explanation);
		next(explanation, "On the server: sysctl net.ipv4.tcp_abort_on_overflow");
		look_at_queues(explanation);
		next(explanation, "If a load balancer answers at that address: are its backends alive? And the log of the application");
		return;
	}
	if (is_unwanted(explanation)) {
		key_print_address(client, key, key->addr[TCPFSM_CLIENT]);
		means(explanation, "The RST answered the SYN-ACK: a port scan, which wants to know no more, or nobody waits for that SYN-ACK any more: the client gave up before it came, or the SYN was old or forged.");
		because_of_reset(explanation);
		next(explanation, "tcpfsm list 'src %s' (to many ports, or many addresses: a scan)",
		     client);
		next(explanation, "rtt_server_us of such flows, and rtx: did the SYN-ACK come late?");
		return;
	}
	means(explanation, "The application that sent it closed with unread data or with SO_LINGER 0, crashed, or its host or a firewall did not know the connection any more.");
	next(explanation, "The log of the application that sent the RST; tcpfsm ladder shows what stood before it");
}

/* It has ended; some ends want an explanation. */
static void explain_end(struct explanation *explanation)
{
	switch (explanation->record->outcome) {
	case TCPFSM_VERDICT_REFUSED:
		explain_refused(explanation);
		return;
	case TCPFSM_VERDICT_SYN_TIMEOUT:
		if (explanation_icmp(explanation, TCPFSM_CLIENT))
			return;
		means(explanation, "The SYN, or the answer to it, was dropped without a word: a firewall, an address where no host is, or a full accept queue%s.",
		      unseen_icmp(explanation, TCPFSM_CLIENT));
		look_at_firewall(explanation, "On the way, and at the server");
		look_for_icmp(explanation, TCPFSM_CLIENT);
		return;
	case TCPFSM_VERDICT_SYNACK_TIMEOUT:
		if (explanation_icmp(explanation, TCPFSM_SERVER))
			return;
		means(explanation, "The SYN-ACK was lost on its way back, or the client's address was forged.");
		look_at_firewall(explanation, "On the way back");
		return;
	case TCPFSM_VERDICT_RESET_CLIENT:
	case TCPFSM_VERDICT_RESET_SERVER:
		explain_reset(explanation);
		return;
	case TCPFSM_VERDICT_HALF_OPEN:
		means(explanation, "One host or its application restarted and came back with the same ports; the other still held the old connection.");
		return;
	case TCPFSM_VERDICT_VANISHED:
		if (explanation_icmp(explanation, TCPFSM_CLIENT) ||
		    explanation_icmp(explanation, TCPFSM_SERVER))
			return;
		means(explanation, "A host went away, a firewall dropped the connection silently, or tcpfsm saw only a part of its way.");
		return;
	default:
		return;
	}
}

static bool explain_handshake(struct explanation *explanation)
{
	unsigned int client = state(explanation, TCPFSM_CLIENT);
	unsigned int server = state(explanation, TCPFSM_SERVER);

	if (client == TCPFSM_SYN_SENT && server == TCPFSM_LISTEN)
		explain_syn(explanation);
	else if (server == TCPFSM_SYN_RECV && client == TCPFSM_SYN_SENT)
		explain_synack(explanation);
	else if (server == TCPFSM_SYN_RECV && client != TCPFSM_SYN_RECV)
		explain_final_ack(explanation);
	else if ((is_opening(client) || is_opening(server)) &&
		 !record_value(explanation->record, "reset_in"))
		explain_both_syn(explanation);
	else
		return false;
	return true;
}

/**
 * explanation_waiting() - what a flow waits for, if it does
 * @explanation: changed
 */
void explanation_waiting(struct explanation *explanation)
{
	unsigned int who;

	if (is_done(state(explanation, 0)) && is_done(state(explanation, 1))) {
		explain_end(explanation);
		return;
	}
	if (explain_handshake(explanation))
		return;
	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++)
		if (state(explanation, who) == TCPFSM_TIME_WAIT) {
			explain_time_wait(explanation);
			return;
		}
	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++)
		if (is_done(state(explanation, !who)) && !is_done(state(explanation, who)) &&
		    record_value(explanation->record, "reset_in")) {
			explain_half_reset(explanation, who);
			return;
		}
	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++)
		switch (state(explanation, who)) {
		case TCPFSM_FIN_WAIT1:
		case TCPFSM_CLOSING:
		case TCPFSM_LAST_ACK:
			explain_fin(explanation, who);
			return;
		}
	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++)
		if (state(explanation, who) == TCPFSM_CLOSE_WAIT) {
			explain_close_wait(explanation, who);
			return;
		}
	explain_open(explanation);
}
