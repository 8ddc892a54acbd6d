// SPDX-License-Identifier: GPL-2.0-only
/* What happened to a flow, in sentences. What it waits for stands in waiting.c. */
#include <ctype.h>
#include <stdarg.h>

#include "explanation.h"

/* Order of the repetitions in rtx=. */
enum { RTX_SYN, RTX_SYNACK, RTX_FIN_CLIENT };

/**
 * explanation_say() - add a sentence
 * @explanation: changed
 * @kind: enum statement_kind
 * @inferred: it is not sure
 * @fmt: the sentence
 */
void explanation_say(struct explanation *explanation, enum statement_kind kind, bool inferred,
		     const char *fmt, ...)
{
	struct statement *statement;
	va_list args;

	if (explanation->count == STATEMENTS_MAX)
		return;
	statement = &explanation->statement[explanation->count++];
	statement->kind = kind;
	statement->inferred = inferred;
	*statement->because = '\0';
	va_start(args, fmt);
	vsnprintf(statement->text, sizeof(statement->text), fmt, args);
	va_end(args);
}

/**
 * explanation_because() - the fact behind the sentence that was added last
 * @explanation: changed
 * @fmt: the fact
 */
void explanation_because(struct explanation *explanation, const char *fmt, ...)
{
	struct statement *statement = &explanation->statement[explanation->count - 1];
	va_list args;

	va_start(args, fmt);
	vsnprintf(statement->because, sizeof(statement->because), fmt, args);
	va_end(args);
}

/**
 * explanation_sent() - did an end send such a segment?
 * @explanation: of the flow
 * @who: the end
 * @letter: of the history, a capital
 */
bool explanation_sent(const struct explanation *explanation, unsigned int who, char letter)
{
	const char *hist = record_value(explanation->record, "hist");

	return hist && strchr(hist, who == TCPFSM_CLIENT ? letter : tolower(letter));
}

/**
 * explanation_is_local() - does an end live on the host that saw the flow?
 * @explanation: of the flow
 * @who: the end
 */
bool explanation_is_local(const struct explanation *explanation, unsigned int who)
{
	const char *view = record_value(explanation->record, "view");

	if (!view)
		return false;
	if (who == TCPFSM_CLIENT)
		return !strncmp(view, "local:", 6);
	view = strchr(view, ':');
	return view && !strcmp(view, ":local");
}

static u64 repeats(const struct explanation *explanation, unsigned int which)
{
	u64 n = 0;

	record_pair(explanation->record, "rtx", which, &n);
	return n;
}

static const char *value(const struct explanation *explanation, const char *key)
{
	return record_value(explanation->record, key) ?: "-";
}

static void say_view(struct explanation *explanation)
{
	bool client = explanation_is_local(explanation, TCPFSM_CLIENT);
	bool server = explanation_is_local(explanation, TCPFSM_SERVER);

	if (client && server)
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"Both ends live on the host that saw it: what reached them was seen.");
	else if (client || server)
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"It was seen at the %s's host: what reached the %s was seen, what reached the %s is inferred.",
				client ? "client" : "server", client ? "client" : "server",
				client ? "server" : "client");
	else
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"It was seen on its way between the two hosts: what reached either is inferred.");
	explanation_because(explanation, "view=%s", value(explanation, "view"));
}

/* Who connected it, where that is known. */
static void say_process(struct explanation *explanation)
{
	const char *comm = record_value(explanation->record, "comm");
	const char *pid = record_value(explanation->record, "pid");

	if (!comm)
		return;
	explanation_say(explanation, STATEMENT_HAPPENED, false, "%s connected it%s%s%s.", comm,
			pid ? " (process " : "", pid ?: "", pid ? ")" : "");
	explanation_because(explanation, pid ? "comm=%s pid=%s" : "comm=%s", comm, pid);
}

static void say_syn(struct explanation *explanation)
{
	u64 again = repeats(explanation, RTX_SYN);

	if (record_has_word(explanation->record, "flags", "midstream")) {
		explanation_say(explanation, STATEMENT_HAPPENED, true,
				"It was picked up in mid-stream: its SYN was not seen, who is the client is a guess, and nothing is known of its handshake.");
		explanation_because(explanation, "flags=%s", value(explanation, "flags"));
		return;
	}
	if (record_has_word(explanation->record, "flags", "simultaneous"))
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"Both ends opened it with a SYN at the same time.");
	else if (again)
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"The client sent a SYN, and repeated it %llu time%s.",
				(unsigned long long)again, again == 1 ? "" : "s");
	else
		explanation_say(explanation, STATEMENT_HAPPENED, false, "The client sent a SYN.");
	explanation_because(explanation, again ? "hist=%s rtx=%s" : "hist=%s",
			    value(explanation, "hist"), value(explanation, "rtx"));
}

static void say_synack(struct explanation *explanation)
{
	u64 again = repeats(explanation, RTX_SYNACK);

	if (!explanation_sent(explanation, TCPFSM_SERVER, 'H'))
		return;
	explanation_say(explanation, STATEMENT_HAPPENED, false, "The server answered with a SYN-ACK.");
	explanation_because(explanation, record_value(explanation->record, "rtt_server_us") ?
			    "hist=%s rtt_server_us=%s" : "hist=%s", value(explanation, "hist"),
			    value(explanation, "rtt_server_us"));
	if (!again)
		return;
	explanation_say(explanation, STATEMENT_HAPPENED, false,
			"The server repeated its SYN-ACK %llu time%s: it had no ACK of it that it would take.",
			(unsigned long long)again, again == 1 ? "" : "s");
	explanation_because(explanation, "rtx=%s", value(explanation, "rtx"));
}

/* Both have been there, or are further. */
static bool is_synchronised(unsigned int state)
{
	return state != TCPFSM_LISTEN && state != TCPFSM_SYN_SENT && state != TCPFSM_SYN_RECV &&
	       state != TCPFSM_CLOSE;
}

static void say_established(struct explanation *explanation)
{
	const struct record *record = explanation->record;
	bool unsure = record->state[TCPFSM_SERVER] == TCPFSM_ESTABLISHED &&
		      record->unsure[TCPFSM_SERVER];

	if (record_has_word(record, "flags", "midstream") ||
	    !explanation_sent(explanation, TCPFSM_CLIENT, 'A') ||
	    !explanation_sent(explanation, TCPFSM_SERVER, 'H'))
		return;
	if (record->state[TCPFSM_SERVER] == TCPFSM_SYN_RECV) {
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"The client acknowledged that, and takes the connection for established. The server does not.");
		explanation_because(explanation, "server is SYN_RECV");
		return;
	}
	explanation_say(explanation, STATEMENT_HAPPENED, unsure,
			unsure ? "The client acknowledged that. Whether the ACK reached the server is not known yet." :
				 "The client acknowledged that: the handshake was complete.");
	explanation_because(explanation, record_value(record, "rtt_client_us") ?
			    "hist=%s rtt_client_us=%s" : "hist=%s", value(explanation, "hist"),
			    value(explanation, "rtt_client_us"));
}

static void say_data(struct explanation *explanation)
{
	bool client = explanation_sent(explanation, TCPFSM_CLIENT, 'D');
	bool server = explanation_sent(explanation, TCPFSM_SERVER, 'D');
	unsigned int who;

	if (client || server) {
		explanation_say(explanation, STATEMENT_HAPPENED, false, "%s sent data.",
				client && server ? "Both ends" :
				client ? "Only the client" : "Only the server");
		explanation_because(explanation, "hist=%s", value(explanation, "hist"));
	}
	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++) {
		if (explanation_sent(explanation, who, 'T')) {
			explanation_say(explanation, STATEMENT_HAPPENED, false,
					"The %s sent some data again: segments or their ACKs were lost or late.",
					tcpfsm_role_name(who));
			explanation_because(explanation, "hist=%s", value(explanation, "hist"));
		}
		if (explanation_sent(explanation, who, 'W')) {
			explanation_say(explanation, STATEMENT_HAPPENED, false,
					"The %s offered a window of 0 at some time: its application read too slowly.",
					tcpfsm_role_name(who));
			explanation_because(explanation, "hist=%s", value(explanation, "hist"));
		}
	}
}

static void say_fins(struct explanation *explanation)
{
	const struct record *record = explanation->record;
	const char *closer = record_value(record, "closer");
	unsigned int who;
	u64 ms;

	if (!closer)
		return;
	if (!strcmp(closer, "simultaneous"))
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"Both ends closed at the same time: their FINs crossed.");
	else
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"The %s closed first.", closer);
	explanation_because(explanation, "closer=%s", closer);
	if (record_number(record, "half_close_ms", &ms)) {
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"The other end's FIN followed %llu ms after that.", (unsigned long long)ms);
		explanation_because(explanation, "half_close_ms=%llu", (unsigned long long)ms);
	}
	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++) {
		u64 again = repeats(explanation, RTX_FIN_CLIENT + who);

		if (!again)
			continue;
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"The %s repeated its FIN %llu time%s: the ACK of it did not reach it, or the FIN was lost.",
				tcpfsm_role_name(who), (unsigned long long)again,
				again == 1 ? "" : "s");
		explanation_because(explanation, "rtx=%s", value(explanation, "rtx"));
	}
}

static void say_reset(struct explanation *explanation)
{
	const char *reset_in = record_value(explanation->record, "reset_in");
	const char *by;

	if (!reset_in)
		return;
	switch (explanation->record->outcome) {
	case TCPFSM_VERDICT_REFUSED:
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"A RST answered the SYN: refused.");
		break;
	case TCPFSM_VERDICT_HALF_OPEN:
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"A SYN came into the established connection, and then a RST: one end had forgotten the connection.");
		break;
	default:
		by = explanation->record->outcome == TCPFSM_VERDICT_RESET_CLIENT ? "The client" :
		     explanation->record->outcome == TCPFSM_VERDICT_RESET_SERVER ? "The server" :
										 "One end";
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"%s sent a RST, which hit the other in %s.", by, reset_in);
	}
	explanation_because(explanation, "outcome=%s reset_in=%s hist=%s",
			    value(explanation, "outcome"), reset_in, value(explanation, "hist"));
}

static void say_end(struct explanation *explanation)
{
	static const char *const ends[TCPFSM_VERDICT_MAX] = {
		[TCPFSM_VERDICT_GRACEFUL] = "Both FINs were acknowledged: nothing was cut short.",
		[TCPFSM_VERDICT_SYN_TIMEOUT] = "No segment ever answered the SYN.",
		[TCPFSM_VERDICT_SYNACK_TIMEOUT] = "Nothing ever acknowledged the SYN-ACK.",
		[TCPFSM_VERDICT_VANISHED] = "It fell silent without an end, and was given up.",
		[TCPFSM_VERDICT_REUSED] = "A new connection between the same ports took its place before its end was seen.",
		[TCPFSM_VERDICT_EVICTED] = "It was given up for lack of room in the table of flows; what became of it was not seen.",
		[TCPFSM_VERDICT_CLEARED] = "It was removed by hand, with its namespace or with the module; what became of it was not seen.",
		[TCPFSM_VERDICT_FORGED] = "The connection that it seemed to replace went on: neither end had sent these segments.",
	};
	unsigned int outcome = explanation->record->outcome;
	bool unsure = explanation->record->unsure[0] || explanation->record->unsure[1];

	if (outcome >= TCPFSM_VERDICT_MAX || !ends[outcome])
		return;
	explanation_say(explanation, STATEMENT_HAPPENED, unsure, "%s", ends[outcome]);
	explanation_because(explanation, "outcome=%s", value(explanation, "outcome"));
}

static void say_flags(struct explanation *explanation)
{
	static const struct {
		const char *flag;
		const char *text;
	} flags[] = {
		{ "half_open", "A SYN came into the established connection: one end has probably restarted and knows nothing of it." },
		{ "self", "It is a socket connected to itself." },
		{ "oneway", "Only one direction passes here: what the other end says is not known." },
		{ "loose", "Segments were missed or skipped, so sequence numbers are not judged." },
		{ "ambiguous_rtt", "A round trip was measured after a repetition, and may be of the wrong copy." },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (!record_has_word(explanation->record, "flags", flags[i].flag))
			continue;
		explanation_say(explanation, STATEMENT_HAPPENED, !i, "%s", flags[i].text);
		explanation_because(explanation, "flags=%s", value(explanation, "flags"));
	}
}

/**
 * explanation_make() - all there is to say about a flow
 * @explanation: filled in
 * @record: the flow
 */
void explanation_make(struct explanation *explanation, const struct record *record)
{
	explanation->record = record;
	explanation->count = 0;
	say_view(explanation);
	say_process(explanation);
	say_syn(explanation);
	say_synack(explanation);
	if (is_synchronised(record->state[TCPFSM_CLIENT]) || record_value(record, "rtt_client_us"))
		say_established(explanation);
	say_data(explanation);
	say_fins(explanation);
	say_reset(explanation);
	explanation_icmp_happened(explanation);
	say_flags(explanation);
	say_end(explanation);
	explanation_waiting(explanation);
}
