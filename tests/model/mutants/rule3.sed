# rule 3: an old RST closes its sender
# file: reset.c
# quick
# run: view=3 flight=1 active=0
# run: view=0 flight=2 active=0
/^static bool closes_sender/,/^}/s/if (tcpfsm_before(seg->seq, x->snd_nxt))/if (0)/
