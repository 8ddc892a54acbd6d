# a FIN is taken back though it was acknowledged
# file: fin.c
# run: view=3 flight=1 active=0 abort=0 refuse=0 delay=0 busy=0 forged=1 kinds=0x3f inside=1
/^void tcpfsm_disbelieve_fin/,/^}/s/if (!is_settled(st) \&\& /if (/
