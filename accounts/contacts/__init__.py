"""A list of contacts from the office's spreadsheet: read (reading), judged row by row (rows), set beside the directory
(plan), entered (entering). The first three are pure: bytes and rows in, rows out."""
