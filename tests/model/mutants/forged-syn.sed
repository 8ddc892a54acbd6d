# a SYN with another number begins another connection, whoever lives in the old one
# file: birth.c
# run: view=1 flight=1 active=0 abort=0 refuse=0 delay=0 busy=0 forged=1 kinds=0x01
# run: view=0 flight=1 active=0 abort=0 refuse=0 delay=0 busy=0 forged=1 kinds=0x01
/^bool tcpfsm_is_new_incarnation/,/^}/s/^\tif (is_own_word(flow, who, at))$/\tif (true)/
