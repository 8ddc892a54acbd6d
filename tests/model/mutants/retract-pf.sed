# retraction: a repeated FIN does not withdraw PF
# file: fin.c
# run: view=0 flight=1 active=0 abort=0 full=1
s/if (tcpfsm_has_fact(x, TCPFSM_FACT_PF) && is_repetition(st))/if (0)/
