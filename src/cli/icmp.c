// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an ICMP error says of a flow, and where to look then. It says more than any
 * silence: who sends it has seen the segment, and knows why it went no further.
 */
#include <netinet/in.h>

#include "explanation.h"
#include "icmp.h"

/* What is to be looked at. */
enum advice {
	ADVICE_ROUTE,
	ADVICE_HOST,
	ADVICE_FIREWALL,
	ADVICE_LENGTH,
	ADVICE_HOPS,
	ADVICE_CAPTURE,
};

static const struct {
	const char *word;
	const char *text;
} errors[] = {
#define X(class, code, word, text) { #word, text },
	TCPFSM_ICMP_CODES(X)
#undef X
};

static const struct {
	const char *word;
	enum advice advice;
} advices[] = {
	{ "net_unreachable", ADVICE_ROUTE },
	{ "net_unknown", ADVICE_ROUTE },
	{ "route_rejected", ADVICE_ROUTE },
	{ "beyond_scope", ADVICE_ROUTE },
	{ "net_tos", ADVICE_ROUTE },
	{ "host_tos", ADVICE_ROUTE },
	{ "host_unreachable", ADVICE_HOST },
	{ "host_unknown", ADVICE_HOST },
	{ "source_isolated", ADVICE_HOST },
	{ "port_unreachable", ADVICE_FIREWALL },
	{ "protocol_unreachable", ADVICE_FIREWALL },
	{ "admin_prohibited", ADVICE_FIREWALL },
	{ "net_prohibited", ADVICE_FIREWALL },
	{ "host_prohibited", ADVICE_FIREWALL },
	{ "policy_failed", ADVICE_FIREWALL },
	{ "frag_needed", ADVICE_LENGTH },
	{ "too_big", ADVICE_LENGTH },
	{ "ttl_exceeded", ADVICE_HOPS },
};

static const char *text_of(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (!strcmp(errors[i].word, word))
			return errors[i].text;
	return "type/code, see RFC 792 and RFC 4443";
}

static enum advice advice_on(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(advices); i++)
		if (!strcmp(advices[i].word, word))
			return advices[i].advice;
	return ADVICE_CAPTURE;
}

/* About a segment of which end? TCPFSM_NOBODY where there was no error. */
static unsigned int whose(const struct explanation *explanation)
{
	const char *of = record_value(explanation->record, "icmp_of");

	if (!of || !record_value(explanation->record, "icmp"))
		return TCPFSM_NOBODY;
	return strcmp(of, tcpfsm_role_name(TCPFSM_SERVER)) ? TCPFSM_CLIENT : TCPFSM_SERVER;
}

/* "host_unreachable (no such host), from 192.0.2.1, the server's own address" */
static void describe(char *buf, size_t size, const struct explanation *explanation)
{
	const char *word = record_value(explanation->record, "icmp");
	const struct flow_key *key = &explanation->record->key;
	const char *from = record_value(explanation->record, "icmp_from");
	char end[INET6_ADDRSTRLEN];
	unsigned int who;
	int n;

	n = scnprintf(buf, size, "%s (%s)", word, text_of(word));
	if (from)
		n += scnprintf(buf + n, size - n, ", from %s", from);
	for (who = TCPFSM_CLIENT; from && who <= TCPFSM_SERVER; who++) {
		key_print_address(end, key, key->addr[who]);
		if (!strcmp(end, from))
			scnprintf(buf + n, size - n, ", the %s's own address",
				  tcpfsm_role_name(who));
	}
}

/* What the sentence before rests on. */
static void because(struct explanation *explanation)
{
	const struct record *record = explanation->record;

	explanation_because(explanation, "icmp=%s icmp_of=%s icmp_count=%s icmp_from=%s",
			    record_value(record, "icmp"), record_value(record, "icmp_of"),
			    record_value(record, "icmp_count") ?: "-",
			    record_value(record, "icmp_from") ?: "-");
}

/**
 * explanation_icmp_happened() - tell that there was an ICMP error, if there was
 * @explanation: changed
 */
void explanation_icmp_happened(struct explanation *explanation)
{
	unsigned int who = whose(explanation);
	char what[200];
	u64 count = 1;

	if (who == TCPFSM_NOBODY)
		return;
	describe(what, sizeof(what), explanation);
	record_number(explanation->record, "icmp_count", &count);
	if (count > 1)
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"%llu%s ICMP errors told that a segment did not arrive, the last about one of the %s: %s.",
				(unsigned long long)count,
				count == TCPFSM_ICMP_COUNT_MAX ? " or more" : "",
				tcpfsm_role_name(who), what);
	else
		explanation_say(explanation, STATEMENT_HAPPENED, false,
				"An ICMP error told that a segment of the %s did not arrive: %s.",
				tcpfsm_role_name(who), what);
	because(explanation);
}

static void advise(struct explanation *explanation, unsigned int who)
{
	const char *word = record_value(explanation->record, "icmp");
	const struct flow_key *key = &explanation->record->key;
	const char *from = record_value(explanation->record, "icmp_from");
	char target[INET6_ADDRSTRLEN], where[INET6_ADDRSTRLEN + 8] = "Where it was sent";

	key_print_address(target, key, key->addr[!who]);
	if (from)
		scnprintf(where, sizeof(where), "At %s", from);
	switch (advice_on(word)) {
	case ADVICE_ROUTE:
		explanation_say(explanation, STATEMENT_NEXT, false,
				"%s: ip route get %s (which route is missing, or rejects?)", where,
				target);
		break;
	case ADVICE_HOST:
		explanation_say(explanation, STATEMENT_NEXT, false,
				"%s: ip neigh show %s (FAILED: is that host up, and on this link?)",
				where, target);
		break;
	case ADVICE_FIREWALL:
		explanation_say(explanation, STATEMENT_NEXT, false,
				"%s: nft list ruleset, or iptables-save -c (a reject rule whose counter grows)",
				where);
		break;
	case ADVICE_LENGTH:
		explanation_say(explanation, STATEMENT_NEXT, false,
				"At the %s: ip route get %s (mtu), and tracepath -n %s; does the error get as far as there?",
				tcpfsm_role_name(who), target, target);
		break;
	case ADVICE_HOPS:
		explanation_say(explanation, STATEMENT_NEXT, false,
				"At the %s: traceroute -n %s (routers that take turns: a loop)",
				tcpfsm_role_name(who), target);
		break;
	case ADVICE_CAPTURE:
		explanation_say(explanation, STATEMENT_NEXT, false,
				"At the %s: tcpdump -vni any icmp or icmp6, while it is tried again",
				tcpfsm_role_name(who));
		break;
	}
}

/* What the stack makes of an error (RFC 1122 4.2.3.9, RFC 5461), and what is shown. */
static const char *what_follows(unsigned int state)
{
	switch (state) {
	case TCPFSM_CLOSE:
	case TCPFSM_LISTEN:
		return "";
	case TCPFSM_SYN_SENT:
		return " Linux's connect() fails with it and repeats no SYN. As anybody may send such an error it moves no state here: SYN_SENT is shown until net.tcpfsm.timeout_syn_sent is over.";
	default:
		return " Its stack goes on trying all the same. As anybody may send such an error it moves no state here.";
	}
}

/**
 * explanation_icmp() - say what an ICMP error means for what a flow waits for
 * @explanation: changed
 * @who: the end that waits for an answer to what it has sent
 *
 * Return: false if there was none about a segment of @who; nothing was said.
 */
bool explanation_icmp(struct explanation *explanation, unsigned int who)
{
	if (whose(explanation) != who)
		return false;
	explanation_say(explanation, STATEMENT_MEANS, true,
			"What the %s sent did not arrive, and the ICMP error says why.%s",
			tcpfsm_role_name(who), what_follows(explanation->record->state[who]));
	because(explanation);
	advise(explanation, who);
	return true;
}
