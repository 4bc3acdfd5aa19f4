"""The demonstration: three consultations of one city, built by the verbs as people would have used them.

calendar.py turns the moments of the data files into real ones; people.py makes staff and organizations; cycle.py
lives one consultation through from its file. What the files hold is invented, down to the last name.
"""
