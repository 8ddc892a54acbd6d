# a FIN with another number than the one on record is taken, not put aside
# file: fin.c
# run: view=3 flight=1 active=0 abort=0 refuse=0 delay=0 busy=0 forged=1 kinds=0x08 inside=1
/^void tcpfsm_sent_fin/,/^}/s/} else if (tcpfsm_has_fact(x, TCPFSM_FACT_F) || is_doubtful(st, fin)) {/} else if (is_doubtful(st, fin)) {/
