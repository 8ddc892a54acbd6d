// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs last: have the tests of all other programs seen every transition, every
 * verdict and every anomaly of states.h, and is there a test that carries the
 * number of each item of the catalogue? The runner names a file that says what
 * was seen; "outside" says what is no matter of the core.
 */
#include "script.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define ITEMS 69

/* Does a line of the file begin with these words? They are whole words. */
static bool file_has(const char *path, const char *words)
{
	FILE *file = path ? fopen(path, "r") : NULL;
	size_t len = strlen(words);
	char line[512];
	bool found = false;

	if (!file)
		fail_msg("cannot read %s: run this with tests/unit/run", path ? path : "nothing");
	while (!found && fgets(line, sizeof(line), file))
		found = !strncmp(line, words, len) && isspace((unsigned char)line[len]);
	fclose(file);
	return found;
}

static bool was_seen(const char *kind, const char *word)
{
	char words[128];

	scnprintf(words, sizeof(words), "%s %s", kind, word);
	return file_has(getenv("TCPFSM_COVERAGE"), words);
}

static bool is_outside(const char *word)
{
	return file_has("outside", word);
}

/* Says what is missing, and counts it. */
static unsigned int miss(const char *what, const char *word)
{
	fprintf(stderr, "missing: %s%s\n", what, word);
	return 1;
}

/* One test that provokes it, one that comes close; what is outside has neither. */
static unsigned int miss_pair(const char *kind, const char *word)
{
	static const char *const prefix[] = { "", "no-" };
	unsigned int missing = 0;
	char name[64];
	size_t i;

	scnprintf(name, sizeof(name), "%s-%s", kind, word);
	if (is_outside(name))
		return was_seen(kind, word) ? miss("it is not outside: ", name) : 0;
	for (i = 0; i < ARRAY_SIZE(prefix); i++) {
		scnprintf(name, sizeof(name), "%s%s-%s", prefix[i], kind, word);
		if (!was_seen("test", name))
			missing += miss("test ", name);
	}
	return missing;
}

TEST(every_transition)
{
	static const char *const arcs[] = {
#define X(from, to, text)	#from "_to_" #to,
		TCPFSM_ARCS(X)
#undef X
	};
	unsigned int missing = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(arcs); i++)
		if (!was_seen("arc", arcs[i]))
			missing += miss("transition ", arcs[i]);
	assert_int_equal(missing, 0);
}

TEST(every_verdict)
{
	unsigned int i, missing = 0;

	for (i = 0; i < TCPFSM_VERDICT_MAX; i++)
		missing += miss_pair("verdict", tcpfsm_verdict_name(i));
	assert_int_equal(missing, 0);
}

TEST(every_anomaly)
{
	unsigned int i, missing = 0;

	for (i = 0; i < TCPFSM_ANOMALY_MAX; i++)
		missing += miss_pair("anomaly", tcpfsm_anomaly_name(i));
	assert_int_equal(missing, 0);
}

/* "41-name", or with a letter; the runner writes the number alone too. */
TEST(every_item)
{
	unsigned int n, missing = 0;
	char number[16];

	for (n = 1; n <= ITEMS; n++) {
		scnprintf(number, sizeof(number), "%u", n);
		if (was_seen("item", number) == is_outside(number))
			missing += miss(is_outside(number) ? "not outside: " : "item ", number);
	}
	assert_int_equal(missing, 0);
}

TESTS = {
	test(every_transition), test(every_verdict), test(every_anomaly), test(every_item),
};

int main(void)
{
	return RUN(tests);
}
