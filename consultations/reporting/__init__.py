"""The report of a consultation, before it is set as a page, a PDF, a Word file or a table.

facts.py gathers everything but what people said; counts.py counts that, voices.py gathers it; sections.py makes the Polish
document of both, of the pieces in blocks.py; source.py tells whether a file is of the present facts; element.py writes the
paragraph that the program itself has to hold.
"""
