# SPDX-License-Identifier: Apache-2.0
# `make` builds build/gpuaas. DEBUG=1: for a debugger. SANITIZE=address,undefined or thread.
# FAILPOINTS=1: with the places where a test may kill the process. V=1 shows the commands.

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += --jobs=$(shell nproc)
endif
PKG_CONFIG ?= pkg-config
DESTDIR ?=
PREFIX ?= /usr/local

comma := ,
variant := $(if $(DEBUG),-debug)$(if $(FAILPOINTS),-failpoints)$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))$(if $(findstring clang,$(CC)),-clang)
OUT ?= build/obj$(variant)
PROGRAM ?= build/gpuaas$(variant)

# The layers. What a module may use beside itself; scripts/check-layers.sh holds the includes to it, and a unit
# test links its own module and these, nothing else.
uses.base :=
uses.policy/objects := base
uses.policy/rules := policy/objects base
uses.policy/simulate := policy/rules policy/objects base
uses.certs := base
uses.webhook/http := certs base
uses.webhook/kube := base
uses.webhook/kinds := webhook/http webhook/kube certs policy/rules policy/objects base
uses.webhook/cluster := webhook/kinds $(uses.webhook/kinds)
uses.webhook/admission := webhook/cluster $(uses.webhook/cluster)
uses.webhook/companion := webhook/cluster $(uses.webhook/cluster)
uses.webhook/commands := webhook/admission webhook/companion policy/simulate $(uses.webhook/companion)
modules := webhook/commands $(uses.webhook/commands)

# What each module links.
libraries.base := -ljansson
libraries.policy/objects := -lyaml -ljansson
libraries.policy/rules := -lm
libraries.certs := -lssl -lcrypto
libraries.webhook/http := -lh2o-evloop -lz -lm
libraries.webhook/kube := $(shell $(PKG_CONFIG) --libs libcurl) -lcrypto

warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
	-Wwrite-strings -Wformat=2 -Wpointer-arith -Wswitch-enum -Wimplicit-fallthrough -Werror
hardening := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fPIE \
	$(if $(findstring clang,$(CC)),,-ftrivial-auto-var-init=zero)
optimisation := $(if $(DEBUG),-O0 -g3,-O2 -g $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2))
sanitizers := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
package_cflags := $(shell $(PKG_CONFIG) --cflags libcurl jansson openssl yaml-0.1)
project_cflags = -std=gnu17 -D_GNU_SOURCE -DH2O_USE_LIBUV=0 -I. -pthread -MMD -MP $(warnings) \
	$(hardening) $(package_cflags) $(optimisation) $(sanitizers) $(if $(FAILPOINTS),-DGPUAAS_FAILPOINTS)
project_ldflags := -pthread -pie -Wl,-z,relro,-z,now,-z,noexecstack $(sanitizers)

# $(call objects_in,FOLDERS), $(call libraries_in,MODULES)
objects_in = $(patsubst %.c,$(OUT)/%.o,$(foreach folder,$(1),$(wildcard $(folder)/*.c)))
libraries_in = $(foreach module,$(1),$(libraries.$(module)))

main := $(OUT)/webhook/main.o
test_objects := $(patsubst %.c,$(OUT)/%.o,$(sort $(shell find tests -name '*.c')))
unit_tests := $(foreach object,$(filter $(OUT)/tests/unit/%,$(test_objects)),$(if $(filter test_%,$(notdir $(object))),$(object:.o=)))
concurrency_tests := $(patsubst %.o,%,$(filter $(OUT)/tests/concurrency/%,$(test_objects)))
answer_review := $(OUT)/tests/admission/answer_review
fuzz_targets := $(foreach object,$(filter $(OUT)/tests/fuzz/%,$(test_objects)),$(if $(filter fuzz_%,$(notdir $(object))),$(object:.o=)))
plan_bench := $(OUT)/tests/bench/plan_bench

version := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
quiet = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2);)
# Scripts that call make themselves start it anew.
run = @env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS
link = $(call quiet,LINK,$@)$(CC) $(project_ldflags) $(LDFLAGS) -o $@ $(filter %.o,$^)

.PHONY: all objects layers test check fuzz demo bench install format clean
.PHONY: test-unit test-admission test-simulate test-docs test-cluster test-concurrency fuzz-targets bench-plan
all: $(PROGRAM)

$(PROGRAM): $(main) $(call objects_in,$(modules))
	$(link) $(call libraries_in,$(modules))

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC,$<)$(CC) $(project_cflags) $(CFLAGS) -c -o $@ $<

$(OUT)/webhook/commands/version.o: project_cflags += -DGPUAAS_VERSION='"$(version)"'
$(OUT)/webhook/commands/version.o: $(OUT)/version.txt
# Rewritten only when the version is another one.
$(OUT)/version.txt: .FORCE
	@mkdir -p $(@D)
	@echo '$(version)' | cmp -s - $@ || echo '$(version)' >$@
.FORCE:

# Everything compiled and nothing linked.
objects: $(main) $(call objects_in,$(modules)) $(test_objects)

layers:
	@$(foreach module,$(modules),echo '$(module): $(uses.$(module))';)

# The module whose tests are in tests/unit/$(1) or tests/fuzz/$(1), and the modules that those tests link.
tested_module = $(or $(filter $(1) webhook/$(1),$(modules)),$(error '$(1)' below the tests mirrors no module))
tested_modules = $(tested_module) $(uses.$(tested_module))

# What else lies in a folder of tests is linked to each of them.
test_helpers = $(filter-out $(OUT)/$(1)/test_% $(OUT)/$(1)/fuzz_%,$(call objects_in,$(1)))

.SECONDEXPANSION:
$(unit_tests): $(OUT)/tests/unit/%: $(OUT)/tests/unit/%.o $$(call test_helpers,tests/unit/$$(*D)) \
		$$(call objects_in,$$(call tested_modules,$$(*D)))
	$(link) $(call libraries_in,$(call tested_modules,$(*D))) -lcriterion

# With clang and SANITIZE=fuzzer-no-link,address,undefined, which scripts/fuzz.sh chooses.
$(fuzz_targets): project_ldflags += -fsanitize=fuzzer
$(fuzz_targets): $(OUT)/tests/fuzz/%: $(OUT)/tests/fuzz/%.o $$(call test_helpers,tests/fuzz/$$(*D)) \
		$$(call objects_in,$$(call tested_modules,$$(*D)))
	$(link) $(call libraries_in,$(call tested_modules,$(*D)))

admission_modules := webhook/admission $(uses.webhook/admission)
$(answer_review): $(answer_review).o $(call objects_in,$(admission_modules))
	$(link) $(call libraries_in,$(admission_modules))

$(concurrency_tests): %: %.o $(call objects_in,$(modules))
	$(link) $(call libraries_in,$(modules))
$(OUT)/tests/concurrency/http_stress: $(OUT)/tests/unit/http/peer.o
$(OUT)/tests/concurrency/kube_stress: $(OUT)/tests/unit/kube/fake_server.o

planning_modules := policy/rules $(uses.policy/rules)
$(plan_bench): $(plan_bench).o $(call objects_in,$(planning_modules))
	$(link) $(call libraries_in,$(planning_modules))

# The parts of `make test`, which says with what they are built; each ends with `N passed, N failed`.
test-unit: $(unit_tests)
	@scripts/test-programs.sh $^

test-admission: $(answer_review)
	@tests/admission/run.py $<

test-simulate: $(PROGRAM)
	@tests/simulate/run.py $<

test-docs: $(PROGRAM)
	@tests/docs/run.py $<

test-cluster: $(PROGRAM)
	@tests/cluster/run --program $< $(TESTS)

test-concurrency: $(concurrency_tests)
	@scripts/test-programs.sh $^

test:
	$(run) scripts/test.sh

check:
	$(run) scripts/check.sh

# FUZZ_SECONDS (60) are shared by all targets.
fuzz:
	$(run) scripts/fuzz.sh

# Built and listed: scripts/fuzz.sh runs them.
fuzz-targets: $(fuzz_targets)
	@printf '%s\n' $^

demo:
	$(run) scripts/demo.sh $(if $(KEEP),--keep)

bench:
	$(run) scripts/bench.sh

# The figures of the policy engine alone, in seconds.
bench-plan: $(plan_bench)
	@tests/bench/run --plan $<

install: $(PROGRAM)
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/gpuaas

format:
	@find base policy certs webhook tests -name '*.[ch]' -exec clang-format -i {} +

clean:
	rm -rf build

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
