# RST: in SYN_SENT any RST is taken
# file: reset.c
# run: view=0 flight=1 active=0 delay=0 busy=0 forged=1 kinds=0x30
s/return acks_syn(st) ? RST_EXACT : RST_OUTSIDE/return RST_EXACT/
