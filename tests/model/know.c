// SPDX-License-Identifier: GPL-2.0-only
#include "world.h"
void know_see(int from, const struct segment *seg) { (void)from; (void)seg; }
void know_truth(bool drained) { (void)drained; }
unsigned int know_depth(void) { return 0; }
