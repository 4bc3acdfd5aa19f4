"""The report of a consultation as files, one format each: for reading report_pdf.py and report_docx.py, the table of voices
table_xlsx.py and table_csv.py (of columns.py), and for programs open_data.py. Contents are Polish. What is not published
never comes here: everything is made of consultations.reporting.
"""
