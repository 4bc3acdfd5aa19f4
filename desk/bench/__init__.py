"""Measurements beside a baseline of the same run; nothing here asserts a clock. See bin/bench."""
