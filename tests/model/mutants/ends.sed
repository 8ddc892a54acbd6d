# every flow ends: TIME_WAIT never does
# file: clock.c
# quick
# run: view=0 flight=1 active=0
/^void tcpfsm_tick/,/^}/s/flow->end\[who\].marks |= TCPFSM_MARK_GONE;/;/
