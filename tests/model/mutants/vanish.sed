# at its own host a SYN into a connection proves no more than anywhere else
# file: birth.c
# run: view=0 flight=1 active=0 lives=2 vanish=1
/^bool tcpfsm_is_new_incarnation/,/^}/s/^\tif (is_own_word(flow, who, at))$/\tif (is_own_word(flow, who, at) \&\& !flow->shook)/
