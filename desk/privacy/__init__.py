"""What is kept of people, why and how long (register.py); erasing by the clock (retention.py); forgetting one person
(person.py)."""
