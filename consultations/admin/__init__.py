"""schedule.py: what the coordinator runs; news.py: what is published; voices.py: what people said; rules.py: reminders."""

from consultations.admin import news, rules, schedule, voices

__all__ = ["news", "rules", "schedule", "voices"]
