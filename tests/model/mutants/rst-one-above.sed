# RST: RCV.NXT + 1 is taken
# file: reset.c
# run: view=3 flight=1 active=0 abort=0 refuse=0 delay=0 busy=0 forged=1 kinds=0x30
/enum judgement judge(/,/^}/s/tcpfsm_within(seg->seq, low, high)/tcpfsm_within(seg->seq, low, high + 1)/
