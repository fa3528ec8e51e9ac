# unroll: `make run` and `make test` do everything, `make help` lists the rest.
CC      ?= cc
BUILD   ?= build
PREFIX  ?= /usr/local
OPT     ?= -O3 -g
# More compiler and linker flags, e.g. EXTRA=-fsanitize=address
EXTRA   ?=
# Arguments of `make run` and `make bench`, e.g. make run ARGS='--set cell=lstm'
ARGS    ?=
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes -Werror
PKGS    := sdl2 SDL2_ttf openblas cairo libpng libzip fontconfig md4c cgif
# -ffp-contract=off: a fused multiply-add stands where the code says fma, and nowhere else.
CFLAGS  := -std=c11 -D_GNU_SOURCE $(OPT) -ffp-contract=off -fno-math-errno -fno-trapping-math -pthread $(WARN) $(EXTRA) -Isrc
ifeq ($(shell uname -s),Darwin)
# Homebrew keeps OpenBLAS out of the way of the system's own.
export PKG_CONFIG_PATH := $(shell brew --prefix openblas 2>/dev/null)/lib/pkgconfig:$(PKG_CONFIG_PATH)
endif
# For screen readers, where it is there (libatk1.0-dev, libatk-bridge2.0-dev); ATK= leaves it out.
ifeq ($(origin ATK),undefined)
ATK     := $(shell pkg-config --exists atk atk-bridge-2.0 2>/dev/null && echo atk atk-bridge-2.0)
endif
ifneq ($(strip $(ATK)),)
PKGS    += $(ATK)
CFLAGS  += -DHAVE_ATK $(patsubst -I%,-isystem %,$(shell pkg-config --cflags-only-I $(ATK)))
endif
PKG_CFLAGS := $(shell pkg-config --cflags $(filter-out $(ATK),$(PKGS)) 2>/dev/null)
LDLIBS  := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm -pthread $(EXTRA)

# make V=1 shows the commands themselves.
Q       := $(if $(V),,@)
ARCH    := $(shell $(CC) -dumpmachine | cut -d- -f1)

# Sources that exist once, in both precisions, and in both precisions for several vector widths.
TWICE   := $(wildcard src/num/both_*.c src/nn/*.c src/nn/*/*.c src/task/*.c src/task/*/*.c)
WIDE    := $(wildcard src/num/wide_*.c)
ONCE    := $(filter-out $(TWICE) $(WIDE),$(wildcard src/*/*.c src/*/*/*.c))
WIDTHS  := base
ifeq ($(ARCH),x86_64)
WIDTHS  := base v3 v4
endif
flags_base :=
flags_v3   := -march=x86-64-v3 -mprefer-vector-width=256
flags_v4   := -march=x86-64-v4 -mprefer-vector-width=512

OBJ := $(ONCE:src/%.c=$(BUILD)/%.o) \
       $(foreach b,32 64,$(TWICE:src/%.c=$(BUILD)/%.f$(b).o)) \
       $(foreach w,$(WIDTHS),$(foreach b,32 64,$(WIDE:src/%.c=$(BUILD)/%.$(w).f$(b).o)))
LIB := $(filter-out $(BUILD)/app/main.o,$(OBJ))

.PHONY: all run test test-deep fuzz programs deep bench gallery install uninstall clean help FORCE

# Says what is missing before the compiler would.
all:
	@.ci/setup check
	+@$(MAKE) --no-print-directory $(PARALLEL) $(BUILD)/unroll

# As many jobs as there are cores, unless make was told otherwise.
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2))

# Files whose time changes only with their content: everything is compiled again when the flags change, and linked
# again when a source comes or goes.
define remember
@mkdir -p $(@D)
@printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' >$@
endef
$(BUILD)/flags: FORCE
	$(call remember,$(CC) $(CFLAGS) $(PKG_CFLAGS) $(LDLIBS) $(foreach w,$(WIDTHS),$(flags_$(w))))
$(BUILD)/objects: FORCE
	$(call remember,$(OBJ))
$(OBJ): $(BUILD)/flags

$(BUILD)/unroll: $(OBJ) $(BUILD)/objects
	$(if $(V),,@echo '  LINK  $@')
	$(Q)$(CC) $(OPT) -o $@ $(OBJ) $(LDLIBS)

$(BUILD)/%.f32.o: src/%.c
	@mkdir -p $(@D)
	$(if $(V),,@echo '  CC    $@')
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) -DREAL_BITS=32 -MMD -MP -c -o $@ $<
$(BUILD)/%.f64.o: src/%.c
	@mkdir -p $(@D)
	$(if $(V),,@echo '  CC    $@')
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) -DREAL_BITS=64 -MMD -MP -c -o $@ $<
# WIDE_WITHOUT: flags that these loops do without; clang takes minutes to instrument them.
define wide_rule
$(BUILD)/%.$(1).f$(2).o: src/%.c
	@mkdir -p $$(@D)
	$$(if $$(V),,@echo '  CC    $$@')
	$$(Q)$$(CC) $$(filter-out $$(WIDE_WITHOUT),$$(CFLAGS)) -Wno-psabi $$(flags_$(1)) -DREAL_BITS=$(2) -DWIDTH_NAME=$(1) -DWIDTH_$(1) -MMD -MP -c -o $$@ $$<
endef
$(foreach w,$(WIDTHS),$(foreach b,32 64,$(eval $(call wide_rule,$(w),$(b)))))
$(BUILD)/%.o: src/%.c
	@mkdir -p $(@D)
	$(if $(V),,@echo '  CC    $@')
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

# ---- tests: every tests/test_*.c is one cmocka program over the whole library; tests/deep_*.c are for test-deep ----
TESTS   := $(wildcard tests/test_*.c)
TESTBIN := $(TESTS:tests/%.c=$(BUILD)/tests/%)
DEEP    := $(wildcard tests/deep_*.c)
DEEPBIN := $(DEEP:tests/%.c=$(BUILD)/tests/%)
FUZZERS := $(wildcard tests/fuzz_*.c)
SUPPORT := $(filter-out $(TESTS) $(DEEP) $(FUZZERS),$(wildcard tests/*.c))
TESTOBJ := $(patsubst %.c,$(BUILD)/%.o,$(TESTS) $(DEEP) $(SUPPORT) $(FUZZERS))
$(TESTOBJ): $(BUILD)/flags

$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(if $(V),,@echo '  CC    $@')
	$(Q)$(CC) $(CFLAGS) $(PKG_CFLAGS) -Itests -MMD -MP -c -o $@ $<
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(SUPPORT:%.c=$(BUILD)/%.o) $(LIB) $(BUILD)/objects
	$(if $(V),,@echo '  LINK  $@')
	$(Q)$(CC) $(OPT) -o $@ $< $(SUPPORT:%.c=$(BUILD)/%.o) $(LIB) $(LDLIBS) -lcmocka

$(BUILD)/tests/fuzz_%: $(BUILD)/tests/fuzz_%.o $(LIB) $(BUILD)/objects
	$(if $(V),,@echo '  LINK  $@')
	$(Q)$(CC) $(OPT) -fsanitize=fuzzer -o $@ $< $(LIB) $(LDLIBS)

programs: $(BUILD)/unroll $(TESTBIN)
deep: $(DEEPBIN)

# ---- what people type ----
# The second make reads pkg-config again, after the first has installed it.
run:
	@.ci/setup run
	+@$(MAKE) --no-print-directory $(PARALLEL) $(BUILD)/unroll
	./$(BUILD)/unroll $(ARGS)

test:
	@.ci/setup test
	+@$(MAKE) --no-print-directory $(PARALLEL) programs
	@BUILD=$(BUILD) tests/run.sh

# Sanitizers change what the compiler can see: its guesses about uninitialised values are not errors here. The window
# is too slow under the thread sanitizer; the tests of the library use the same threads.
SANITIZED = OPT='-O1 -g -fno-omit-frame-pointer' --no-print-directory $(PARALLEL) programs
TOLERANT  = -Wno-error -Wno-maybe-uninitialized
test-deep:
	@.ci/setup test
	+@$(MAKE) --no-print-directory $(PARALLEL) deep
	@for program in $(DEEPBIN); do $$program || exit 1; done
	+@$(MAKE) --no-print-directory $(PARALLEL) $(BUILD)/unroll
	@LESSONS=whole LIMIT=1800 BUILD=$(BUILD) tests/run.sh lessons
	+@$(MAKE) BUILD=build-asan EXTRA='-fsanitize=address,undefined -fno-sanitize-recover=all $(TOLERANT)' $(SANITIZED)
	@BUILD=build-asan LIMIT=3600 MONKEY_EVENTS=1000000 tests/run.sh
	+@$(MAKE) BUILD=build-tsan EXTRA='-fsanitize=thread $(TOLERANT)' $(SANITIZED)
	@BUILD=build-tsan LIMIT=3600 tests/run.sh $(notdir $(TESTS:.c=))
	+@$(MAKE) --no-print-directory fuzz

# What comes from outside, with any bytes, for FUZZ_SECONDS each; needs clang. New findings stay in build-fuzz/corpus.
FUZZ_SECONDS ?= 60
FUZZ_CHECKS = -fsanitize=address,undefined,fuzzer-no-link
fuzz:
	@command -v clang >/dev/null || echo 'fuzz: skipped without clang'
	+@! command -v clang >/dev/null || $(MAKE) --no-print-directory $(PARALLEL) BUILD=build-fuzz CC=clang OPT='-O1 -g' \
		EXTRA='$(FUZZ_CHECKS) -fno-sanitize-recover=all -Wno-error' WIDE_WITHOUT=$(FUZZ_CHECKS) $(FUZZERS:%.c=build-fuzz/%)
	@! command -v clang >/dev/null || for fuzzer in $(FUZZERS:tests/fuzz_%.c=%); do \
		mkdir -p build-fuzz/corpus/$$fuzzer && (cd build-fuzz && tests/fuzz_$$fuzzer -max_total_time=$(FUZZ_SECONDS) \
		-max_len=8000 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 corpus/$$fuzzer ../tests/corpus/$$fuzzer \
		../lessons) || exit 1; done

bench: all
	./$(BUILD)/unroll bench $(ARGS)

# Pictures of everything, for looking at.
gallery: all
	.ci/gallery ./$(BUILD)/unroll out

SHARE = $(DESTDIR)$(PREFIX)/share
install: all
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(SHARE)/unroll' '$(SHARE)/applications' '$(SHARE)/icons/hicolor/scalable/apps'
	install -m 755 $(BUILD)/unroll '$(DESTDIR)$(PREFIX)/bin/unroll'
	cp -R $(wildcard lessons assets) '$(SHARE)/unroll/'
	install -m 644 assets/unroll.desktop '$(SHARE)/applications/unroll.desktop'
	install -m 644 assets/unroll.svg '$(SHARE)/icons/hicolor/scalable/apps/unroll.svg'

uninstall:
	rm -f '$(DESTDIR)$(PREFIX)/bin/unroll' '$(SHARE)/applications/unroll.desktop'
	rm -f '$(SHARE)/icons/hicolor/scalable/apps/unroll.svg'
	rm -rf '$(SHARE)/unroll'

clean:
	rm -rf build build-asan build-tsan build-fuzz $(BUILD) out

help:
	@echo 'make run         build and open the window (ARGS=… for arguments); installs what is missing'
	@echo 'make test        build and run all tests; installs what is missing'
	@echo 'make test-deep   long training runs, and the tests again with the address, undefined-behaviour and thread sanitizers'
	@echo 'make fuzz        any bytes as a lesson, for FUZZ_SECONDS=60 (clang)'
	@echo 'make bench       measure the speed (ARGS=--peers: beside PyTorch)'
	@echo 'make gallery     every view in every theme at three sizes, to out/gallery/index.html'
	@echo 'make             only build $(BUILD)/unroll'
	@echo 'make install     PREFIX=$(PREFIX) DESTDIR=$(DESTDIR); make uninstall'
	@echo 'make clean       remove everything that was built'
	@echo 'Variables: CC, OPT (optimisation and debugging), EXTRA (more flags), BUILD (folder of the build), V=1 (show commands)'

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
