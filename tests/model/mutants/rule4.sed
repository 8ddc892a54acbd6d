# rule 4: a believed reset is never withdrawn
# file: reset.c
# quick
# run: view=0 flight=1
# run: view=3 flight=1
/^void tcpfsm_reset_withdraw/,/^}/s/is_leftover(.*)/1)/
