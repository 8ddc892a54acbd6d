# rule 1: what an end that is believed reset sends is not recorded
# file: facts.c
# run: view=1 flight=2 active=0 refuse=0 delay=0 busy=0 seen=9
s/^\t\ttcpfsm_reset_withdraw(st);/\t{&\n\t\tif (st->flow->end[st->x].marks \& TCPFSM_MARK_RESET)\n\t\t\treturn false;\n\t}/
