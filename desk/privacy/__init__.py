"""What is kept of people, why and how long (register.py); erasing by the clock (retention.py); one person: what there is
of them (person.py), as files (handing_over.py), forgotten (forgetting.py)."""
