"""The annual assessment: schemes as data, sheets, scores that open their arithmetic, the export like the annex.

Nouns: Scheme, Section, Item, Criterion; Sheet, Score, Evidence, Consequence.
Invariants: arithmetic is Decimal and Fraction in rules.py, which knows nothing of Django; computed scores read frozen
weeks only; a blank is "not scored", never 0; no sheet is final before its self-assessment (or
the reason for none) and while a flag is undecided; a final sheet never changes, in the database too.
"""
