"""Word files as offices make them, read into units that a clerk looks through before anything is written.

    text = read(data, tracked="stop")          # or "accept", "reject"; raises Unreadable, which says why in words
    text.rows                                   # label in the file → kind → words → warnings
    propose(text.rows, units, spelling)         # which provision of a version each row most probably is

A file goes through the modules in this order: package (zip and XML within limits), changes (tracked ones settled),
styles and numbering (the numbers that Word counts), words and paragraphs, labels (what a number makes of a paragraph),
roles and units (the tree), rows and result (what was read), matching, plan (what the clerk decided). child runs the reader
in a process of its own.
"""
