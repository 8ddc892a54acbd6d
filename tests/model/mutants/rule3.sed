# rule 3: an old RST closes its sender
# file: reset.c
# run: view=3 flight=1 active=0
# run: view=2 flight=1
/^static bool closes_sender/,/^}/s/^\tif (tcpfsm_before(seg->seq, x->snd_nxt) &&$/\tif (0 \&\&/
