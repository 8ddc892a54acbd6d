// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters: a recursive parser for most words of ss (ss(8), "EXPRESSION"), and
 * what they mean for a flow. The client's end is src, the server's is dst.
 */
#include <ctype.h>
#include <netdb.h>
#include <stdlib.h>

#include "cli.h"
#include "filter.h"
#include "prefix.h"

/* Deeper nesting is not meant by anybody. */
#define DEPTH_MAX 64

enum kind {
	KIND_AND, KIND_OR, KIND_NOT,
	KIND_ADDRESS,	/* an end's, with or without port */
	KIND_PORT,
	KIND_STATE,
	KIND_OUTCOME,
};

enum relation { REL_EQ, REL_NE, REL_LT, REL_LE, REL_GT, REL_GE };

/* Which ends a condition looks at. */
#define END_CLIENT (1U << TCPFSM_CLIENT)
#define END_SERVER (1U << TCPFSM_SERVER)
#define END_EITHER (END_CLIENT | END_SERVER)

/**
 * struct filter - a condition, or several
 * @kind: enum kind
 * @relation: of KIND_PORT and KIND_ADDRESS
 * @ends: END_*
 * @has_prefix: of KIND_ADDRESS, @prefix is asked for
 * @has_port: of KIND_ADDRESS, @number is asked for
 * @number: a port, or a verdict
 * @states: bit set of enum tcpfsm_state
 * @prefix: addresses
 * @part: of KIND_AND, KIND_OR and KIND_NOT
 */
struct filter {
	enum kind kind;
	enum relation relation;
	unsigned int ends;
	bool has_prefix;
	bool has_port;
	u32 number;
	u32 states;
	struct prefix prefix;
	struct filter *part[2];
};

/**
 * struct parser - how far it has come
 * @rest: what is still to be read
 * @word: the word that is looked at; empty at the end
 * @depth: how deep it stands in parentheses
 */
struct parser {
	const char *rest;
	char word[256];
	unsigned int depth;
};

static struct filter *parse_or(struct parser *parser);

static struct filter *make(enum kind kind, struct filter *a, struct filter *b)
{
	struct filter *filter = cli_alloc(NULL, sizeof(*filter));

	memset(filter, 0, sizeof(*filter));
	filter->kind = kind;
	filter->part[0] = a;
	filter->part[1] = b;
	return filter;
}

/* Signs stand for themselves, also without spaces around them. */
static size_t sign_at(const char *text)
{
	static const char *const signs[] = {
		"&&", "||", "==", "!=", "<=", ">=", "&", "|", "=", "!", "<", ">", "(", ")"
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signs); i++)
		if (!strncmp(text, signs[i], strlen(signs[i])))
			return strlen(signs[i]);
	return 0;
}

static void advance(struct parser *parser)
{
	const char *text = parser->rest + strspn(parser->rest, " \t\n");
	size_t len = sign_at(text);

	if (!len)
		while (text[len] && !isspace((unsigned char)text[len]) && !sign_at(text + len))
			len++;
	parser->rest = text + len;
	if (len >= sizeof(parser->word))
		len = sizeof(parser->word) - 1;
	memcpy(parser->word, text, len);
	parser->word[len] = '\0';
}

static bool is_word(const struct parser *parser, const char *a, const char *b)
{
	return !strcmp(parser->word, a) || (b && !strcmp(parser->word, b));
}

static bool take(struct parser *parser, const char *a, const char *b)
{
	if (!is_word(parser, a, b))
		return false;
	advance(parser);
	return true;
}

static struct filter *wrong(const struct parser *parser, const char *wanted)
{
	if (*parser->word)
		cli_error("filter: '%s': %s is meant here", parser->word, wanted);
	else
		cli_error("filter: it ends where %s is meant", wanted);
	return NULL;
}

static bool parse_port(u32 *port, const char *text)
{
	const struct servent *service;
	unsigned long value;
	char *end;

	text += *text == ':';
	if (isdigit((unsigned char)*text)) {
		value = strtoul(text, &end, 10);
		*port = value;
		return !*end && value <= 0xffff;
	}
	service = getservbyname(text, "tcp");
	*port = service ? ntohs(service->s_port) : 0;
	return service;
}

/* The colon before the port: the only one, or the one behind a bracket. */
static const char *find_port(const char *text)
{
	const char *bracket = *text == '[' ? strchr(text, ']') : NULL;
	const char *colon = strchr(bracket ? bracket : text, ':');

	return colon && (bracket || !strchr(colon + 1, ':')) ? colon : NULL;
}

/* An IPv6 address may stand in brackets, its bits behind them. */
static void without_brackets(char *text)
{
	char *bracket = strchr(text, ']');

	if (*text != '[' || !bracket)
		return;
	memmove(bracket, bracket + 1, strlen(bracket));
	memmove(text, text + 1, strlen(text));
}

/* PREFIX, PREFIX:PORT, :PORT, [PREFIX], [PREFIX]:PORT, *, *:PORT; a PORT may be * too */
static bool parse_address(struct filter *filter, const char *text)
{
	char prefix[INET6_ADDRSTRLEN + sizeof("[]/128")];
	const char *port = find_port(text);
	size_t len = port ? (size_t)(port - text) : strlen(text);

	if (!*text || len >= sizeof(prefix))
		return false;
	memcpy(prefix, text, len);
	prefix[len] = '\0';
	without_brackets(prefix);
	filter->has_port = port && strcmp(port, ":*");
	filter->has_prefix = *prefix && strcmp(prefix, "*");
	return (!filter->has_port || parse_port(&filter->number, port)) &&
	       (!filter->has_prefix || prefix_parse(&filter->prefix, prefix));
}

static bool parse_relation(struct parser *parser, enum relation *relation)
{
	static const struct {
		const char *a;
		const char *b;
		enum relation relation;
	} relations[] = {
		{ "=", "eq", REL_EQ }, { "==", NULL, REL_EQ },
		{ "!=", "ne", REL_NE }, { "neq", NULL, REL_NE },
		{ "<", "lt", REL_LT }, { "<=", "le", REL_LE }, { "leq", NULL, REL_LE },
		{ ">", "gt", REL_GT }, { ">=", "ge", REL_GE }, { "geq", NULL, REL_GE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(relations); i++)
		if (take(parser, relations[i].a, relations[i].b)) {
			*relation = relations[i].relation;
			return true;
		}
	*relation = REL_EQ;
	return false;
}

static struct filter *address_of(struct parser *parser, unsigned int ends)
{
	struct filter *filter = make(KIND_ADDRESS, NULL, NULL);

	filter->ends = ends;
	if (sign_at(parser->word) && strcmp(parser->word, "=") && strcmp(parser->word, "==") &&
	    strcmp(parser->word, "!=")) {
		filter_free(filter);
		return wrong(parser, "=, != or an address");
	}
	parse_relation(parser, &filter->relation);
	if (filter->relation <= REL_NE && parse_address(filter, parser->word)) {
		advance(parser);
		return filter;
	}
	filter_free(filter);
	return wrong(parser, "an address or a prefix, as 10.0.0.0/8 or [2001:db8::1]:443,");
}

static struct filter *port_of(struct parser *parser, unsigned int ends)
{
	struct filter *filter = make(KIND_PORT, NULL, NULL);

	filter->ends = ends;
	parse_relation(parser, &filter->relation);
	if (parse_port(&filter->number, parser->word)) {
		advance(parser);
		return filter;
	}
	filter_free(filter);
	return wrong(parser, "a port, as :443 or https,");
}

static struct filter *state_of(struct parser *parser, unsigned int ends)
{
	struct filter *filter;
	u32 states;

	take(parser, "=", "==");
	if (!filter_states(&states, parser->word))
		return wrong(parser, "a state, as TIME_WAIT,");
	advance(parser);
	filter = make(KIND_STATE, NULL, NULL);
	filter->ends = ends;
	filter->states = states;
	return filter;
}

/* No end is in that state. */
static struct filter *exclude_of(struct parser *parser, unsigned int ends)
{
	struct filter *filter = state_of(parser, ends);

	return filter ? make(KIND_NOT, filter, NULL) : NULL;
}

static struct filter *outcome_of(struct parser *parser)
{
	unsigned int verdict;
	struct filter *filter;

	take(parser, "=", "==");
	for (verdict = 0; verdict < TCPFSM_VERDICT_MAX; verdict++)
		if (is_word(parser, tcpfsm_verdict_name(verdict), NULL))
			break;
	if (verdict == TCPFSM_VERDICT_MAX)
		return wrong(parser, "a verdict, as graceful or refused,");
	advance(parser);
	filter = make(KIND_OUTCOME, NULL, NULL);
	filter->number = verdict;
	return filter;
}

static struct filter *parse_condition(struct parser *parser)
{
	static const struct {
		const char *word;
		unsigned int ends;
		struct filter *(*parse)(struct parser *parser, unsigned int ends);
	} conditions[] = {
		{ "src", END_CLIENT, address_of }, { "dst", END_SERVER, address_of },
		{ "host", END_EITHER, address_of },
		{ "sport", END_CLIENT, port_of }, { "dport", END_SERVER, port_of },
		{ "port", END_EITHER, port_of },
		{ "client", END_CLIENT, state_of }, { "server", END_SERVER, state_of },
		{ "state", END_EITHER, state_of }, { "exclude", END_EITHER, exclude_of },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(conditions); i++)
		if (take(parser, conditions[i].word, NULL))
			return conditions[i].parse(parser, conditions[i].ends);
	if (take(parser, "outcome", NULL))
		return outcome_of(parser);
	return wrong(parser, "src, dst, host, sport, dport, port, state, exclude, client, server, outcome, not or (");
}

static struct filter *parse_factor(struct parser *parser)
{
	struct filter *filter;

	if (parser->depth >= DEPTH_MAX) {
		cli_error("filter: nested more than %d deep", DEPTH_MAX);
		return NULL;
	}
	parser->depth++;
	if (take(parser, "not", "!")) {
		filter = parse_factor(parser);
		filter = filter ? make(KIND_NOT, filter, NULL) : NULL;
	} else if (take(parser, "(", NULL)) {
		filter = parse_or(parser);
		if (filter && !take(parser, ")", NULL)) {
			filter_free(filter);
			filter = wrong(parser, ")");
		}
	} else {
		filter = parse_condition(parser);
	}
	parser->depth--;
	return filter;
}

/* What stands side by side holds together, as in ss. */
static bool goes_on(struct parser *parser)
{
	if (take(parser, "and", "&&") || take(parser, "&", NULL))
		return true;
	return *parser->word && !is_word(parser, "or", "||") && !is_word(parser, "|", ")");
}

static struct filter *join(enum kind kind, struct filter *a, struct filter *b)
{
	if (b)
		return make(kind, a, b);
	filter_free(a);
	return NULL;
}

static struct filter *parse_and(struct parser *parser)
{
	struct filter *filter = parse_factor(parser);

	while (filter && goes_on(parser))
		filter = join(KIND_AND, filter, parse_factor(parser));
	return filter;
}

static struct filter *parse_or(struct parser *parser)
{
	struct filter *filter = parse_and(parser);

	while (filter && (take(parser, "or", "||") || take(parser, "|", NULL)))
		filter = join(KIND_OR, filter, parse_and(parser));
	return filter;
}

static char *words_of(int argc, char **argv)
{
	size_t size = 1, used = 0;
	char *text;
	int i;

	for (i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	text = cli_alloc(NULL, size);
	*text = '\0';
	for (i = 0; i < argc; i++)
		used += scnprintf(text + used, size - used, "%s ", argv[i]);
	return text;
}

/**
 * filter_parse() - a filter from the command line
 * @filter: what there is already, or NULL; what is given must hold too
 * @argc: how many words
 * @argv: the words; without any, nothing is asked for
 *
 * Return: false after telling what is wrong.
 */
bool filter_parse(struct filter **filter, int argc, char **argv)
{
	struct parser parser = {};
	struct filter *parsed;
	char *text;

	if (!argc)
		return true;
	text = words_of(argc, argv);
	parser.rest = text;
	advance(&parser);
	parsed = parse_or(&parser);
	if (parsed && *parser.word) {
		filter_free(parsed);
		parsed = wrong(&parser, "and, or, or the end");
	}
	free(text);
	if (!parsed)
		return false;
	*filter = *filter ? make(KIND_AND, *filter, parsed) : parsed;
	return true;
}

/**
 * filter_states() - a state from its name, as the kernel or as ss writes it
 * @states: filled in, a bit set of enum tcpfsm_state
 * @name: FIN_WAIT2, fin-wait-2, or several that ss has one word for: connected ...
 *
 * Return: false if it is no state.
 */
bool filter_states(u32 *states, const char *name)
{
	const u32 all = (1U << TCPFSM_STATE_MAX) - 2;
	const u32 closed = 1U << TCPFSM_CLOSE | 1U << TCPFSM_LISTEN;
	const u32 small = 1U << TCPFSM_SYN_RECV | 1U << TCPFSM_TIME_WAIT;
	const struct {
		const char *name;
		u32 states;
	} groups[] = {
		{ "ALL", all }, { "CONNECTED", all & ~closed },
		{ "SYNCHRONIZED", all & ~closed & ~(1U << TCPFSM_SYN_SENT) },
		{ "BUCKET", small }, { "BIG", all & ~small },
	};
	static const struct {
		const char *theirs;
		const char *ours;
	} others[] = {
		{ "FIN_WAIT_1", "FIN_WAIT1" }, { "FIN_WAIT_2", "FIN_WAIT2" },
		{ "CLOSED", "CLOSE" }, { "UNCONN", "CLOSE" }, { "UNCONNECTED", "CLOSE" },
		{ "LISTENING", "LISTEN" }, { "SYN_RECEIVED", "SYN_RECV" },
		{ "SYN_RCV", "SYN_RECV" }, { "ESTAB", "ESTABLISHED" },
	};
	char word[sizeof("SYN_RECEIVED")];
	unsigned int state;
	size_t i;

	for (i = 0; i < sizeof(word) - 1 && name[i]; i++)
		word[i] = name[i] == '-' ? '_' : toupper((unsigned char)name[i]);
	word[i] = '\0';
	if (name[i])
		return false;
	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(word, others[i].theirs))
			scnprintf(word, sizeof(word), "%s", others[i].ours);
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (!strcmp(word, groups[i].name)) {
			*states = groups[i].states;
			return true;
		}
	state = record_state_of(word);
	*states = state ? 1U << state : 0;
	return state;
}

/**
 * filter_by_states() - an end has to be in one of these states
 * @filter: what there is already, or NULL
 * @states: a bit set, to which they are added
 * @list: names with commas
 *
 * Return: false after telling what is wrong.
 */
bool filter_by_states(struct filter **filter, u32 *states, const char *list)
{
	struct filter *new = make(KIND_STATE, NULL, NULL);
	char *copy = strdup(list), *rest = copy, *word;
	u32 one;

	new->ends = END_EITHER;
	while ((word = strsep(&rest, ","))) {
		if (!filter_states(&one, word)) {
			cli_error("--state %s: no state '%s'", list, word);
			filter_free(new);
			free(copy);
			return false;
		}
		new->states |= one;
	}
	free(copy);
	*states |= new->states;
	*filter = *filter ? make(KIND_AND, *filter, new) : new;
	return true;
}

static bool compare(enum relation relation, u32 a, u32 b)
{
	switch (relation) {
	case REL_EQ:
		return a == b;
	case REL_NE:
		return a != b;
	case REL_LT:
		return a < b;
	case REL_LE:
		return a <= b;
	case REL_GT:
		return a > b;
	default:
		return a >= b;
	}
}

static bool matches_end(const struct filter *filter, const struct subject *subject,
			unsigned int who)
{
	u32 port = subject->key->port[who];

	switch (filter->kind) {
	case KIND_ADDRESS:
		return (!filter->has_prefix || prefix_holds(&filter->prefix, subject->key, who)) &&
		       (!filter->has_port || port == filter->number);
	case KIND_PORT:
		/* "!=" of either end: neither is it. */
		return compare(filter->relation == REL_NE ? REL_EQ : filter->relation, port,
			       filter->number);
	default:
		return subject->states[who] & filter->states;
	}
}

static bool matches_ends(const struct filter *filter, const struct subject *subject)
{
	bool matches = false;
	unsigned int who;

	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++)
		if (filter->ends & 1U << who)
			matches |= matches_end(filter, subject, who);
	return filter->relation == REL_NE ? !matches : matches;
}

/**
 * filter_matches() - is a flow meant?
 * @filter: the filter; NULL means all
 * @subject: what is known of the flow
 */
bool filter_matches(const struct filter *filter, const struct subject *subject)
{
	if (!filter)
		return true;
	switch (filter->kind) {
	case KIND_AND:
		return filter_matches(filter->part[0], subject) &&
		       filter_matches(filter->part[1], subject);
	case KIND_OR:
		return filter_matches(filter->part[0], subject) ||
		       filter_matches(filter->part[1], subject);
	case KIND_NOT:
		return !filter_matches(filter->part[0], subject);
	case KIND_OUTCOME:
		return subject->outcome == filter->number;
	default:
		return matches_ends(filter, subject);
	}
}

/**
 * filter_is_of_key() - does it ask for addresses and ports only?
 * @filter: the filter
 *
 * Return: true if what it says of a flow never changes.
 */
bool filter_is_of_key(const struct filter *filter)
{
	if (!filter)
		return true;
	switch (filter->kind) {
	case KIND_AND:
	case KIND_OR:
	case KIND_NOT:
		return filter_is_of_key(filter->part[0]) && filter_is_of_key(filter->part[1]);
	default:
		return filter->kind == KIND_ADDRESS || filter->kind == KIND_PORT;
	}
}

/**
 * filter_free() - give back its memory
 * @filter: or NULL
 */
void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	filter_free(filter->part[0]);
	filter_free(filter->part[1]);
	free(filter);
}

/**
 * filter_subject() - what a filter is asked about a flow that was read
 * @subject: filled in; good as long as @record is
 * @record: the flow
 */
void filter_subject(struct subject *subject, const struct record *record)
{
	unsigned int who;

	subject->key = &record->key;
	subject->outcome = record->outcome;
	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++)
		subject->states[who] = 1U << record->state[who];
}
