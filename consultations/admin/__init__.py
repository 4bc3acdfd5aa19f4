"""schedule.py: what the coordinator runs; news.py: what is published; voices.py: what people said."""

from consultations.admin import news, schedule, voices

__all__ = ["news", "schedule", "voices"]
