/* SPDX-License-Identifier: GPL-2.0-only */
/* What damage.c takes from outside. */
#ifndef DAMAGE_H
#define DAMAGE_H

/* main() of src/cli/main.c, under another name. */
int tcpfsm_main(int argc, char **argv);

/* Called by the sanitizer before it ends the program. */
void __asan_on_error(void);

#endif
