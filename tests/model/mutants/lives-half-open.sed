# a SYN into a connection begins another one at once, whoever lives in the old one
# file: birth.c
# run: view=3 flight=1 active=0 abort=0 lives=2
/^bool tcpfsm_is_new_incarnation/,/^}/s/^\tif (is_own_word(flow, who, at))$/\tif (flow->shook)\n\t\treturn true;\n&/
