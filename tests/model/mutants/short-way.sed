# the short way: a segment below what its sender has sent takes it, too
# file: data.h
# run: view=1 flight=2 active=0 data=1 abort=0
s/^\t\t    tcpfsm_before(seg->seq, x->snd_nxt) || /\t\t    /
