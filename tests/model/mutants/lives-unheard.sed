# a SYN ends TIME_WAIT whether anybody listens or not
# file: birth.c
# run: view=0 flight=1 active=1 refuse=0 lives=2
/^bool tcpfsm_is_new_incarnation/,/^}/s/!at->unheard && //
