"""Next year's consultation from a usual process or from a past one: dates.py counts its days, sources.py reads what it
starts from, plan.py puts them together and checks them against the act, carrying_out.py makes what was shown."""
