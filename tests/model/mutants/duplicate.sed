# duplicates: a second RST closes its sender, whatever it is
# file: reset.c
# run: view=2 flight=1
# run: view=3 flight=1 active=0
/^static bool closes_sender/,/^}/s/return seg->seq == x->snd_nxt;/return true;/
