# RST: a number outside the window is exact
# file: reset.c
# run: view=0 flight=2 active=0
/enum judgement judge(/,/^}/s/return RST_OUTSIDE/return RST_EXACT/
