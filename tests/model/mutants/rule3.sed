# rule 3: an old RST closes its sender
# file: reset.c
# run: view=0 flight=2 active=0 abort=0 busy=0 delay=0 seen=9
/^static bool closes_sender/,/^}/s/^\tif (tcpfsm_before(seg->seq, x->snd_nxt) && /\tif (0 \&\& /
/^static bool closes_sender/,/^}/s/^\treturn judgement == RST_EXACT .*/\treturn judgement < 99;/
