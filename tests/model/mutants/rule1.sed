# rule 1: what an end that is believed reset sends is not recorded
# file: facts.c
# run: view=3 flight=1 active=0 refuse=0 busy=0 lives=2
s/^\t\ttcpfsm_reset_withdraw(st);/\t{&\n\t\tif (st->flow->end[st->x].marks \& TCPFSM_MARK_RESET)\n\t\t\treturn false;\n\t}/
