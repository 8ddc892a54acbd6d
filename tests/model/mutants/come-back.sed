# a flow that comes back stays closed
# file: birth.c
# run: view=2 flight=2 active=0 abort=0 refuse=0 delay=0 calm=1 close=1 forged=1 kinds=0x40
/^void tcpfsm_come_back/,/^}/s/.*TCPFSM_MARK_GONE;/\t\t;/
