# rule 8: an ACK behind an unacknowledged FIN counts at once
# file: fin.c
# run: view=0 flight=2 active=0 abort=0 backlog=2
/^bool tcpfsm_is_behind_fin/,/^}/s/return y->marks.*/return false;/
