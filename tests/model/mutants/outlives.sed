# a connection does not outlive a forged one between its ends
# file: birth.c
# run: view=2 flight=2 active=0 abort=0 refuse=0 delay=0 calm=1 close=0 forged=1 kinds=0x40
/^bool tcpfsm_outlives/,/^}/s/return true;/return false;/
