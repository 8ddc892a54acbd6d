# rule 4: a believed reset is never withdrawn
# file: reset.c
# quick
# run: view=1 flight=1 active=0 delay=0 busy=0 forged=1 kinds=0x3f
/^void tcpfsm_reset_withdraw/,/^}/s/is_leftover(.*)/1)/
