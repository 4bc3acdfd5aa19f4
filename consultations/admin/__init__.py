"""schedule.py: what the coordinator runs; news.py: what is published; voices.py: what people said, and answering.py: what
the office says to it; answer_templates.py: words for that; intake.py: letters that came otherwise; rules.py: reminders;
report.py: what is reported of it all; departments.py, assignment.py: who answers; changes.py: what that changes in the
text; similar.py: many answered at once; publication.py: answers become public."""

from consultations.admin import answer_templates, changes, departments, intake, news, publication, report, rules, schedule, voices

__all__ = ["answer_templates", "changes", "departments", "intake", "news", "publication", "report", "rules", "schedule", "voices"]
