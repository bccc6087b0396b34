# SPDX-License-Identifier: Apache-2.0
"""A real control plane, replicas of gpuaas, and the means to disturb them, for the scenarios of tests/cluster."""
