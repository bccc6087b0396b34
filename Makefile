# SPDX-License-Identifier: Apache-2.0
# `make` builds build/gpuaas. DEBUG=1: for a debugger. SANITIZE=address,undefined or thread.
# FAILPOINTS=1: with the places where a test may kill the process. V=1 shows the commands.

CC ?= gcc
PKG_CONFIG ?= pkg-config
DESTDIR ?=
PREFIX ?= /usr/local

comma := ,
variant := $(if $(DEBUG),-debug)$(if $(FAILPOINTS),-failpoints)$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
OUT ?= build/obj$(variant)$(if $(filter clang,$(CC)),-clang)
PROGRAM ?= build/gpuaas$(variant)$(if $(filter clang,$(CC)),-clang)

packages := libcurl jansson openssl yaml-0.1
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
	-Wwrite-strings -Wformat=2 -Wpointer-arith -Wswitch-enum -Wimplicit-fallthrough -Werror
hardening := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fPIE \
	-ftrivial-auto-var-init=zero
project_cflags = -std=gnu17 -D_GNU_SOURCE -DH2O_USE_LIBUV=0 -I. -pthread -MMD -MP $(warnings) \
	$(hardening) $(shell $(PKG_CONFIG) --cflags $(packages)) \
	$(if $(DEBUG),-O0 -g3,-O2 -g $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)) \
	$(if $(FAILPOINTS),-DGPUAAS_FAILPOINTS) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
project_ldflags = -pthread -pie -Wl,-z,relro,-z,now,-z,noexecstack \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE))
libraries = -lh2o-evloop $(shell $(PKG_CONFIG) --libs $(packages)) -lz -lm

version := $(shell git describe --always --dirty 2>/dev/null || echo unknown)

modules := base policy/objects policy/rules policy/simulate certs webhook/http webhook/kube \
	webhook/kinds webhook/cluster webhook/admission webhook/companion webhook/commands
sources := $(foreach module,$(modules),$(wildcard $(module)/*.c)) $(wildcard webhook/main.c)
objects := $(sources:%.c=$(OUT)/%.o)

quiet = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2);)

.PHONY: all test check demo bench clean format
all: $(PROGRAM)

$(PROGRAM): $(objects)
	$(call quiet,LINK,$@)$(CC) $(project_ldflags) $(LDFLAGS) -o $@ $^ $(libraries)

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC,$<)$(CC) $(project_cflags) $(CFLAGS) -c -o $@ $<

$(OUT)/webhook/commands/version.o: project_cflags += -DGPUAAS_VERSION='"$(version)"'

-include $(objects:.o=.d)

clean:
	rm -rf build
